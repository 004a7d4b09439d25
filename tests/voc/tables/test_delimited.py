"""CSV and TSV as they come: quotes, newlines, ragged rows, broken files."""

import tracemalloc

import pytest

from voc.tables import TableError, open_table


def table_of(tmp_path, text, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_table(path)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found_beside_quotes_and_newlines(tmp_path, delimiter):
    lines = ["番号|感想|点", '1|"良い、安い; 速い, と\n三拍子""揃""って\tいる"|5', '2|"a,b;c\td"|3']
    table = table_of(tmp_path, "\r\n".join(line.replace("|", delimiter) for line in lines) + "\r\n")

    rows = list(table)

    assert table.columns == ("番号", "感想", "点")
    assert rows[0].cells["感想"] == '良い、安い; 速い, と\n三拍子"揃"って\tいる'
    assert [row.cells["点"] for row in rows] == ["5", "3"]


def test_one_column_of_sentences_keeps_its_commas(tmp_path):
    table = table_of(tmp_path, "コメント\n1,000円は高い、と思う\n安い, 速い\n普通\n")

    assert [row.raw for row in table] == [("1,000円は高い、と思う",), ("安い, 速い",), ("普通",)]


def test_the_hint_line_of_a_spreadsheet_is_obeyed(tmp_path):
    table = table_of(tmp_path, "sep=;\nid;text\n1;a,b\n")

    assert table.columns == ("id", "text")
    assert next(iter(table)).cells == {"id": "1", "text": "a,b"}


def test_title_lines_above_the_header_are_stepped_over(tmp_path):
    table = table_of(
        tmp_path, "アンケート結果（1月）,,\n\n会員番号,点,ご意見\n1,5,良い\n2,4,普通\n"
    )

    assert table.columns == ("会員番号", "点", "ご意見")
    assert [row.number for row in table] == [1, 2]


def test_title_lines_with_several_cells_are_stepped_over_too(tmp_path):
    lines = "アンケート結果一覧,,\n出力日,2026/10/1,\n\n回答番号,自由記述,点数\n1,よい,5\n"

    table = table_of(tmp_path, lines)

    assert table.columns == ("回答番号", "自由記述", "点数")
    assert [row.raw for row in table] == [("1", "よい", "5")]


def test_empty_lines_are_skipped_and_not_counted(tmp_path):
    table = table_of(tmp_path, "a,b\n\n1,x\n,\n　,\n2,y\n\n")

    assert [(row.number, row.raw) for row in table] == [(1, ("1", "x")), (2, ("2", "y"))]


def test_missing_cells_at_the_end_are_empty_and_surplus_ones_refused(tmp_path):
    rows = list(table_of(tmp_path, "a,b,c\n1\n1,2,3,,\n1,2,3,4\n5,6,7\n"))

    assert rows[0].cells == {"a": "1", "b": "", "c": ""}
    assert rows[1].problem is None
    assert "見出しより多い" in rows[2].problem
    assert rows[3].cells["c"] == "7"


def test_headers_are_cleaned_named_and_told_apart(tmp_path):
    table = table_of(tmp_path, '"ご意見\n（自由記述）",点,,点\nx,1,2,3\n')

    assert table.columns == ("ご意見 （自由記述）", "点", "列3", "点 (2)")


def test_controls_overrides_and_nul_are_taken_out_of_cells(tmp_path):
    rows = list(table_of(tmp_path, "a,b\nx\x00y\x07,\u202eevil\u2066\u200f\r\n 前後 ,é\u2028z\n"))

    assert rows[0].raw == ("xy", "evil")
    assert rows[1].raw == ("前後", "é\nz")


def test_formulas_in_text_stay_text(tmp_path):
    row = next(iter(table_of(tmp_path, 'a,b\n"=HYPERLINK(""http://x.example"")",+81\n')))

    assert row.raw == ('=HYPERLINK("http://x.example")', "+81")


def test_a_five_megabyte_cell_refuses_its_row_only(tmp_path):
    many_lines = "\n".join(["あ" * 50] * 40_000)
    rows = list(table_of(tmp_path, f'a,b\n1,"{"x" * 5_000_000}"\n2,"{many_lines}"\n3,fine\n'))

    assert ["多すぎます" in (row.problem or "") for row in rows] == [True, True, False]
    assert rows[2].raw == ("3", "fine")


def test_a_line_without_end_is_refused_in_bounded_memory(tmp_path):
    path = tmp_path / "endless.csv"
    with path.open("w") as stream:
        stream.write("a,b\n1,ok\n")
        for _ in range(60):
            stream.write("x" * 1_000_000)
        stream.write("\n2,ok\n")

    tracemalloc.start()
    rows = list(open_table(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [row.problem is None for row in rows] == [True, False, True]
    assert peak < 50_000_000


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path):
    text = 'a,b\n1,x\n2,"open\n' + "".join(f"{n},fine\n" for n in range(3, 5003))
    rows = list(table_of(tmp_path, text))

    assert [row.number for row in rows if row.problem] == [2]
    assert "引用符" in rows[1].problem
    assert rows[-1].raw == ("5002", "fine")


def test_a_quote_closed_many_rows_later_does_not_swallow_them(tmp_path):
    text = 'a,b,c\n1,"open,x\n' + "".join(f"{n},fine,x\n" for n in range(2, 50)) + '50,"ok",x\n'
    rows = list(table_of(tmp_path, text))

    assert [row.number for row in rows if row.problem] == [1]
    assert rows[-1].raw == ("50", "ok", "x")


def test_a_row_with_a_newline_in_a_cell_and_a_surplus_cell_is_one_refused_row(tmp_path):
    rows = list(table_of(tmp_path, 'a,b\n1,"two\nlines",3\n4,5\n'))

    assert [bool(row.problem) for row in rows] == [True, False]


def test_old_line_ends_are_understood(tmp_path):
    assert [row.raw for row in table_of(tmp_path, "a,b\r1,x\r2,y\r")] == [("1", "x"), ("2", "y")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空です"),
        (b"\xef\xbb\xbf\r\n  \n", "空です"),
        ("番号,感想\n".encode(), "データの行がありません"),
        ("番号,感想\n\n,\n".encode(), "データの行がありません"),
        (b"PK\x05\x06" + bytes(18), "圧縮ファイル"),
        (b"PK\x03\x04broken", "壊れている"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "古い形式"),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "画像"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "HTML"),
        (bytes(range(256)) * 8, "文字のファイルではありません"),
    ],
)
def test_what_is_no_table_is_refused_with_one_sentence(tmp_path, data, words):
    with pytest.raises(TableError, match=words) as refusal:
        table_of(tmp_path, data)

    assert "\n" not in str(refusal.value)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(TableError, match="フォルダー"):
        open_table(tmp_path)
    with pytest.raises(TableError, match="見つかりません"):
        open_table(tmp_path / "none.csv")


def test_memory_does_not_grow_with_the_rows(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("w", encoding="cp932") as stream:
        stream.write("id,score,text\n")
        for number in range(60_000):
            stream.write(f'{number},{number % 11},"{number}回目の利用です。\n対応が早い"\n')

    table = open_table(path)
    tracemalloc.start()
    count = sum(1 for row in table if row.problem is None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 60_000
    assert peak < 1_000_000
    assert table.done > 0.9
