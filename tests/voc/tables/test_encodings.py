"""Files in every encoding a Japanese office writes read the same."""

import codecs

import pytest

from voc.tables import TableError, open_table

ROWS = "会員番号,推奨度（０〜１０）,ご意見\n0012,９,①髙橋㈱の対応がﾃｷﾊﾟｷしていて良かったです\n"
PLAIN = "会員番号,推奨度（０～１０）,ご意見\n0012,９,高橋さんの対応が良かったです。ありがとう\n"


def to_sjis_pairs(text: str, kind: str) -> bytes:
    """The text as Windows writes it in EUC-JP or ISO-2022-JP, vendor rows included."""
    out = bytearray()
    for char in text:
        code = char.encode("cp932")
        if len(code) == 1 and code[0] < 0x80:
            out += code
        elif len(code) == 1:
            out += (
                b"\x8e" + code if kind == "euc" else b"\x1b(I" + bytes([code[0] & 0x7F]) + b"\x1b(B"
            )
        else:
            lead, trail = code
            row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2
            if trail >= 0x9F:
                high, low = row + 0x22, trail - 0x7E
            else:
                high, low = row + 0x21, trail - 0x1F - (trail > 0x7F)
            pair = bytes((high, low))
            if kind == "euc":
                out += bytes(byte | 0x80 for byte in pair)
            else:
                out += b"\x1b$B" + pair + b"\x1b(B"
    return bytes(out)


# 髙 as Windows writes it in the NEC-selected row, which the seven-bit codes can reach.
NEC_ROWS = ROWS.replace("髙", "")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (ROWS.encode("utf-8"), "utf-8"),
        (ROWS.encode("utf-8-sig"), "utf-8-sig"),
        (ROWS.replace("〜", "～").encode("cp932"), "cp932"),
        (codecs.BOM_UTF16_LE + ROWS.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + ROWS.encode("utf-16-be"), "utf-16"),
        (ROWS.encode("utf-16-le"), "utf-16-le"),
        (ROWS.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + ROWS.encode("utf-32-le"), "utf-32"),
        (to_sjis_pairs(NEC_ROWS.replace("〜", "～"), "euc"), "euc-jp"),
        (to_sjis_pairs(NEC_ROWS.replace("〜", "～"), "jis"), "iso-2022-jp"),
        (PLAIN.replace("～", "〜").encode("euc_jp"), "euc-jp"),
        (PLAIN.replace("～", "〜").encode("iso2022_jp"), "iso-2022-jp"),
    ],
)
def test_an_encoding_is_recognised_and_read(tmp_path, data, encoding):
    path = tmp_path / "voices.csv"
    path.write_bytes(data)

    table = open_table(path)
    row = next(iter(table))

    assert table.encoding == encoding
    assert row.problem is None
    assert row.raw[0] == "0012"
    assert row.raw[2].endswith(("良かったです", "良かったです。ありがとう"))
    if "髙".encode("cp932") in data or "髙".encode() in data:
        assert row.raw[2].startswith("①髙橋㈱の対応がﾃｷﾊﾟｷ")


def test_vendor_kanji_survive_seven_bit_and_euc_files(tmp_path):
    # NEC-selected IBM rows: 髙 is EE E0 in CP932, FC E2 in EUC, 7C 62 in seven bits.
    for name, data in {
        "euc.csv": b"comment,n\n" + "お世話になった".encode("euc_jp") + b"\xfc\xe2\xad\xa1,1\n",
        "jis.csv": b"comment,n\n\x1b$B|b-!\x1b(B,1\n",
    }.items():
        (tmp_path / name).write_bytes(data)
        row = next(iter(open_table(tmp_path / name)))
        assert row.raw[0].endswith("髙①"), name


def test_half_width_kana_is_not_taken_for_euc(tmp_path):
    path = tmp_path / "kana.csv"
    path.write_bytes("ﾅﾏｴ,ﾃﾝｽｳ\nﾔﾏﾀﾞ ﾊﾅｺ,5\nｻﾄｳ ｲﾁﾛｳ,4\n".encode("cp932"))

    table = open_table(path)

    assert table.encoding == "cp932"
    assert table.columns == ("ﾅﾏｴ", "ﾃﾝｽｳ")


def test_a_survey_with_dates_scores_and_few_words_is_cp932(tmp_path):
    path = tmp_path / "few.csv"
    path.write_bytes("日付,点\n2026/01/05,9\n2026/01/06,3\n".encode("cp932"))

    assert open_table(path).encoding == "cp932"


def test_japanese_far_behind_the_first_megabyte_is_found(tmp_path):
    ascii_rows = "n,comment\n" + "1,fine\n" * 200_000
    for encoding, found in (
        ("cp932", "cp932"),
        ("iso2022_jp", "iso-2022-jp"),
        ("euc_jp", "euc-jp"),
    ):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(ascii_rows.encode() + "2,とても良かったです\n".encode(encoding))

        table = open_table(path)
        *_, last = table

        assert table.encoding == found
        assert last.cells["comment"] == "とても良かったです"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "iso2022_jp"])
def test_unreadable_bytes_refuse_their_row_and_not_the_file(tmp_path, encoding):
    good = "番号,感想\n" + "1,受付の方が親切でした\n" * 3000
    bad = {
        "utf-8": b"2,\xe3\x81\xff\xfe\n",
        "cp932": b"2,\x81\xff\xff\n",
        "euc_jp": b"2,\xa4\xff\n",
        "iso2022_jp": b"2,\x1b$B\x7f\x7f\x1b(B\n",
    }[encoding]
    path = tmp_path / "late.csv"
    path.write_bytes(good.encode(encoding) + bad + "3,また来ます\n".encode(encoding))

    rows = list(open_table(path))

    assert [row.number for row in rows if row.problem] == [3001]
    assert "読めない文字" in rows[3000].problem
    assert rows[3001].cells["感想"] == "また来ます"


def test_an_encoding_given_by_the_caller_wins(tmp_path):
    path = tmp_path / "given.csv"
    path.write_bytes("感想,点\n良い,5\n".encode("cp932"))

    assert open_table(path, encoding="Shift_JIS").encoding == "cp932"
    with pytest.raises(TableError, match="読めない文字"):
        open_table(path, encoding="utf-8")
    with pytest.raises(TableError, match="使えません"):
        open_table(path, encoding="klingon")
    with pytest.raises(TableError, match="使えません"):
        open_table(path, encoding="hex")


@pytest.mark.parametrize("shift", [0, 1, 2])
def test_a_cell_longer_than_any_block_does_not_change_the_encoding(tmp_path, shift):
    path = tmp_path / "long.csv"
    path.write_text("id,コメント\n" + "1" * (shift + 1) + "," + "あ" * 1_700_000 + "\n3,ふつう\n")

    table = open_table(path)

    assert table.encoding == "utf-8"
    assert [row.problem is None for row in table] == [False, True]
