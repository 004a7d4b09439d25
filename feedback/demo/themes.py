"""How often each theme is spoken of, by whom, and in what mood."""

from __future__ import annotations

from dataclasses import dataclass

WEB, APP, BOX, SHOP = "通販サイト", "スマホアプリ", "定期便", "店舗"
PRODUCTS = (WEB, APP, BOX)

# Shares of complaint, praise, request, question, report.
_MIXES = {
    "bad": (0.55, 0.12, 0.16, 0.13, 0.04),
    "even": (0.42, 0.28, 0.14, 0.11, 0.05),
    "good": (0.22, 0.56, 0.10, 0.07, 0.05),
    "ask": (0.33, 0.14, 0.20, 0.29, 0.04),
}

# theme: name for subjects, mentions a week, mix
_TABLE: dict[str, tuple[str, float, str]] = {
    "delivery.late": ("お届けの遅れ", 15.0, "even"),
    "delivery.damaged": ("破損", 3.4, "bad"),
    "delivery.notice": ("発送の連絡", 3.0, "even"),
    "delivery.slot": ("お届け日時", 5.2, "even"),
    "delivery.large": ("大型便", 2.6, "bad"),
    "delivery.fee": ("送料", 6.2, "even"),
    "delivery.wrong": ("違う商品・不足", 3.8, "bad"),
    "packaging.box": ("梱包", 4.6, "good"),
    "packaging.waste": ("包装の量", 2.6, "bad"),
    "packaging.gift": ("ラッピング・のし", 2.8, "ask"),
    "product.quality": ("商品の質", 9.5, "good"),
    "product.size": ("サイズ", 5.6, "even"),
    "product.colour": ("色", 4.6, "even"),
    "product.assembly": ("組み立て", 3.6, "even"),
    "product.defect": ("不良", 4.2, "bad"),
    "product.function": ("使い勝手", 5.0, "good"),
    "product.lineup": ("品ぞろえ", 4.0, "good"),
    "product.taste": ("味", 5.4, "good"),
    "food.portion": ("量", 2.8, "even"),
    "food.safety": ("原材料・アレルギー", 2.6, "ask"),
    "stock.soldout": ("在庫", 3.6, "bad"),
    "stock.restock": ("再入荷のお知らせ", 6.2, "ask"),
    "order.change": ("注文の変更・取り消し", 3.0, "ask"),
    "price.level": ("価格", 6.0, "even"),
    "price.value": ("値段と内容", 3.8, "good"),
    "price.points": ("ポイント", 4.4, "ask"),
    "price.coupon": ("クーポン", 3.2, "bad"),
    "price.campaign": ("キャンペーン", 2.6, "even"),
    "app.crash": ("アプリの不具合", 6.0, "bad"),
    "app.login": ("ログイン", 5.0, "bad"),
    "app.speed": ("アプリの動作", 4.4, "even"),
    "app.usability": ("アプリの使い方", 5.0, "even"),
    "app.notification": ("アプリの通知", 3.0, "bad"),
    "site.search": ("商品の検索", 14.0, "even"),
    "site.cart": ("注文手続き", 4.6, "even"),
    "site.display": ("サイトの表示", 3.0, "even"),
    "site.info": ("商品の説明", 4.2, "ask"),
    "payment.error": ("決済エラー", 7.0, "bad"),
    "payment.methods": ("支払い方法", 4.4, "ask"),
    "payment.billing": ("請求", 2.6, "ask"),
    "payment.receipt": ("領収書・請求書", 5.0, "ask"),
    "subscription.skip": ("定期便のお休み", 3.0, "ask"),
    "subscription.cancel": ("定期便の解約", 4.0, "bad"),
    "subscription.date": ("定期便のお届け日", 3.4, "ask"),
    "subscription.contents": ("定期便の中身", 4.2, "good"),
    "returns.procedure": ("返品", 3.0, "bad"),
    "returns.refund": ("返金", 3.6, "bad"),
    "returns.exchange": ("交換", 2.8, "ask"),
    "returns.repair": ("修理・保証", 3.4, "ask"),
    "support.phone": ("電話のつながりにくさ", 4.6, "bad"),
    "support.reply": ("お返事の遅れ", 5.0, "even"),
    "support.attitude": ("応対", 6.2, "good"),
    "support.faq": ("よくある質問", 3.2, "even"),
    "account.password": ("パスワード", 3.0, "ask"),
    "account.register": ("会員登録", 3.8, "ask"),
    "account.privacy": ("個人情報", 2.8, "ask"),
    "account.mail": ("メールの配信", 2.8, "bad"),
    "store.staff": ("店の接客", 4.4, "good"),
    "store.wait": ("レジの待ち時間", 3.0, "bad"),
    "store.clean": ("店の清潔さ", 2.6, "good"),
    "store.location": ("店の場所", 2.4, "even"),
    "store.parking": ("駐車場", 2.4, "bad"),
    "store.hours": ("営業時間", 2.5, "ask"),
    "store.facility": ("店の設備", 2.4, "ask"),
}

