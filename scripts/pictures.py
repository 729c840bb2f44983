#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pictures of docs/*.md: each is what `mptcpp ladder NAME` draws today.

Usage: pictures.py PROGRAM [--check]. Draws every docs/pictures/NAME.svg that a page in docs shows; with --check it changes
nothing and fails if one differs, is missing, or is shown nowhere.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs"
FOLDER = PAGES / "pictures"


def names():
    text = "\n".join(page.read_text(encoding="utf-8") for page in sorted(PAGES.glob("*.md")))
    return sorted(set(re.findall(r"\(pictures/([\w-]+)\.svg\)", text)))


def draw(program, name):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "picture.svg"
        subprocess.run([program, "ladder", name, "-o", str(path)], check=True, timeout=120)
        return path.read_text(encoding="utf-8")


def main(arguments):
    check = "--check" in arguments
    program = next(a for a in arguments if not a.startswith("--"))
    problems = []
    for name in names():
        path = FOLDER / f"{name}.svg"
        picture = draw(program, name)
        if not check:
            path.write_text(picture, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != picture:
            problems.append(f"{path.relative_to(ROOT)} is not what the code produces: scripts/pictures.py PROGRAM")
    for path in sorted(FOLDER.glob("*.svg")):
        if path.stem not in names():
            problems.append(f"{path.relative_to(ROOT)} is shown nowhere")
    print("\n".join(problems) if problems else f"{len(names())} pictures")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
