"""Purchases from a file, line by line."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from feedback import bulk
from feedback.imports.batches import Stored, run_batches
from feedback.imports.mapping import choose_columns, need_column
from feedback.imports.people import Person, ensure_people, read_person
from feedback.imports.report import Report
from feedback.models import CustomerEvent
from voc.clock import local_day
from voc.tables import (
    CellError,
    Row,
    SeenRows,
    is_blank_answer,
    open_table,
    parse_date,
    parse_number,
    row_identity,
)

FIELDS = ("order_id", "id", "customer", "email", "phone", "name", "company", "segment", "date",
          "amount", "product", "quantity")  # fmt: skip
SOURCE = "import"
_LARGEST = Decimal("999999999999.99")


class Order(NamedTuple):
    """One line of an order, ready to be stored."""

    ref: str
    order_id: str
    person: Person
    occurred_at: datetime
    amount: Decimal | None
    product: str
    quantity: str


def import_orders(
    *,
    path: str | Path,
    now: datetime,
    columns: Mapping[str, str | None] | None = None,
    encoding: str = "auto",
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """The file's purchases, each line once.

    Shops export an order as several lines with one number, so a line is known by order
    number, product and how often both came before; without a number by all its cells.
    """
    table = open_table(path, encoding=encoding)
    chosen = choose_columns(table, FIELDS, columns or {})
    number = chosen.pop("id", None)
    if number is not None:
        chosen.setdefault("order_id", number)
    need_column(table, chosen, ("customer", "email", "phone"), _("お客様番号・メール・電話"))
    need_column(table, chosen, ("date",), _("日付"))
    report = Report(str(path), table.encoding, chosen, dry_run)
    report.more["customers"] = 0
    seen = SeenRows()

    def store(orders: list[Order]) -> Stored:
        known = set(
            CustomerEvent.objects.filter(
                source=SOURCE, source_ref__in=[order.ref for order in orders]
            ).values_list("source_ref", flat=True)
        )
        new = [order for order in orders if order.ref not in known]
        if dry_run or not new:
            return len(new), lambda: None
        made = _write(new, now)
        return len(new), lambda: report.count("customers", made)

    run_batches(
        table,
        report,
        prepare=lambda row: _read(row, chosen, seen),
        store=store,
        progress=progress,
    )
    return report


def _read(row: Row, columns: dict[str, str], seen: SeenRows) -> Order:
    def cell(name: str) -> str:
        return row.cells[columns[name]] if name in columns else ""

    order_id, product = cell("order_id"), " ".join(cell("product").split())
    if order_id:
        digest = sha256(f"{len(order_id)}:{order_id}{product}".encode()).digest()
        ref = f"order:{digest[:16].hex()}:{seen.ordinal(digest)}"
    else:
        ref = row_identity(row, None, seen)
    person = read_person(row.cells, columns)
    if not (person.external_id or person.email or person.phone):
        raise CellError(_("お客様番号・メール・電話のどれもありません。"))
    occurred_at = parse_date(cell("date"))
    if occurred_at is None:
        raise CellError(_("日付がありません。"))
    amount = None if is_blank_answer(cell("amount")) else parse_number(cell("amount"))
    if amount is not None and abs(amount) > _LARGEST:
        raise CellError(_("金額が大きすぎます。"))
    return Order(ref, order_id, person, occurred_at, amount, product[:100], cell("quantity")[:40])


def _write(orders: list[Order], now: datetime) -> int:
    customers, made, _changed = ensure_people(
        [order.person for order in orders], now=now, update=False
    )
    bulk.insert(
        CustomerEvent,
        ("customer", "kind", "source", "source_ref", "occurred_at", "local_day", "amount",
         "product", "attributes"),
        [
            (customer.pk if customer else None, CustomerEvent.Kind.ORDER.value, SOURCE, order.ref,
             order.occurred_at, local_day(order.occurred_at), order.amount, order.product,
             _attributes(order))
            for order, customer in zip(orders, customers, strict=True)
        ],
    )  # fmt: skip
    return made


def _attributes(order: Order) -> dict[str, str]:
    pairs = (("order_id", order.order_id[:200]), ("quantity", order.quantity))
    return {name: value for name, value in pairs if value}
