# SPDX-License-Identifier: Apache-2.0
"""mptcpp demo: the bytes arrive although a path disappears, and the report says so."""
import re

from harness import CommandTest


class Demo(CommandTest):
    def test_a_file_survives_the_loss_of_a_path(self):
        source = self.make_file("source", 12 << 20)
        result = self.run_command("demo", source, "--out", self.folder / "out", "--time", "3")
        text = result.stdout.decode()
        self.assertEqual((result.returncode, result.stderr), (0, b""), text)
        self.assert_same(source, self.folder / "out" / "received")
        self.assertIn("127.0.0.2 swallows everything", text)
        self.assertIn("127.0.0.2 works again", text)
        self.assertIn("SHA-256: equal", text)
        self.assertNotIn("\033", text, "no terminal: no bars")
        gap = float(re.search(r"longest gap in delivery: ([0-9.]+) ms", text).group(1))
        self.assertLess(gap, 2000)

    def test_the_report_stands_alone(self):
        self.run_command("demo", self.make_file("small & <odd>", 2 << 20), "--out", self.folder / "out", "--time", "1")
        html = (self.folder / "out" / "report.html").read_text()
        self.assertIn("<svg", html)
        self.assertIn("small &amp; &lt;odd&gt;", html)
        self.assertNotRegex(html, r"(src|href)=")
        self.assertGreaterEqual(html.count("<polyline"), 3)

    def test_a_missing_file(self):
        result = self.run_command("demo", self.folder / "missing", "--out", self.folder / "out")
        self.assertEqual(result.returncode, 1)
        self.assert_one_line(result.stderr.decode(), "missing")
