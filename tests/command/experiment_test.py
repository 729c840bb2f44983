# SPDX-License-Identifier: Apache-2.0
"""mptcpp experiment: list, show, run; what is there is not run again; shards add up to the whole."""
import json

from harness import CommandTest

# A short experiment without a random element that could take long.
NAME, NUMBER = "cubic-and-reno", "23"


class ExperimentTest(CommandTest):
    def lines_of(self, folder):
        return [json.loads(line) for file in sorted(folder.glob("runs*.jsonl")) for line in file.read_text().splitlines()]

    def test_help_and_lists(self):
        for command in ([], ["list"], ["show"], ["run"]):
            result = self.run_command("experiment", *command, "--help")
            self.assertEqual(result.returncode, 0)
            self.assertIn(b"Example", result.stdout)
        listed = self.run_command("experiment", "list")
        self.assertEqual(listed.returncode, 0)
        self.assertIn(b" 1  shared-bottleneck", listed.stdout)
        shown = self.run_command("experiment", "show", NUMBER)
        self.assertEqual(shown.returncode, 0)
        self.assertIn(NAME.encode(), shown.stdout)
        self.assertIn(b"Passes when", shown.stdout)

    def test_usage_errors_are_one_line_with_the_nearest_name(self):
        for arguments, parts in ((["show", "cubic-and-rno"], (NAME,)), (["run", "99"], ("no experiment '99'",)),
                                 (["run", NAME, "--shard", "3/2"], ("--shard 3/2",)), (["run", NAME, "--shard", "1/2x"], ("1/2x",)),
                                 (["run", NAME, "--seeds", "0"], ("--seeds",)), (["run"], ("mptcpp experiment run --help",)),
                                 ([], ("mptcpp experiment --help",))):
            result = self.run_command("experiment", *arguments)
            self.assertEqual(result.returncode, 2, (arguments, result))
            self.assert_one_line(result.stderr.decode(), *parts)

    def test_a_run_is_stored_resumed_and_reported(self):
        folder = self.folder / "out"
        first = self.run_command("experiment", "run", NAME, "--quick", "--out", folder)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn(b"=>", first.stdout)
        runs = self.lines_of(folder)
        self.assertEqual({run["experiment"] for run in runs}, {NAME})
        for name in ("index.html", NAME + ".html"):
            self.assertIn("</html>", (folder / name).read_text())
        # As if it had been interrupted while the last line was written.
        stored = folder / "runs.jsonl"
        text = stored.read_text()
        stored.write_text(text[: len(text) - 20])
        again = self.run_command("experiment", "run", NUMBER, "--quick", "--out", folder)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(again.stdout, first.stdout)

    def test_shards_add_up(self):
        folder = self.folder / "out"
        for part in (1, 2):
            result = self.run_command("experiment", "run", NAME, "--quick", "--out", folder, "--shard", f"{part}/2")
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(sorted(file.name for file in folder.glob("*.jsonl")), ["runs-1-of-2.jsonl", "runs-2-of-2.jsonl"])
        whole = self.run_command("experiment", "run", NAME, "--quick", "--no-run", "--out", folder)
        self.assertNotIn(b"not run", whole.stdout)
        document = self.folder / "page.md"
        document.write_text("before\n<!-- results -->\nold\n<!-- end of results -->\nafter\n")
        self.run_command("experiment", "run", NAME, "--quick", "--no-run", "--out", folder, "--markdown", document)
        text = document.read_text()
        self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
        self.assertNotIn("\nold\n", text)
        self.assertIn("experiment run " + NAME, text)


if __name__ == "__main__":
    import unittest
    unittest.main()
