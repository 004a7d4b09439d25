import json
import random

import pytest

from feedback.text import lab  # noqa: F401 - the package itself must import without scikit-learn
from feedback.text.lab.answers import answer, to_json
from feedback.text.lab.files import LabError, read_labels, read_seeds, read_texts, split_lines
from feedback.text.lab.models import evaluate, load, predict, save, train
from feedback.text.lab.similar import SimilarIndex
from feedback.text.lab.themes import discover

SEEDS = {"配送": ["配送", "届", "荷物"], "価格": ["値段", "高い", "料金"], "接客": ["店員", "接客"]}
_PARTS = {
    "配送": ["荷物が届くのが{}", "配送が{}", "届いた箱が{}", "荷物の扱いが{}", "配送の連絡が{}"],
    "価格": ["値段が{}", "料金が{}", "会費が{}", "高いので{}", "値段の説明が{}"],
    "接客": ["店員の態度が{}", "接客が{}", "店員の声が{}", "店員さんが{}", "接客の言葉が{}"],
}
_ENDS = [
    "良かった",
    "残念でした",
    "普通です",
    "気になります",
    "遅い",
    "早い",
    "丁寧だった",
    "雑だった",
]


@pytest.fixture(scope="module")
def rows():
    found = [
        (part.format(end), name) for name, of in _PARTS.items() for part in of for end in _ENDS
    ]
    random.Random(1).shuffle(found)
    return found


@pytest.fixture(scope="module")
def model(rows):
    return train("topics", [text for text, _ in rows[:90]], [label for _, label in rows[:90]])


def test_a_model_learns_from_labels(model, rows):
    result = evaluate(model, [text for text, _ in rows[90:]], [label for _, label in rows[90:]])

    assert result["n"] == 30
    assert result["accuracy"] > 0.9
    assert result["top3"] == 1.0
    assert 0 <= result["ece"] <= 0.5
    assert result["accuracy_at_80"] >= result["accuracy"]
    assert set(result) == {"n", "accuracy", "macro_f1", "top3", "ece", "accuracy_at_80"}


def test_seed_words_alone_make_a_model(rows):
    for texts in ([], [text for text, _ in rows]):
        model = train("topics", texts, [""] * len(texts), SEEDS)

        result = evaluate(model, [text for text, _ in rows], [label for _, label in rows])

        assert model.info["n"] == 0
        assert result["accuracy"] > 0.8


def test_gold_labels_outweigh_seed_words(rows):
    crossed = {"配送": ["値段"], "価格": ["荷物"], "接客": ["接客"]}

    model = train("topics", [text for text, _ in rows], [label for _, label in rows], crossed)

    assert evaluate(model, ["値段が遅い"], ["価格"])["accuracy"] == 1.0


def test_polarity_is_learnt_from_few_rows():
    texts = ["とても良い", "悪い", "良かった", "悪かった", "良くない", "悪くない"] * 5
    labels = ["positive", "negative", "positive", "negative", "negative", "positive"] * 5

    model = train("polarity", texts, labels)

    assert evaluate(model, texts[:6], labels[:6])["accuracy"] == 1.0


def test_probabilities_sum_to_one(model):
    chances = predict(model, ["値段が高い", "", "\x00\ud800"])

    assert chances.shape == (3, 3)
    assert chances.sum(axis=1) == pytest.approx([1, 1, 1])


def test_a_class_with_one_row_is_no_obstacle():
    model = train("topics", ["荷物が届いた", "値段が高い", "値段が安い"], ["配送", "価格", "価格"])

    assert evaluate(model, ["値段"], ["価格"])["accuracy"] == 1.0


def test_a_label_never_seen_counts_as_wrong(model):
    result = evaluate(model, ["値段が高い", "値段が高い"], ["価格", "未知"])

    assert result["accuracy"] == 0.5
    assert result["unknown_labels"] == ["未知"]


@pytest.mark.parametrize("labels", [["価格"], []])
def test_one_class_is_refused(labels):
    with pytest.raises(LabError, match="too_few_classes"):
        train("topics", ["値段"] * len(labels), labels)


def test_a_saved_model_answers_the_same(model, rows, tmp_path):
    header = save(model, tmp_path / "m.voc")

    again = load(tmp_path / "m.voc", digest=header["digest"])

    texts = [text for text, _ in rows[:20]]
    assert predict(again, texts).tolist() == predict(model, texts).tolist()


