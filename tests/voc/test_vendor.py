"""The vendored files are the published ones, byte for byte, each with its licence."""

import json
import re

from voc import vendor


def test_every_vendored_file_has_the_recorded_hash():
    assert vendor.problems() == []


def test_a_changed_missing_or_extra_file_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "vendor/a").mkdir(parents=True)
    (tmp_path / "vendor/a/kept.js").write_text("one")
    (tmp_path / "vendor/a/extra.js").write_text("two")
    files = {"kept.js": vendor.sha512(b"something else"), "gone.js": vendor.sha512(b"")}
    manifest = tmp_path / "vendor.json"
    manifest.write_text(json.dumps({"packages": [{"folder": "a", "files": files}]}))
    monkeypatch.setattr(vendor, "FOLDER", tmp_path / "vendor")
    monkeypatch.setattr(vendor, "MANIFEST", manifest)

    assert vendor.problems() == [
        "missing: a/gone.js",
        "not listed: a/extra.js",
        "changed: a/kept.js",
    ]


def test_every_package_names_its_licence_and_carries_the_text():
    packages = json.loads(vendor.MANIFEST.read_text())["packages"]

    assert [(p["name"], p["version"], p["licence"]) for p in packages] == [
        (p.name, p.version, p.licence) for p in vendor.PACKAGES
    ]
    for package in packages:
        assert len((vendor.FOLDER / package["folder"] / "LICENSE").read_text()) > 200


def test_every_listed_icon_is_a_drawing_without_foreign_markup():
    icons = json.loads((vendor.FOLDER / "icons/icons.json").read_text())

    assert set(icons) == set(vendor.ICONS)
    for name, shape in icons.items():
        assert re.fullmatch(
            r'(<(path|circle|rect|line|polyline)( [a-z-]+="[^"<>]*")+/>)+', shape
        ), name


def test_the_font_covers_kana_kanji_and_its_files_exist():
    css = (vendor.FOLDER / "noto-sans-jp/noto-sans-jp.css").read_text()
    covered = set()
    for ranges in re.findall(r"unicode-range:([^;}]+)", css):
        for part in ranges.split(","):
            low, _, high = part.strip().removeprefix("U+").partition("-")
            covered.update(range(int(low, 16), int(high or low, 16) + 1))

    assert {ord(char) for char in "声あアー、。「」亜髙﨑々〜ABC0123−"} <= covered
    names = re.findall(r"url\(([^)]+)\)", css)
    assert names
    assert all((vendor.FOLDER / "noto-sans-jp" / name).is_file() for name in names)
