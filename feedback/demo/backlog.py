"""The improvement loop in words: insights, improvements with their reasons, releases, notices.

Times are whole weeks before the end of the world: 30 means thirty weeks ago.
"""

from __future__ import annotations

from dataclasses import dataclass

OWNER, ADMIN, ANALYST, AGENT, PRODUCT, LOGISTICS = (
    "staff-1", "staff-2", "staff-3", "staff-4", "staff-7", "staff-8",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InsightText:
    ref: str
    weeks_ago: int
    topic: str
    intents: tuple[str, ...]
    words: str
    title: str
    claim: str
    state: str = "published"


@dataclass(frozen=True, slots=True)
class Step:
    weeks_ago: float
    to: str
    by: str
    reason: str
    public_reason: str = ""


@dataclass(frozen=True, slots=True)
class ImprovementText:
    ref: str
    title: str
    problem: str
    category: str
    owner: str
    topic: str
    insights: tuple[str, ...]
    effort: float
    external: str
    steps: tuple[Step, ...]
    # (weeks ago it was written down, smallest effect worth having)
    plan: tuple[float, float] | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseText:
    ref: str
    weeks_ago: int
    title: str
    notes: str
    kind: str
    scope: str
    improvements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeText:
    ref: str
    improvement: str
    release: str | None
    channel: str
    subject: str
    body: str
    public: bool
    state: str
    weeks_ago: float | None


_BAD = ("complaint",)
_ANY = ("complaint", "request", "question")

INSIGHTS: tuple[InsightText, ...] = (
    InsightText("insight-01", 95, "app.bug", _BAD, "落ち|固ま|強制終了|真っ白", "更新の後、アプリが起動の直後に落ちる", "更新した直後の一週間に集まっている。古い端末に限らない。注文の途中で落ちた人は、そのまま電話に回っている。"),
    InsightText("insight-02", 31, "delivery.late", _BAD, "", "予定日を過ぎても届かないという声が、十週続けて増えた", "「発送済み」から先が動かない、という書き方が多い。倉庫の出荷の締め時刻が15時に早まった時期と重なる。贈り物や急ぎの用で間に合わなかった人ほど点が低い。"),
    InsightText("insight-03", 21, "app.search", _ANY, "", "検索で目当ての品が出ないという声が増えた", "ひらがなや略した名前で出ない、絞り込みが効かない、の二つに分かれる。八週間の増え方は大きいが、以前にも同じくらいの波があった。"),
    InsightText("insight-04", 16, "payment.receipt", _ANY, "領収書|請求書|インボイス", "領収書を月ごとにまとめて出したい法人のお客さまが多い", "一件ずつ出して貼り合わせている。締め日の前の週に集中する。宛名の変更より、まとめて出せることを望む声のほうが多い。"),
    InsightText("insight-05", 20, "support.reach", _BAD, "", "電話がつながらないまま、何度もかけ直している", "昼休みと夕方に集中する。電話の本数より、かけ直しの回数が多い。つながったあとの応対への不満は少ない。"),
    InsightText("insight-06", 28, "delivery.option", _ANY, "夜|時間|枠|指定", "夜9時以降に受け取りたいという要望が途切れない", "平日は家にいない、という人がほとんど。置き配や営業所での受け取りを知らない人も多い。"),
    InsightText("insight-07", 44, "price.fee", _ANY, "送料", "送料無料の下限を下げてほしいという要望", "あと少し足りない、という場面で出る。金額そのものより、最後の画面まで分からないことへの不満が同じくらいある。"),
    InsightText("insight-08", 11, "account.leave", _ANY, "解約|退会", "解約の入口が見つからず、電話に回っている", "解約そのものより、探す手間と引き止めの長さへの不満。すぐ解約できた人は、また頼みたいと書いている。"),
    InsightText("insight-09", 14, "delivery.damage", _ANY, "箱|包装|緩衝材|チラシ", "小さな品に大きな箱、という声が季節を問わずある", "割れ物の人は逆に緩衝材を増やしてほしいと書く。品によって望むことが違う。"),
    InsightText("insight-10", 8, "app.notice", _ANY, "通知", "通知を切ったのに宣伝が届く", "発送の知らせは要るが宣伝は要らない、という人が多い。全部切ってしまい、発送も見逃している。"),
    InsightText("insight-11", 1, "order.stock", _ANY, "再入荷|入荷", "再入荷のお知らせが届かない", "先週から急に増えた。登録は済んでいるのに来ない、来たときには売り切れている、の二つ。配信の記録を確かめる必要がある。"),
    InsightText("insight-12", 3, "food.safety", _ANY, "", "アレルギーの表示を見つけられない", "件数は少ないが、一件の重さが違う。商品ページの下のほうにあり、スマートフォンでは見えない。", "draft"),
)  # fmt: skip

IMPROVEMENTS: tuple[ImprovementText, ...] = (
    ImprovementText(
        "improvement-01", "出荷の締め時刻を18時に戻し、遅れるときは先に知らせる",
        "午後の注文が翌々日の出荷になり、予定日に届かない。遅れると分かっても連絡していない。",
        "業務", LOGISTICS, "delivery.late", ("insight-02",), 2.5, "LOGI-118",
        (
            Step(31, "triaged", ANALYST, "十週続けて増え、満足度への影響がいちばん大きい。"),
            Step(30, "planned", OWNER, "倉庫の夕方の人手を増やす費用は、返金と再送の費用を下回る見込み。"),
            Step(29, "in_progress", LOGISTICS, "測り方を決めた。八週間で15％以上減れば効果ありとみなす。"),
            Step(26, "released", LOGISTICS, "全国の倉庫で同時に切り替えた。"),
            Step(25, "told", AGENT, "声をくださった方全員に、知らせたか、知らせない理由を記録した。"),
            Step(17, "measured", ANALYST, "同じくらい増えたほかの話題と比べても、はっきり減った。"),
            Step(16, "closed", OWNER, "知らせ終え、効果も確かめた。締め時刻は当面このまま続ける。"),
        ), (29, 0.15),
    ),
    ImprovementText(
        "improvement-02", "検索結果の並び順を「売れている順」に変える",
        "品名で探しても、目当ての品が上に出ない。", "製品", PRODUCT, "app.search", ("insight-03",), 1.5, "APP-342",
        (
            Step(21, "triaged", ANALYST, "八週間で声が増えた。波の可能性もあると書き添えた。"),
            Step(21, "planned", PRODUCT, "並び順だけなら二週間で出せる。まず小さく試す。"),
            Step(20, "in_progress", PRODUCT, "測り方を決めた。ほかの話題の同じような波と比べる。"),
            Step(19, "released", PRODUCT, "サイトとアプリの両方に出した。"),
            Step(18, "told", AGENT, "知らせ終えた。"),
            Step(10, "measured", ANALYST, "声は減ったが、増えたあとに自然に戻る分と区別できない。"),
            Step(9, "reopened", OWNER, "表記のゆれへの対応が要る。並び順だけでは足りなかった。"),
        ), (20, 0.15),
    ),
    ImprovementText(
        "improvement-03", "再入荷のお知らせが届かない原因を調べて直す",
        "登録した人に知らせが届かない。届いても売り切れている。", "製品", PRODUCT, "order.stock", ("insight-11",), 1.0, "",
        (Step(0.6, "triaged", ANALYST, "急に増えた。配信の記録を確かめることを最初の仕事にする。"),),
    ),
    ImprovementText(
        "improvement-04", "領収書と請求書を月ごとにPDFでまとめて出せるようにする",
        "注文ごとにしか出せず、法人のお客さまが手作業でまとめている。", "製品", PRODUCT, "payment.receipt", ("insight-04",), 2.0, "APP-361",
        (
            Step(16, "triaged", ANALYST, "法人のお客さまの声が多く、年間の取引額も大きい。"),
            Step(14, "planned", OWNER, "四半期のうちに出す。宛名の変更も合わせて行う。"),
            Step(12, "in_progress", PRODUCT, "測り方を決めた。"),
            Step(5, "released", PRODUCT, "マイページの注文履歴から出せるようにした。"),
            Step(4, "told", AGENT, "声をくださった方に知らせた。連絡を望まない方には送っていない。"),
        ), (12, 0.2),
    ),
    ImprovementText(
        "improvement-05", "定期便の解約をマイページだけでできるようにする",
        "入口が見つからず、電話もつながらない。", "規約", PRODUCT, "account.leave", ("insight-08",), 1.5, "APP-377",
        (
            Step(11, "triaged", ANALYST, "件数は中くらいだが、書かれ方がきびしい。"),
            Step(9, "planned", OWNER, "引き止めの画面もなくす。解約しやすい店のほうが戻ってきてもらえる。"),
            Step(6, "in_progress", PRODUCT, "測り方を決めた。来月の更新で出す。"),
        ), (6, 0.15),
    ),
    ImprovementText(
        "improvement-06", "夜9時以降の配達の枠をつくる",
        "平日の日中に受け取れない。", "業務", LOGISTICS, "delivery.option", ("insight-06",), 6.0, "",
        (
            Step(27, "triaged", ANALYST, "要望が途切れない。"),
            Step(24, "declined", OWNER, "配送会社三社に尋ねたが、夜9時以降を引き受ける会社がない。代わりに置き配と営業所受け取りの案内を注文画面に出す。", "夜9時以降の配達は、引き受ける配送会社が見つからず見送りました。置き配と営業所での受け取りを、注文の画面で選べるようにしています。"),
        ),
    ),
    ImprovementText(
        "improvement-07", "アプリが起動の直後に落ちる不具合を直す",
        "更新のあと、開いた瞬間に閉じる。", "製品", PRODUCT, "app.bug", ("insight-01",), 0.5, "APP-207",
        (
            Step(95, "triaged", ANALYST, "更新の直後に集まっている。"),
            Step(94, "planned", PRODUCT, "原因は写真の読み込みと分かった。"),
            Step(93, "in_progress", PRODUCT, "急ぐため、測り方は簡単なものにした。"),
            Step(92, "released", PRODUCT, "全員に配信した。"),
            Step(91, "told", AGENT, "知らせ終えた。"),
            Step(83, "measured", ANALYST, "前の記録が短く、効果は判断できない。"),
            Step(82, "closed", OWNER, "判断できないことを了承した。不具合が再び起きていないことは確かめた。"),
        ), (93, 0.15),
    ),
    ImprovementText(
        "improvement-08", "送料無料の下限を2,000円に下げる",
        "あと少し足りないときに送料がかかる。", "規約", OWNER, "price.fee", ("insight-07",), 0.5, "",
        (
            Step(43, "triaged", ANALYST, "要望は多いが、金額よりも表示の問題かもしれない。"),
            Step(40, "declined", OWNER, "試算では年間の送料の負担が利益を上回る。送料をかごの画面で先に示すことは別に進める。", "送料無料の下限は、採算が合わないため見送りました。送料は、かごの画面で先に分かるようにします。"),
        ),
    ),
    ImprovementText(
        "improvement-09", "品に合わせて箱の大きさを選び、緩衝材を紙に替える",
        "小さな品に大きな箱が使われ、ごみが多い。", "業務", LOGISTICS, "delivery.damage", ("insight-09",), 4.0, "LOGI-131",
        (
            Step(13, "triaged", ANALYST, "割れ物の声とは分けて考える。"),
            Step(7, "planned", LOGISTICS, "箱を三種類から五種類に増やす。割れ物は今の箱のまま。"),
        ),
    ),
    ImprovementText(
        "improvement-10", "電話の折り返しを予約できるようにする",
        "つながるまで何度もかけ直している。", "業務", AGENT, "support.reach", ("insight-05",), 1.0, "SUP-54",
        (
            Step(19, "triaged", ANALYST, "かけ直しの回数が多い。"),
            Step(17, "planned", OWNER, "人を増やす前に、予約で山をならす。"),
            Step(15, "in_progress", ADMIN, "測り方を決めた。"),
            Step(12, "released", ADMIN, "平日の9時30分から18時まで、30分ごとに受け付ける。"),
            Step(11, "told", AGENT, "知らせ終えた。"),
        ), (15, 0.15),
    ),
    ImprovementText(
        "improvement-11", "請求書をPDFで出せるようにする",
        "経理に回すためにPDFが要る。", "製品", PRODUCT, "payment.receipt", ("insight-04",), 1.0, "",
        (Step(13, "duplicate", ANALYST, "領収書のまとめ出しと同じ画面で応えられる。声はそちらへ移した。"),),
        None, "improvement-04",
    ),
    ImprovementText(
        "improvement-12", "アプリの通知を種類ごとに選べるようにする",
        "宣伝を切ると発送の知らせも止まる。", "製品", PRODUCT, "app.notice", ("insight-10",), 1.0, "APP-380",
        (
            Step(7, "triaged", ANALYST, "全部切っている人が多く、発送の見逃しにつながっている。"),
            Step(5, "on_hold", PRODUCT, "通知の仕組みの入れ替えが先。終わる来月の初めに見直す。"),
        ),
    ),
    ImprovementText(
        "improvement-13", "アレルギーの表示を商品名のすぐ下に移す",
        "表示が下のほうにあり、スマートフォンで見つからない。", "説明", PRODUCT, "food.safety", (), 0.3, "", (),
    ),
)  # fmt: skip

RELEASES: tuple[ReleaseText, ...] = (
    ReleaseText("release-01", 92, "アプリ 3.2.1", "起動の直後に閉じることがある不具合を直しました。", "修正", "全員", ("improvement-07",)),
    ReleaseText("release-02", 70, "領収書の宛名", "領収書の宛名と但し書きを、発行のときに入れられるようにしました。", "改善", "全員", ()),
    ReleaseText("release-03", 57, "置き配の場所を覚える", "置き配の場所を一度選ぶと、次からは同じ場所が選ばれます。", "新機能", "全員", ()),
    ReleaseText("release-04", 38, "送料をかごの画面で表示", "かごの画面で、届け先に応じた送料が分かるようになりました。", "改善", "全員", ()),
    ReleaseText("release-05", 26, "出荷の締め時刻を18時に", "18時までのご注文を当日に出荷します。お届けが遅れる見込みのときは、前日までにお知らせします。", "業務", "全員", ("improvement-01",)),
    ReleaseText("release-06", 23, "大型便の日程をネットで", "大型便のお届け日を、注文のときに三つの候補から選べるようにしました。", "新機能", "関東・関西", ()),
    ReleaseText("release-07", 19, "検索の並び順", "検索の結果を、売れている順に並べるようにしました。", "改善", "全員", ("improvement-02",)),
    ReleaseText("release-08", 12, "電話の折り返し予約", "お電話の折り返しを、30分ごとの枠で予約できるようにしました。", "新機能", "全員", ("improvement-10",)),
    ReleaseText("release-09", 5, "領収書のまとめ出し", "領収書と請求書を、月ごとに一つのPDFで出せるようにしました。", "新機能", "全員", ("improvement-04", "improvement-11")),
    ReleaseText("release-10", 1, "アプリ 4.1", "文字の大きさを設定から変えられるようにしました。", "改善", "全員", ()),
)  # fmt: skip

NOTICES: tuple[NoticeText, ...] = (
    NoticeText("notice-01", "improvement-01", "release-05", "メール", "お届けの遅れについて、変えたこと", "{date}に「{quote}」とお寄せいただいた件です。\n18時までのご注文を当日に出荷するようにしました。遅れる見込みのときは、前日までにお知らせします。\nお声をくださり、ありがとうございました。", True, "sent", 25.5),
    NoticeText("notice-02", "improvement-02", "release-07", "メール", "検索の並び順について", "{date}に「{quote}」とお寄せいただいた件です。\n検索の結果を、売れている順に並べるようにしました。ひらがなや略した名前での検索は、引き続き改善を進めます。\nお声をくださり、ありがとうございました。", True, "sent", 18.5),
    NoticeText("notice-03", "improvement-04", "release-09", "メール", "領収書を月ごとにまとめて出せるようになりました", "{date}に「{quote}」とお寄せいただいた件です。\nマイページの注文履歴から、領収書と請求書を月ごとに一つのPDFで出せるようになりました。\nお声をくださり、ありがとうございました。", True, "sent", 4.5),
    NoticeText("notice-04", "improvement-06", None, "メール", "夜9時以降の配達のご要望について", "{date}に「{quote}」とお寄せいただいた件です。\n夜9時以降の配達は、引き受ける配送会社が見つからず見送りました。置き配と営業所での受け取りを、注文の画面で選べるようにしています。\nご要望にそえず、申し訳ございません。", True, "sent", 23.5),
    NoticeText("notice-05", "improvement-08", None, "メール", "送料無料の下限のご要望について", "{date}に「{quote}」とお寄せいただいた件です。\n送料無料の下限は、採算が合わないため見送りました。送料は、かごの画面で先に分かるようにします。\nご要望にそえず、申し訳ございません。", True, "sent", 39.5),
    NoticeText("notice-06", "improvement-10", "release-08", "メール", "お電話の折り返しを予約できるようになりました", "{date}に「{quote}」とお寄せいただいた件です。\nお電話の折り返しを、30分ごとの枠でご予約いただけるようになりました。\nお声をくださり、ありがとうございました。", True, "sent", 11.5),
    NoticeText("notice-07", "improvement-07", "release-01", "アプリ内", "アプリが閉じる不具合を直しました", "{date}に「{quote}」とお寄せいただいた件です。\n最新版で、起動の直後に閉じる不具合を直しました。\nご不便をおかけしました。", False, "sent", 91.5),
    NoticeText("notice-08", "improvement-05", None, "メール", "定期便の解約の手続きについて", "{date}に「{quote}」とお寄せいただいた件です。\n定期便の解約を、マイページだけで済ませられるようになりました。\nお声をくださり、ありがとうございました。", False, "draft", None),
)  # fmt: skip