def test_a_changed_model_file_is_refused(model, tmp_path):
    path = tmp_path / "m.voc"
    header = save(model, path)
    whole = path.read_bytes()

    for damaged in (
        whole[:-20],
        whole.replace("配送".encode(), "価格".encode(), 1),
        whole.replace(b"\\u914d\\u9001", b"\\u914d\\u9002", 1),
        whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:],
    ):
        if damaged == whole:
            continue
        path.write_bytes(damaged)
        with pytest.raises(LabError, match=r"damaged_model|not_a_model"):
            load(path)
    path.write_bytes(whole)
    with pytest.raises(LabError, match="damaged_model"):
        load(path, digest="0" * 64)
    assert load(path, digest=header["digest"]).classes == model.classes


def test_a_model_file_that_holds_code_is_refused(model, tmp_path):
    model_with_code = train("topics", ["荷物", "値段"], ["配送", "価格"])
    model_with_code.svm.surprise = print

    save(model_with_code, tmp_path / "m.voc")

    with pytest.raises(LabError, match="untrusted_model"):
        load(tmp_path / "m.voc")


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\x80\x04cos\nsystem\n", b"[" * 100_000])
def test_any_other_file_is_no_model(tmp_path, content):
    (tmp_path / "m").write_bytes(content)

    with pytest.raises(LabError, match="not_a_model"):
        load(tmp_path / "m")


def test_themes_gather_what_belongs_together(rows):
    texts = [text for text, _ in rows] + ["", "。"]

    found = discover(texts, 3)

    assert len(found["assignments"]) == len(texts)
    assert found["assignments"][-2:] == [-1, -1]
    assert sum(theme["size"] for theme in found["themes"]) == len(rows)
    assert [theme["size"] for theme in found["themes"]] == sorted(
        (theme["size"] for theme in found["themes"]), reverse=True
    )
    for number, theme in enumerate(found["themes"]):
        assert theme["name"]
        assert found["assignments"].count(number) == theme["size"]
        assert set(theme["examples"]) <= set(texts)
    assert len({theme["name"] for theme in found["themes"]}) == 3


@pytest.mark.parametrize("texts", [[], ["", "。"]])
def test_nothing_to_read_is_said(texts):
    with pytest.raises(LabError, match="nothing_to_read"):
        discover(texts)


def test_one_text_is_one_theme():
    assert discover(["荷物が届かない"])["assignments"] == [0]


def test_the_same_text_is_the_nearest(rows):
    texts = [text for text, _ in rows]

    matches = SimilarIndex(texts).nearest([texts[7], "荷物の配送がとても遅い", ""])

    assert matches[0][0] == (7, pytest.approx(1.0))
    assert [len(found) for found in matches] == [10, 10, 0]
    scores = [score for _, score in matches[1]]
    assert scores == sorted(scores, reverse=True)
    assert "配送" in texts[matches[1][0][0]] or "荷物" in texts[matches[1][0][0]]


def test_lines_end_at_line_feeds_only():
    assert split_lines("a\u2028b\r\n\nc\x85d".encode()) == ["a\u2028b\r", "", "c\x85d"]
    assert split_lines(b"\xff\n") == ["\ufffd"]
    assert split_lines(b"") == []


def test_an_answer_is_one_line_for_every_reader():
    line = to_json({"text": "a\u2028b\x85c\nd\x0b\ud800"})

    assert len(line.splitlines()) == 1
    assert json.loads(line)["text"][:6] == "a\u2028b\x85c\n"


def test_an_answer_has_the_promised_shape():
    from feedback.text import analyse, default_taxonomy

    found = answer(analyse("送料が高い", default_taxonomy()))

    assert found == {
        "clauses": [
            {
                "start": 0,
                "end": 5,
                "text": "送料が高い",
                "polarity": "negative",
                "intent": "complaint",
                "topics": [{"topic": "price.fee", "confidence": 0.55}],
            }
        ],
        "compounds": ["送料"],
        "masked": "送料が高い",
    }


def test_tables_are_read_by_their_header(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text('\ufeffid,text,topic\n1,"荷物,\n箱",配送\n2,値段,\n', encoding="utf-8")

    assert read_labels(str(path)) == (["荷物,\n箱", "値段"], ["配送", ""])
    assert read_labels(str(path), label_column="id") == (["荷物,\n箱", "値段"], ["1", "2"])
    assert read_texts(str(path)) == ["荷物,\n箱", "値段"]
    with pytest.raises(LabError, match="no_column"):
        read_labels(str(path), text_column="本文")


@pytest.mark.parametrize(
    "content", ["", "[", "[]", "{}", '{"a": "b"}', '{"a": [1]}', '{"a": [" "]}']
)
def test_seeds_of_another_shape_are_refused(tmp_path, content):
    path = tmp_path / "s.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(LabError, match="seeds_"):
        read_seeds(str(path))
