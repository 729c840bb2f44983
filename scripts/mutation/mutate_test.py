# SPDX-License-Identifier: Apache-2.0
"""The places that mutate.py finds, what it writes there, and that a switch changes what it says and nothing else."""
import pathlib
import subprocess
import tempfile
import unittest

import mutate

SOURCE = """// a < b
#include "x.h"
constexpr int kThree = 3;
int F(int a, int b) {
  const char* text = "a < 5";
  if (a < b && b != 4) return a + 10;
  return b;
}
"""
CALLER = """
#include <cstdio>
int main() { std::printf("%d %d %d", F(1, 2), F(1, 4), F(2, 2)); }
"""


def mutants_of(text):
    return list(mutate.mutants_in("src/wire/x.cc", text, 7))


class Places(unittest.TestCase):
    def test_expressions_are_found_and_constants_comments_and_texts_are_not(self):
        self.assertEqual([(m.number, m.line, m.token) for m in mutants_of(SOURCE)],
                         [(7, 6, "<"), (8, 6, "&&"), (9, 6, "!="), (10, 6, "4"), (11, 6, "+"), (12, 6, "10")])

    def test_the_lines_stay_where_they_are(self):
        self.assertEqual(mutate.switched(SOURCE, mutants_of(SOURCE)).count("\n"), SOURCE.count("\n"))


class Switches(unittest.TestCase):
    def test_each_mutant_is_one_change_and_no_mutant_is_none(self):
        switches = pathlib.Path(mutate.__file__).with_name("switches.h")
        with tempfile.TemporaryDirectory() as folder:
            program, reached = pathlib.Path(folder, "program"), pathlib.Path(folder, "reached")
            source = mutate.switched(SOURCE, mutants_of(SOURCE)).replace('#include "x.h"', "") + CALLER
            subprocess.run(["c++", "-std=c++23", "-w", "-include", switches, "-x", "c++", "-", "-o", program], input=source, text=True, check=True)

            def output(**environment):
                return subprocess.run([program], env=environment, capture_output=True, text=True, check=True).stdout

            self.assertEqual(output(MUTANTS_REACHED=str(reached)), "11 4 2")
            self.assertEqual(reached.read_text().split(), ["7", "8", "9", "10", "11", "12"])
            self.assertEqual([output(MUTANT=str(n)) for n in range(7, 13)], ["11 4 12", "2 4 2", "2 11 2", "11 11 2", "-9 4 2", "12 4 2"])


if __name__ == "__main__":
    unittest.main()
