"""Workbooks: canonical cells, the right sheet, and what is not let in."""

import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from voc.tables import TableError, open_table


def saved(tmp_path, book, name="book.xlsx"):
    path = tmp_path / name
    book.save(path)
    return path


def test_cells_become_canonical_text(tmp_path):
    book = Workbook()
    book.active.append(["a", "b", "c", "d", "e", "f", "g", "h"])
    book.active.append(
        [
            12,
            3.0,
            0.1 + 0.2,
            True,
            datetime(2026, 1, 5, 10, 0),
            date(2026, 1, 5),
            time(9, 30),
            "007",
        ]
    )

    row = next(iter(open_table(saved(tmp_path, book))))

    assert row.raw == (
        "12",
        "3",
        "0.3",
        "TRUE",
        "2026-01-05 10:00:00",
        "2026-01-05",
        "09:30:00",
        "007",
    )


def test_the_first_visible_sheet_with_data_is_read(tmp_path):
    book = Workbook()
    book.active.title = "空"
    hidden = book.create_sheet("隠し")
    hidden.append(["x", "y"])
    hidden.append([1, 2])
    hidden.sheet_state = "hidden"
    data = book.create_sheet("回答")
    data.append(["推奨度", "コメント"])
    data.append([None, None])
    data.append([9, "髙島屋①の袋\n二行目_x000D_"])

    table = open_table(saved(tmp_path, book))
    rows = list(table)

    assert (table.encoding, table.sheet, table.columns) == ("xlsx", "回答", ("推奨度", "コメント"))
    assert [(row.number, row.raw) for row in rows] == [(1, ("9", "髙島屋①の袋\n二行目"))]


def test_a_formula_without_a_value_is_kept_as_its_text(tmp_path):
    book = Workbook()
    book.active.append(["n", "text"])
    book.active.append([1, "=1+1"])
    book.active.append([2, "plain"])

    rows = list(open_table(saved(tmp_path, book)))

    assert [row.raw for row in rows] == [("1", "=1+1"), ("2", "plain")]


def test_a_formula_with_a_value_gives_the_value(tmp_path):
    book = Workbook()
    book.active.append(["n", "text"])
    book.active.append([1, "=1+1"])
    path = saved(tmp_path, book)
    changed = tmp_path / "calculated.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b"<v />" in data or b"<v/>" in data or b"<v></v>" in data
                for empty in (b"<v />", b"<v/>", b"<v></v>"):
                    data = data.replace(empty, b"<v>2</v>")
            new.writestr(name, data)

    assert next(iter(open_table(changed))).raw == ("1", "2")


def test_errors_of_a_sheet_are_empty_cells(tmp_path):
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append(["x", "#N/A"])

    assert next(iter(open_table(saved(tmp_path, book)))).raw == ("x", "")


def test_a_wrong_dimension_hides_no_rows(tmp_path):
    book = Workbook()
    for values in (["a", "b"], [1, "x"], [2, "y"]):
        book.active.append(values)
    path = saved(tmp_path, book)
    lying = tmp_path / "lying.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(lying, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'ref="A1:B3"', b'ref="A1"'))

    assert [row.raw for row in open_table(lying)] == [("1", "x"), ("2", "y")]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = saved(tmp_path, Workbook())
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, old.read(name))
        new.writestr("xl/worksheets/sheet1.xml", b" " * 30_000_000)

    with pytest.raises(TableError, match="大きすぎます"):
        open_table(bomb)


def test_entities_declared_in_a_sheet_are_refused(tmp_path):
    path = saved(tmp_path, Workbook())
    evil = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(evil, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = b'<!DOCTYPE x [<!ENTITY a "boom">]>' + data
            new.writestr(name, data)

    with pytest.raises(TableError, match="壊れている"):
        open_table(evil)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_a_damaged_part_is_one_sentence(tmp_path, part):
    book = Workbook()
    for values in (["a", "b"], [1, "x"]):
        book.active.append(values)
    path = saved(tmp_path, book)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name == part else data)

    with pytest.raises(TableError, match="壊れている"):
        list(open_table(broken))


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "files.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("voices.csv", "a,b\n1,2\n")

    with pytest.raises(TableError, match="ZIP"):
        open_table(path)


def test_a_sheet_without_rows_is_refused(tmp_path):
    book = Workbook()
    with pytest.raises(TableError, match="データがありません"):
        open_table(saved(tmp_path, book))
    book.active.append(["感想", "点"])
    with pytest.raises(TableError, match="データの行がありません"):
        open_table(saved(tmp_path, book))


@pytest.mark.parametrize(
    "cover",
    [
        [["アンケート集計（2026年10月）"]],
        [["アンケート集計"], ["作成日", "2026/1/6"], ["配布先", "店舗運営部"]],
    ],
)
def test_a_cover_sheet_gives_way_to_the_table_behind_it(tmp_path, cover):
    book = Workbook()
    for line in cover:
        book.active.append(line)
    data = book.create_sheet("回答")
    data.merge_cells("A1:C1")
    data["A1"] = "店舗アンケート"
    data.append([])
    data.append(["回答日", "ご意見", "ＮＰＳ"])
    data.append([date(2026, 1, 5), "よかった", 9])

    table = open_table(saved(tmp_path, book))

    assert (table.sheet, table.columns) == ("回答", ("回答日", "ご意見", "ＮＰＳ"))
    assert [row.raw for row in table] == [("2026-01-05", "よかった", "9")]


def test_a_summary_behind_the_answers_is_left_alone(tmp_path):
    book = Workbook()
    book.active.append(["q1", "q2"])
    book.active.append(["とてもよい", "袋が破れた"])
    for number in range(30):
        book.active.append([f"答え{number}", "特にない"])
    total = book.create_sheet("集計")
    total.append(["満足度", "コメント"])
    total.append([4, "よい"])

    assert open_table(saved(tmp_path, book)).columns == ("q1", "q2")
