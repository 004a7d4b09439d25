"""Customers and orders from files."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from feedback.imports import import_comments, import_customers, import_orders
from feedback.models import Account, ContactPoint, Customer, CustomerEvent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)
PEOPLE = (
    "会員番号,お名前,メールアドレス,電話番号,会社名,会員ランク\n"
    "0012,佐藤 花子,hanako@a.example,090-1234-5678,例示商事,金\n"
    "0013,鈴木 一郎,,０９０１２３４５６７９,例示商事,\n"
    ",田中 次郎,jiro@b.example,,,銀\n"
    ",名前だけ,,,,\n"
    "0014,宛先なし,not-an-address,,,\n"
)
ORDERS = (
    "注文番号,会員番号,注文日,商品名,数量,合計金額\n"
    'O-1,0012,2026/01/05 10:00,湯のみ,1,"1,200円"\n'
    "O-1,0012,2026/01/05 10:00,急須,2,￥３４００\n"
    "O-1,0012,2026/01/05 10:00,急須,2,￥３４００\n"
    "O-2,0099,2026年1月8日,皿,1,\n"
    "O-3,,2026/01/08,皿,1,500\n"
    "O-4,0012,,皿,1,500\n"
    "O-5,0012,2026/01/08,皿,1,高い\n"
)


def write(tmp_path, text, name="file.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="cp932")
    return path


def test_people_arrive_with_their_company_and_addresses(tmp_path):
    result = import_customers(path=write(tmp_path, PEOPLE), now=NOW).as_json()

    assert (result["rows"], result["imported"], result["duplicates"]) == (5, 3, 0)
    assert [item["row"] for item in result["refused"]] == [4, 5]
    hanako = Customer.objects.get(external_id="0012")
    assert (hanako.name, hanako.segment, hanako.account.name) == ("佐藤 花子", "金", "例示商事")
    assert Account.objects.count() == 1
    assert set(hanako.contacts.values_list("kind", "key")) == {
        ("email", "hanako@a.example"),
        ("phone", "+819012345678"),
    }
    assert ContactPoint.objects.get(key="+819012345679").customer.external_id == "0013"


def test_people_sent_again_are_duplicates_and_news_is_taken_over(tmp_path):
    import_customers(path=write(tmp_path, PEOPLE), now=NOW)
    news = PEOPLE.replace("佐藤 花子", "高橋 花子").replace("銀", "金")
    result = import_customers(path=write(tmp_path, news), now=NOW).as_json()

    assert (result["imported"], result["duplicates"], result["updated"]) == (0, 3, 2)
    assert Customer.objects.get(external_id="0012").name == "高橋 花子"
    assert Customer.objects.count() == 3
    assert ContactPoint.objects.count() == 4


def test_a_number_learned_later_joins_the_person_known_by_mail(tmp_path):
    import_customers(path=write(tmp_path, "メール,お名前\njiro@b.example,田中\n"), now=NOW)
    import_customers(path=write(tmp_path, "会員番号,メール\n0077,JIRO@b.example\n"), now=NOW)

    assert Customer.objects.get().external_id == "0077"


def test_two_numbers_with_one_address_stay_two_people(tmp_path):
    text = "会員番号,メール\n0001,shared@a.example\n0002,shared@a.example\n"
    for _ in range(2):
        import_customers(path=write(tmp_path, text), now=NOW)

    assert Customer.objects.count() == 2
    assert ContactPoint.objects.get().customer.external_id == "0001"


def test_a_dry_run_of_people_counts_what_would_be_made(tmp_path):
    path = write(tmp_path, PEOPLE)

    assert import_customers(path=path, now=NOW, dry_run=True).imported == 3
    assert not Customer.objects.exists()


def test_comments_do_not_overwrite_what_is_known_of_a_person(tmp_path):
    import_customers(path=write(tmp_path, PEOPLE), now=NOW)
    text = "会員番号,お名前,コメント\n0012,別の名,良い品でした\n"
    import_comments(path=write(tmp_path, text), now=NOW)

    assert Customer.objects.get(external_id="0012").name == "佐藤 花子"


def test_orders_are_stored_line_by_line(tmp_path):
    result = import_orders(path=write(tmp_path, ORDERS), now=NOW).as_json()

    assert (result["rows"], result["imported"], result["customers"]) == (7, 4, 2)
    assert [item["row"] for item in result["refused"]] == [5, 6, 7]
    first = CustomerEvent.objects.get(product="湯のみ")
    assert (first.amount, first.local_day, first.kind) == (
        Decimal("1200"),
        date(2026, 1, 5),
        "order",
    )
    assert first.attributes == {"order_id": "O-1", "quantity": "1"}
    assert CustomerEvent.objects.filter(product="急須", amount=3400).count() == 2
    assert CustomerEvent.objects.get(product="皿").amount is None


def test_orders_sent_again_are_duplicates(tmp_path):
    path = write(tmp_path, ORDERS)
    import_orders(path=path, now=NOW)
    result = import_orders(path=path, now=NOW).as_json()

    assert (result["imported"], result["duplicates"]) == (0, 4)
    assert CustomerEvent.objects.count() == 4


@pytest.mark.parametrize(
    ("name", "text"), [("import_customers", PEOPLE), ("import_orders", ORDERS)]
)
def test_the_commands_speak_json(tmp_path, name, text):
    out = StringIO()
    call_command(name, str(write(tmp_path, text)), stdout=out)

    assert '"refused_total"' in out.getvalue()
    assert out.getvalue().count("\n") == 1
