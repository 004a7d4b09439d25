"""A row keeps its name however often and in whatever company it is sent."""

from voc.tables import Row, SeenRows, open_table, row_identities, row_identity


def row(*cells, number=1):
    return Row(number, dict(zip("abc", cells, strict=False)), tuple(cells), None)


def test_the_id_column_names_the_row():
    seen = SeenRows()

    assert row_identity(row("7", "x"), "a", seen) == "id:7"
    assert len(row_identity(row("7" * 5000, "x"), "a", seen)) < 100


def test_without_an_id_the_cells_and_their_repetition_name_the_row():
    name = row_identities()
    first, second, other = name(row("x", "y")), name(row("x", "y")), name(row("xy", ""))

    again = row_identities()
    assert len({first, second, other}) == 3
    assert [again(row("x", "y")), again(row("x", "y"))] == [first, second]
    assert again(row("xy", "")) == other


def test_an_empty_id_falls_back_to_the_cells():
    assert row_identity(row("", "y"), "a", SeenRows()).startswith("row:")


def test_repetitions_are_counted_over_many_rows():
    name = row_identities()
    names = {name(row(str(n % 20_000), "z")) for n in range(60_000)}

    assert len(names) == 60_000


def test_the_encoding_of_the_file_does_not_change_the_names(tmp_path):
    text = "日付,感想\n2026/01/05,髙い～と思う\n"
    names = []
    for encoding in ("utf-8", "utf-8-sig", "cp932", "utf-16"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        name = row_identities()
        names.append([name(each) for each in open_table(path)])

    assert all(each == names[0] for each in names)
