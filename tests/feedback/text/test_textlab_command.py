"""`manage.py textlab` as a script sees it: a process of its own, no database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from feedback.management.commands.textlab import Command

ROOT = Path(__file__).resolve().parents[3]
CSV = "text,label\n" + "".join(
    f"{text}{n},{label}\n"
    for n in range(8)
    for text, label in (("荷物が届かない", "配送"), ("値段が高い", "価格"), ("店員が親切", "接客"))
)


@pytest.fixture
def textlab(tmp_path):
    def run(*arguments, stdin=b""):
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/missing/none.sqlite3"}
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "textlab", *map(str, arguments)],
            input=stdin, capture_output=True, cwd=tmp_path, env=environment, timeout=120, check=False,
        )  # fmt: skip

    return run


def lines(done):
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def test_predict_answers_every_line(textlab):
    done = textlab(
        "predict",
        stdin="アプリは便利だが、ログインが遅い\n\n\r\nx\u2028y\n".encode()
        + b"\xff\n"
        + b"a" * 10_001,
    )

    found = lines(done)

    assert len(found) == 6
    assert [clause["polarity"] for clause in found[0]["clauses"]] == ["positive", "negative"]
    assert found[1]["clauses"] == []
    assert found[5]["truncated"] is True
    assert done.stderr == b""


def test_train_evaluate_and_predict_with_a_model(textlab, tmp_path):
    (tmp_path / "l.csv").write_text(CSV, encoding="utf-8")
    model = tmp_path / "m.voc"

    trained = lines(textlab("train", "--task", "topics", "--labels", "l.csv", "--out", model))[0]
    measured = lines(textlab("evaluate", "--model", model, "--labels", "l.csv"))[0]
    predicted = lines(textlab("predict", "--model", model, stdin="値段が高い\n".encode()))[0]

    assert trained["n"] == 24
    assert trained["classes"] == ["価格", "接客", "配送"]
    assert measured["accuracy"] == 1.0
    assert predicted["labels"][0]["label"] == "価格"


def test_seeds_alone_train(textlab, tmp_path):
    (tmp_path / "s.json").write_text('{"配送": ["荷物"], "価格": ["値段"]}', encoding="utf-8")

    found = lines(textlab("train", "--task", "topics", "--seeds", "s.json", "--out", "m.voc"))

    assert found[0]["n"] == 0
    assert (tmp_path / "m.voc").exists()


def test_discover_and_similar(textlab, tmp_path):
    (tmp_path / "l.csv").write_text(CSV, encoding="utf-8")

    themes = lines(textlab("discover", "l.csv", "--k", "3"))[0]
    similar = lines(textlab("similar", "l.csv", stdin="値段が高い3\n\n".encode()))

    assert sorted(theme["size"] for theme in themes["themes"]) == [8, 8, 8]
    assert len(themes["assignments"]) == 24
    assert similar[0]["matches"][0] == {"row": 10, "score": 1.0}
    assert len(similar[0]["matches"]) == 10
    assert similar[1] == {"matches": []}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("guess",), 2),
        (("train", "--task", "topics"), 2),
        (("train", "--task", "topics", "--out", "m"), 2),
        (("discover", "l.csv", "--k", "0"), 2),
        (("predict", "missing.txt"), 1),
        (("evaluate", "--model", "l.csv", "--labels", "l.csv"), 1),
        (
            ("train", "--task", "topics", "--labels", "l.csv", "--label-column", "x", "--out", "m"),
            1,
        ),
    ],
)
def test_what_is_refused_says_why(tmp_path, monkeypatch, capsys, arguments, code):
    (tmp_path / "l.csv").write_text(CSV, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as left:
        Command().run_from_argv(["manage.py", "textlab", *arguments])

    said = capsys.readouterr()
    assert left.value.code == code
    assert said.out == ""
    assert said.err.strip()
    assert "Traceback" not in said.err
