"""SPSS files, read back with ReadStat."""

from datetime import date, datetime

import pyreadstat
import pytest
from django.utils import timezone

from surveys.services import exports
from tests.surveys import designs as samples
from tests.surveys.test_exports import GIVEN, answer, asked, made
from voc.tables import sav

AT = datetime(2026, 11, 20, 9, 12)


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def back(path, variables, rows):
    """(values by name, metadata) of what was written."""
    with path.open("wb") as file:
        writer = sav.Writer(file, variables, made=AT, label="題")
        for row in rows:
            writer.row(row)
        writer.close()
    return pyreadstat.read_sav(str(path), output_format="dict")


def test_numbers_and_texts_come_back(tmp_path):
    variables = [
        sav.Variable("a", "数"),
        sav.Variable("b", "文", width=9),
        sav.Variable("c", width=8),
    ]
    rows = [
        (1, "あいう", "x"),
        (None, "", ""),
        (-99, "1234567890", "        "),
        (3.25, "ab  c", None),
        (1e300, "é", "ｱ"),
    ]

    values, meta = back(tmp_path / "x.sav", variables, rows)

    assert [None if v != v else v for v in values["a"]] == [1, None, -99, 3.25, 1e300]
    assert list(values["b"]) == ["あいう", "", "123456789", "ab  c", "é"]
    assert list(values["c"]) == ["x", "", "", "", "ｱ"]
    assert meta.number_rows == 5 and meta.file_encoding == "UTF-8" and meta.file_label == "題"
    assert meta.column_names_to_labels == {"a": "数", "b": "文", "c": None}


@pytest.mark.parametrize(
    "width", [1, 7, 8, 9, 250, 252, 253, 254, 255, 256, 504, 505, 508, 510, 511, 764, 2000, 32_767]
)
def test_texts_of_every_width_come_back_whole(tmp_path, width):
    text = ("あ🍣b" * (width // 8 + 1)).encode()[:width].decode("utf-8", "ignore")
    text += "x" * (width - len(text.encode()))
    variables = [
        sav.Variable("before"),
        sav.Variable("t", "長い", width=width),
        sav.Variable("after", width=3),
    ]

    values, _meta = back(
        tmp_path / "x.sav", variables, [(1, text, "end"), (2, "", ""), (3, text[:1], "z")]
    )

    assert list(values["t"]) == [text, "", text[:1]]
    assert list(values["before"]) == [1, 2, 3] and list(values["after"]) == ["end", "", "z"]


def test_many_long_variables_keep_their_names_and_places(tmp_path):
    variables = [sav.Variable(f"a_rather_long_name_{n}", width=300 + n) for n in range(40)]

    values, meta = back(tmp_path / "x.sav", variables, [[f"値{n}" for n in range(40)]])

    assert meta.column_names == [variable.name for variable in variables]
    assert [column[0] for column in values.values()] == [f"値{n}" for n in range(40)]


def test_labels_of_short_and_long_ids_and_days_come_back(tmp_path):
    long = "a-rather-long-id-of-a-choice"
    variables = [
        sav.Variable("s", width=8, values={"c1": "赤", "c2": "青" * 60}),
        sav.Variable("l", width=40, values={long: "白"}),
        sav.Variable("d", form="day"),
        sav.Variable("m", form="moment"),
    ]
    row = ("c1", long, sav.seconds(date(2026, 1, 2)), sav.seconds(AT))

    values, meta = back(tmp_path / "x.sav", variables, [row])

    assert meta.variable_value_labels["s"] == {"c1": "赤", "c2": "青" * 40}
    assert meta.variable_value_labels["l"] == {long: "白"}
    assert values["s"][0] == "c1" and values["l"][0] == long
    assert (
        str(values["d"][0])[:10] == "2026-01-02"
        and str(values["m"][0])[:19].replace("T", " ") == "2026-11-20 09:12:00"
    )


def test_names_are_such_as_spss_takes():
    wanted = [
        "_id",
        "many-people",
        "all",
        "a.b",
        "A.B",
        "x" * 90,
        "x" * 90,
        "1st",
        "あ",
        "end_",
        "end",
    ]

    names = sav.names_for(wanted)

    assert names[:5] == ["id", "many_people", "v_all", "a.b", "A.B_2"]
    assert len({name.upper() for name in names}) == len(wanted)
    assert all(
        len(name.encode()) <= 64 and name[0].isalpha() and name[-1] not in "._" for name in names
    )


def test_a_survey_comes_back_from_spss(db, people):
    survey = samples.survey_of(samples.EVERY_KIND)
    answer(survey, **GIVEN)
    answer(survey, nps=0, words="長い言葉" * 3_000)

    export = made(asked(survey, people.analyst, "sav"))

    values, meta = pyreadstat.read_sav(str(exports.path_of(export)), output_format="dict")
    assert list(values["nps"]) == [9, 0] and list(values["one"]) == ["other", ""]
    assert values["many.c1"][0] == 1 and values["rank.c2"][0] == 1
    assert meta.variable_value_labels["grid.r1"]["c1"] == "よい"
    assert meta.column_names_to_labels["nps"] == "すすめたいですか。"
    assert values["words"][0].startswith("連絡は 【メール】 へ")
    # 36,000 bytes; SPSS holds 32,767, and no half letter.
    assert values["words"][1] == "長い言葉" * (32_767 // 12) + "長い"[: (32_767 % 12) // 3]
    assert str(values["day"][0])[:10] == "2026-01-02" and values["many_people"][0] == 3.5
    assert export.rows == 2 and export.expires_at > timezone.now()
