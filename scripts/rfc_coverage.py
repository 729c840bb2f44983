#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Joins docs/requirements.txt with the tests that show each rule, and writes docs/rfc-coverage.md.

A test says what it shows in a comment right above it: `// Covers: CAP-3, CAP-5` over TEST, TEST_F or TEST_P, `# Covers: ...`
over a Python function (decorators may stand between). Looked at are src/**/*_test.cc and tests/**/*.{cc,py}.

--check writes nothing. It fails where a mark names a rule that does not exist or stands over no test, and where the page is not
what it would be; with --complete also where a rule has neither a test nor a reason to be declined.
"""
import argparse
import pathlib
import re
import sys
from dataclasses import dataclass, field

LEVELS = {"M": "MUST", "MN": "MUST NOT", "S": "SHOULD", "SN": "SHOULD NOT", "R": "RECOMMENDED", "Y": "MAY", "N": "design",
          "I": "advice"}
MARK = re.compile(r"^\s*(?://|#)\s*Covers:\s*(.*?)\s*$")
CPP_TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
PYTHON_TEST = re.compile(r"^\s*def (\w+)\(")
ID = re.compile(r"[A-Z0-9]+-\d+$")

HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Made by scripts/rfc_coverage.py from requirements.txt and the marks in the tests; run it instead of editing this. -->
# The rules of RFC 8684, and the tests that show them

Every rule of the specification in our words ([requirements.txt](requirements.txt)), with its strength, its section and the
tests that fail without it. A rule may be declined only if the specification leaves it open, and the table says why. Where the
specification contradicts itself or says nothing, [decisions](decisions/README.md) says what was decided.

"""


@dataclass
class Rule:
    id: str
    level: str
    section: str
    text: str
    declined: str = ""
    tests: list = field(default_factory=list)  # (path, name)


def read_rules(text):
    """[(group title, [Rule])]"""
    groups = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("== "):
            groups.append((line[3:].strip(), []))
            continue
        parts = [part.strip() for part in line.split(" | ")]
        declined = ""
        if len(parts) == 5 and parts[4].startswith("declined: "):
            declined = parts.pop().removeprefix("declined: ")
        if len(parts) != 4 or not ID.match(parts[0]) or parts[1] not in LEVELS or not groups:
            raise ValueError(f"requirements.txt:{number}: not a rule: {line}")
        if declined and parts[1] not in ("Y", "I"):
            raise ValueError(f"requirements.txt:{number}: only Y and I may be declined")
        groups[-1][1].append(Rule(*parts, declined))
    return groups


def tests_below(lines, at, is_python):
    """The name of the test that a mark in line `at` belongs to, or None."""
    for line in lines[at + 1:]:
        if is_python:
            if match := PYTHON_TEST.match(line):
                return match[1]
            if not line.strip() or line.startswith("class "):
                return None
        else:
            if match := CPP_TEST.match(line):
                return f"{match[1]}.{match[2]}"
            if not line.lstrip().startswith("//"):
                return None
    return None


def read_marks(path, name):
    """[(ids, test name or None, line)] of one file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(lines):
        if match := MARK.match(line):
            ids = [one.strip() for one in match[1].split(",")]
            yield ids, tests_below(lines, at, name.endswith(".py")), at + 1


def test_files(root):
    for pattern in ("src/**/*_test.cc", "tests/**/*.cc", "tests/**/*.py"):
        yield from root.glob(pattern)


def collect(root, groups):
    """Puts the tests into the rules; returns what is wrong with the marks."""
    rules = {rule.id: rule for _, group in groups for rule in group}
    problems = []
    for path in sorted(test_files(root)):
        name = path.relative_to(root).as_posix()
        for ids, test, line in read_marks(path, name):
            if test is None:
                problems.append(f"{name}:{line}: the mark stands over no test")
                continue
            for one in ids:
                if one not in rules:
                    problems.append(f"{name}:{line}: there is no rule {one}")
                elif (name, test) not in rules[one].tests:
                    rules[one].tests.append((name, test))
    return problems


def empty_rules(groups):
    return [rule.id for _, group in groups for rule in group if not rule.tests and not rule.declined]


def shown_by(rule):
    tests = [f"[{test}](../{path})" for path, test in rule.tests]
    if rule.declined:
        tests.append(f"declined: {rule.declined}")
    return ", ".join(tests) or "**nothing yet**"


def write_page(groups):
    rules = [rule for _, group in groups for rule in group]
    shown = sum(1 for rule in rules if rule.tests)
    declined = sum(1 for rule in rules if rule.declined and not rule.tests)
    page = [HEAD, f"{len(rules)} rules: {shown} shown by tests, {declined} declined"]
    open_ones = len(rules) - shown - declined
    page.append(f", {open_ones} open.\n" if open_ones else ".\n")
    for title, group in groups:
        page.append(f"\n## {title}\n\n| rule | strength | section | what it says | shown by |\n|---|---|---|---|---|\n")
        page += [f"| {r.id} | {LEVELS[r.level]} | {r.section} | {r.text} | {shown_by(r)} |\n" for r in group]
    return "".join(page)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is wrong")
    parser.add_argument("--complete", action="store_true", help="with --check: no rule may be without test")
    parser.add_argument("--open", action="store_true", help="list the rules without test, and write nothing")
    arguments = parser.parse_args()
    groups = read_rules((arguments.root / "docs/requirements.txt").read_text(encoding="utf-8"))
    problems = collect(arguments.root, groups)
    if arguments.open:
        print("\n".join(empty_rules(groups)))
        return 0
    page_path = arguments.root / "docs/rfc-coverage.md"
    page = write_page(groups)
    if arguments.check:
        if not page_path.exists() or page_path.read_text(encoding="utf-8") != page:
            problems.append("docs/rfc-coverage.md is stale: run scripts/rfc_coverage.py")
        if arguments.complete:
            problems += [f"{one}: no test shows it" for one in empty_rules(groups)]
    elif not problems:
        page_path.write_text(page, encoding="utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
