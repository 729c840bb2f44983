#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests rfc_coverage.py on a small tree: what it finds, and each thing that it must complain about."""
import contextlib
import io
import pathlib
import tempfile
import unittest
from unittest import mock

import rfc_coverage

RULES = """# a comment
== First
A-1 | M | 3 | One thing
A-2 | Y | 3.1 | Another | declined: nobody wants it
== Second
B-1 | N | 3.2 | A third
"""
CPP = """// Covers: A-1
TEST(Suite, One) {}

// Covers: A-1, B-1
// Why it is so.
TEST_P(Suite, Two) {}
"""
PYTHON = """# Covers: B-1
@case(families=(4,),
      clients=())
def third(t):
    pass
"""


class RfcCoverageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("docs/requirements.txt", RULES)
        self.write("src/room/x_test.cc", CPP)
        self.write("tests/interop/cases.py", PYTHON)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_script(self, *arguments):
        errors = io.StringIO()
        with mock.patch("sys.argv", ["rfc_coverage.py", "--root", str(self.root), *arguments]):
            with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(errors):
                code = rfc_coverage.main()
        return code, errors.getvalue()

    def test_a_page_that_was_made_passes(self):
        self.assertEqual(self.run_script(), (0, ""))
        self.assertEqual(self.run_script("--check"), (0, ""))
        page = (self.root / "docs/rfc-coverage.md").read_text(encoding="utf-8")
        self.assertIn("| A-1 | MUST | 3 | One thing | [Suite.One](../src/room/x_test.cc), [Suite.Two](../src/room/x_test.cc) |",
                      page)
        self.assertIn("[third](../tests/interop/cases.py)", page)
        self.assertIn("declined: nobody wants it", page)
        self.assertIn("3 rules: 2 shown by tests, 1 declined.", page)

    def test_a_stale_page_is_found(self):
        self.run_script()
        self.write("src/room/x_test.cc", CPP + "// Covers: B-1\nTEST(Suite, New) {}\n")
        code, said = self.run_script("--check")
        self.assertEqual(code, 1)
        self.assertIn("stale", said)

    def test_unknown_rules_and_stray_marks_are_found(self):
        self.write("src/room/y_test.cc", "// Covers: Z-9\nTEST(Suite, Three) {}\n// Covers: A-1\n\nTEST(Suite, Four) {}\n")
        code, said = self.run_script()
        self.assertEqual(code, 1)
        self.assertIn("y_test.cc:1: there is no rule Z-9", said)
        self.assertIn("y_test.cc:3: the mark stands over no test", said)

    def test_rules_without_tests_are_listed(self):
        self.write("tests/interop/cases.py", "")
        self.write("src/room/x_test.cc", "")
        self.assertEqual(self.run_script("--open"), (0, "A-1\nB-1\n"))
        self.run_script()
        self.assertEqual(self.run_script("--check"), (0, ""))
        self.assertEqual(self.run_script("--check", "--complete"), (1, "A-1: no test shows it\nB-1: no test shows it\n"))

    def test_only_what_is_left_open_may_be_declined(self):
        self.write("docs/requirements.txt", "== First\nA-1 | M | 3 | One thing | declined: too hard\n")
        with self.assertRaises(ValueError):
            self.run_script()


if __name__ == "__main__":
    unittest.main()
