#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of docs/middleboxes.md: every node of the simulator stands in it, every node and test in it exists, no class is missing.

Usage: middlebox_table.py PROGRAM. The nodes are those that `mptcpp sim --middleboxes` lists.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLASSES = [f"M{n}" for n in range(1, 26)]


def rows(text):
    """(class, nodes, tests) of each row."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and re.fullmatch(r"M\d+[a-z]?", cells[0]):
            yield cells[0], re.findall(r"`([\w-]+)`", cells[2]), re.findall(r"\w+\.\w+", cells[3])


def tests_in(text):
    """"Suite.Name" of each TEST, TEST_F and TEST_P."""
    return {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+), (\w+)\)", text, re.MULTILINE)}


def problems(text, nodes, tests):
    table = list(rows(text))
    found = [f"no row for class {c}" for c in CLASSES if not any(re.fullmatch(c + "[a-z]?", row[0]) for row in table)]
    found += [f"node {node} stands in no row" for node in nodes if not any(node in row[1] for row in table)]
    for name, its_nodes, its_tests in table:
        found += [f"{name}: there is no node {node}" for node in its_nodes if node not in nodes]
        found += [f"{name}: there is no test {test}" for test in its_tests if test not in tests]
        if not its_nodes or not its_tests:
            found.append(f"{name}: a node and a test are expected")
    return found


def main(program):
    listing = subprocess.run([program, "sim", "--middleboxes"], capture_output=True, text=True, check=True, timeout=60).stdout
    nodes = re.findall(r"^  ([a-z][\w-]*) ", listing, re.MULTILINE)
    tests = set()
    for file in sorted((ROOT / "tests" / "middlebox").glob("*_test.cc")):
        tests |= tests_in(file.read_text(encoding="utf-8"))
    found = problems((ROOT / "docs" / "middleboxes.md").read_text(encoding="utf-8"), nodes, tests)
    print("\n".join(found) if found else f"{len(nodes)} nodes, {len(tests)} tests")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
