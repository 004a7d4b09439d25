"""Customers, companies, staff and inboxes, put together from lists."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from feedback.demo import names
from feedback.demo.objects import Account, Customer, Inbox, Staff
from feedback.demo.themes import APP, BOX, WEB

SEGMENTS = ("新規", "継続", "優良", "法人")


def accounts(n: int, start: date, rng: Random) -> list[Account]:
    """Companies with invented names."""
    pairs = [(head, line) for head in names.COMPANY_HEADS for line in names.COMPANY_TAILS]
    rng.shuffle(pairs)
    made = []
    for i, (head, line) in enumerate(pairs[:n]):
        form = "医療法人{}会" if line == "医療" else rng.choice(names.COMPANY_FORMS[:4])
        tail = "" if line == "医療" else names.COMPANY_TAILS[line]
        made.append(
            Account(
                f"account-{i + 1:03d}",
                form.format(head + tail),
                line,
                _prefecture(rng),
                int(rng.lognormvariate(12.6, 0.8)) // 1000 * 1000,
                start - timedelta(days=rng.randrange(900)),
            )
        )
    return made


def customers(
    n: int, companies: list[Account], start: date, end: date, rng: Random
) -> list[Customer]:
    """People with names, `.example` addresses, segments and what they consented to."""
    made: list[Customer] = []
    for i in range(n):
        family, given = rng.choice(names.FAMILIES), rng.choice(names.GIVENS)
        roll = rng.random()
        company = rng.choice(companies) if companies and roll < 0.07 else None
        segment = (
            "法人" if company else "新規" if roll < 0.33 else "継続" if roll < 0.83 else "優良"
        )
        oldest = 45 if segment == "新規" else 1400
        since = end - timedelta(
            days=rng.randrange(5, oldest) if segment == "新規" else rng.randrange(45, oldest)
        )
        if segment == "新規" and rng.random() < 0.8:
            # Most were new at some time in the two years; the segment is today's.
            since = end - timedelta(days=rng.randrange(10, 90))
        domain = f"{_latin(company)}.example" if company else rng.choice(names.MAIL_DOMAINS)
        consent_roll = rng.random()
        made.append(
            Customer(
                f"customer-{i + 1:04d}",
                family[0], given[0], family[1], given[1],
                f"{given[2]}.{family[2]}{i + 1}@{domain}",
                f"090-0000-{rng.randrange(10_000):04d}",
                segment,
                company.ref if company else None,
                company.prefecture if company else _prefecture(rng),
                "may_tell" if consent_roll < 0.62 else "not_asked" if consent_roll < 0.9 else "no_contact",
                since,
                tuple(p for p, share in ((WEB, 0.95), (APP, 0.6), (BOX, 0.28)) if rng.random() < share) or (WEB,),
            )
        )  # fmt: skip
    return made


def weights(people: list[Customer], rng: Random) -> list[float]:
    """How talkative each customer is: few say much, many say one thing."""
    factor = {"新規": 0.7, "継続": 1.0, "優良": 1.9, "法人": 1.4}
    return [rng.lognormvariate(0, 0.8) * factor[person.segment] for person in people]


def staff() -> list[Staff]:
    """Eight users, one for every role and three who answer."""
    rows = (
        ("owner", "水野", "佳代", "経営企画", "mizuno.kayo"),
        ("admin", "堀江", "直人", "情報システム", "horie.naoto"),
        ("analyst", "片桐", "みのり", "顧客体験", "katagiri.minori"),
        ("agent", "沢田", "文子", "お客さま窓口", "sawada.fumiko"),
        ("agent", "植松", "涼", "お客さま窓口", "uematsu.ryo"),
        ("agent", "小谷", "奈緒", "お客さま窓口", "kotani.nao"),
        ("product", "速水", "俊介", "アプリ開発", "hayami.shunsuke"),
        ("viewer", "長尾", "武", "物流", "nagao.takeshi"),
    )
    return [
        Staff(f"staff-{i + 1}", f"{family} {given}", f"{mail}@minamo-demo.example", role, team)
        for i, (role, family, given, team, mail) in enumerate(rows)
    ]


def inboxes() -> list[Inbox]:
    """Three inboxes; times are business minutes."""
    return [
        Inbox(
            "inbox-main", "madoguchi", "お客さま窓口（デモ）", "help@minamo-demo.example", 240, 1440
        ),
        Inbox(
            "inbox-box",
            "teikibin",
            "定期便サポート（デモ）",
            "teiki@minamo-demo.example",
            240,
            1440,
        ),
        Inbox("inbox-biz", "houjin", "法人窓口（デモ）", "houjin@minamo-demo.example", 120, 960),
    ]


def handle(rng: Random) -> str:
    """A name somebody goes by in reviews."""
    word = rng.choice(names.HANDLE_WORDS)
    return word + rng.choice(
        ("", "", str(rng.randrange(100)), "さん", "@" + rng.choice(("北", "南", "東", "西")))
    )


def _prefecture(rng: Random) -> str:
    return rng.choices([p for p, _ in names.PREFECTURES], [w for _, w in names.PREFECTURES])[0]


def _latin(company: Account) -> str:
    return f"company{company.ref.rsplit('-', 1)[1]}"
