"""The third-party files that pages are served with, and how they got here.

`python -m voc.vendor` fetches the packages below with `npm pack`, keeps the few files that are
used and writes `voc/static/vendor.json`. `python -m voc.vendor --check` compares the files on
disk with that list. Node is needed for the first only, never at run time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
FOLDER = STATIC / "vendor"
MANIFEST = STATIC / "vendor.json"

_ICON_NAMES = (
    "adjustments-horizontal alarm alert-circle alert-triangle archive arrow-back-up arrow-merge "
    "arrow-narrow-down arrow-narrow-up arrow-right at bell bolt book bookmark building-store bulb "
    "calendar chart-dots chart-line check chevron-down chevron-left chevron-right chevron-up "
    "circle circle-check circle-dashed clipboard-list clock copy corner-up-left database "
    "device-desktop dots download external-link eye eye-off file-text filter flag gavel hammer "
    "help-circle history home inbox info-circle key language link list lock lock-open logout "
    "mail menu-2 message-2 message-circle message-report minus moon paperclip pencil phone "
    "player-pause plug plus point printer qrcode quote refresh repeat robot rocket scale search "
    "selector send settings shield-lock sparkles stack-2 star sun tags target-arrow template "
    "thumb-up trash trending-down trending-up upload user user-check user-plus users wand "
    "webhook world x"
)
ICONS = tuple(_ICON_NAMES.split())
# Slices of the font that no Japanese or English page needs.
UNUSED_SCRIPTS = ("cyrillic", "vietnamese")

Read = Callable[[str], bytes]


@dataclass(frozen=True)
class Package:
    """One published package, its exact version and what is kept of it."""

    name: str
    version: str
    licence: str
    folder: str
    keep: Callable[[Read], Iterator[tuple[str, bytes]]]


def _htmx(read: Read) -> Iterator[tuple[str, bytes]]:
    yield "htmx.min.js", read("dist/htmx.min.js")
    yield "LICENSE", read("LICENSE")


def _noto(read: Read) -> Iterator[tuple[str, bytes]]:
    faces = []
    for block in re.findall(r"@font-face\s*{.*?}", read("wght.css").decode(), re.S):
        source = re.search(r"url\(\./(files/[^)]+\.woff2)\)", block)
        assert source, block
        name = source[1].rsplit("/", 1)[1]
        if any(script in name for script in UNUSED_SCRIPTS):
            continue
        yield name, read(source[1])
        block = block.replace(f"./{source[1]}", name)
        faces.append(re.sub(r"\s*([{}:;,])\s*", r"\1", block).replace(";}", "}"))
    yield "noto-sans-jp.css", ("\n".join(faces) + "\n").encode()
    yield "LICENSE", read("LICENSE")


def _icons(read: Read) -> Iterator[tuple[str, bytes]]:
    shapes = {}
    for name in ICONS:
        svg = read(f"icons/outline/{name}.svg").decode()
        inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
        inner = re.sub(r'\s*<path stroke="none"[^>]*/>', "", inner)
        shapes[name] = re.sub(r"\s*/>\s*", "/>", inner).strip()
    text = json.dumps(shapes, indent=0, ensure_ascii=False, sort_keys=True)
    yield "icons.json", (text + "\n").encode()
    yield "LICENSE", read("LICENSE")


PACKAGES = (
    Package("htmx.org", "2.0.10", "0BSD", "htmx", _htmx),
    Package("@tabler/icons", "3.51.0", "MIT", "icons", _icons),
    Package("@fontsource-variable/noto-sans-jp", "5.3.1", "OFL-1.1", "noto-sans-jp", _noto),
)


def sha512(data: bytes) -> str:
    """The hexadecimal SHA-512 of the bytes."""
    return hashlib.sha512(data).hexdigest()


def problems() -> list[str]:
    """What differs between the manifest and the files on disk; empty when all is well."""
    listed = {
        f"{package['folder']}/{path}": digest
        for package in json.loads(MANIFEST.read_text())["packages"]
        for path, digest in package["files"].items()
    }
    found = {
        path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.is_file()
    }
    return (
        [f"missing: {path}" for path in sorted(listed.keys() - found.keys())]
        + [f"not listed: {path}" for path in sorted(found.keys() - listed.keys())]
        + [
            f"changed: {path}"
            for path in sorted(listed.keys() & found.keys())
            if sha512(found[path].read_bytes()) != listed[path]
        ]
    )


def fetch(package: Package, scratch: Path, *, tarball_sha512: str | None) -> dict[str, object]:
    """Writes the package's files and returns its entry for the manifest.

    A tarball of a version already in the manifest must be the tarball recorded there.
    """
    done = subprocess.run(  # noqa: S603 - fixed arguments from the table above
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],  # noqa: S607
        cwd=scratch,
        check=True,
        capture_output=True,
        text=True,
    )
    tarball = scratch / done.stdout.split()[-1]
    digest = sha512(tarball.read_bytes())
    if tarball_sha512 and digest != tarball_sha512:
        raise SystemExit(f"{package.name} {package.version}: the published file has changed")
    files = {}
    with tarfile.open(tarball) as archive:

        def read(path: str) -> bytes:
            member = archive.extractfile(f"package/{path}")
            assert member, path
            return member.read()

        for path, data in package.keep(read):
            target = FOLDER / package.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            files[path] = sha512(data)
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "folder": package.folder,
        "tarball_sha512": digest,
        "files": dict(sorted(files.items())),
    }


def main(arguments: list[str]) -> int:
    """The exit code of the command: 0 when the files are as listed, 1 when they are not."""
    parser = argparse.ArgumentParser(prog="python -m voc.vendor", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, fetch nothing")
    options = parser.parse_args(arguments)
    if not options.check:
        known = json.loads(MANIFEST.read_text())["packages"] if MANIFEST.exists() else []
        recorded = {(p["name"], p["version"]): p["tarball_sha512"] for p in known}
        with tempfile.TemporaryDirectory() as folder:
            entries = [
                fetch(
                    package,
                    Path(folder),
                    tarball_sha512=recorded.get((package.name, package.version)),
                )
                for package in PACKAGES
            ]
        MANIFEST.write_text(json.dumps({"packages": entries}, indent=1, ensure_ascii=False) + "\n")
    differences = problems()
    sys.stderr.writelines(f"{line}\n" for line in differences)
    sys.stdout.write(json.dumps({"packages": len(PACKAGES), "differences": len(differences)}))
    sys.stdout.write("\n")
    return 1 if differences else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