# Where a family of themes is spoken of: nps, csat, ticket, app, store, social.
SOURCES = ("nps", "csat", "ticket", "app", "store", "social")
_PLACES: dict[str, tuple[float, ...]] = {
    "delivery": (6.0, 0.02, 2.6, 0.3, 0.2, 1.6),
    "packaging": (6.0, 0.02, 1.6, 0.1, 0.4, 1.8),
    "product": (5.0, 0.02, 1.2, 0.2, 2.4, 2.4),
    "food": (5.0, 0.02, 1.2, 0.2, 2.4, 2.4),
    "stock": (3.0, 0.02, 1.6, 1.0, 2.4, 2.0),
    "order": (3.0, 0.3, 3.0, 1.0, 0.2, 0.8),
    "price": (3.6, 0.02, 1.0, 1.4, 2.2, 2.0),
    "app": (1.6, 0.02, 1.2, 7.0, 0.2, 1.2),
    "site": (4.4, 0.2, 1.2, 1.6, 0.1, 1.4),
    "payment": (2.6, 0.4, 2.8, 1.4, 0.3, 0.8),
    "subscription": (4.4, 0.3, 2.4, 0.5, 0.1, 1.4),
    "returns": (2.6, 1.4, 3.0, 0.3, 0.6, 0.8),
    "support": (2.6, 4.2, 0.5, 0.6, 0.2, 1.2),
    "account": (2.0, 0.3, 2.6, 2.8, 0.3, 0.8),
    "store": (1.0, 0.02, 0.3, 0.2, 8.0, 1.6),
}
# Praise is seldom a reason to write to the help desk.
TICKET_TASTE = {"-": 1.0, "+": 0.02, "r": 0.7, "q": 2.2, "=": 0.05}

# Families people speak of in one breath.
_CIRCLES = (
    {"delivery", "packaging", "product", "food", "price", "stock", "site"},
    {"app", "account", "price", "site", "stock"},
    {"payment", "site", "order", "account"},
    {"subscription", "food", "delivery", "price", "order"},
    {"support", "returns", "delivery", "payment", "order"},
    {"store", "product", "food", "price", "stock", "support"},
)

TOUCHPOINTS = {
    "nps": "使用", "csat": "アフター", "ticket": "アフター", "app": "使用", "store": "購買", "social": "検討",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme of the phrase bank with its habits."""

    key: str
    name: str
    weekly: float
    mix: tuple[float, ...]
    places: tuple[float, ...]

    @property
    def family(self) -> str:
        return self.key.split(".")[0]


THEMES: tuple[Theme, ...] = tuple(
    Theme(key, name, weekly, _MIXES[mix], _PLACES[key.split(".")[0]])
    for key, (name, weekly, mix) in _TABLE.items()
)
BY_KEY = {theme.key: theme for theme in THEMES}
KINDS = ("-", "+", "r", "q", "=")


def go_together(one: str, other: str) -> bool:
    """Whether two families are spoken of in one breath."""
    return one == other or any(one in circle and other in circle for circle in _CIRCLES)


def product_of(theme: Theme) -> str:
    """The product a theme belongs to by itself; empty where any will do."""
    return {"app": APP, "subscription": BOX, "store": SHOP, "site": WEB}.get(theme.family, "")
