# SPDX-License-Identifier: Apache-2.0
"""mptcpp scenario and mptcpp ladder NAME; and the pictures in the documentation are what they draw."""
import json
import os
import pathlib
import subprocess
import sys

from harness import CommandTest, PROGRAM

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Scenario(CommandTest):
    def test_list_has_a_line_for_each(self):
        text = self.run_command("scenario", "list").stdout.decode()
        listed = json.loads(self.run_command("scenario", "list", "--json").stdout)
        self.assertEqual(len(text.splitlines()), len(listed))
        self.assertGreater(len(listed), 90)
        for line, entry in zip(text.splitlines(), listed):
            self.assertTrue(line.startswith(entry["id"]), line)
            self.assertIn(entry["title"], line)

    def test_run_tells_the_story_and_the_correction(self):
        result = self.run_command("scenario", "run", "S000-3")
        text = result.stdout.decode()
        self.assertEqual(result.returncode, 0, text)
        for part in ("Corrected:", "1238 and 1242", 'data[seq=1234,len=4,ack=5678,"abcd"]', "passed"):
            self.assertIn(part, text)

    def test_run_all_passes_with_a_line_each(self):
        result = self.run_command("scenario", "run", "all")
        lines = result.stdout.decode().splitlines()
        self.assertEqual(result.returncode, 0, lines[-1])
        count = len(lines) - 1
        self.assertEqual(lines[-1], f"{count} of {count} passed")
        self.assertTrue(all(line.startswith("passed") for line in lines[:-1]))

    def test_json_has_every_segment(self):
        (story,) = json.loads(self.run_command("scenario", "run", "S000-10", "--json").stdout)
        self.assertTrue(story["passed"])
        self.assertEqual([s["who"] for s in story["segments"]], ["C>S", "S>C", "C>S", "S>C"])
        self.assertEqual(story["segments"][1]["at_ms"], 10)
        self.assertFalse(any(s["lost"] for s in story["segments"]))

    def test_pcap_can_be_drawn_again(self):
        path = self.folder / "r1.pcap"
        self.assertEqual(self.run_command("scenario", "run", "R1", "--pcap", path).returncode, 0)
        drawn = self.run_command("ladder", path).stdout.decode()
        self.assertIn("MPTCP version 1", drawn)
        self.assertIn("MPC[v1,H,Key-C,Key-S✓,len=4]", drawn)

    def test_unknown_names(self):
        for arguments in (["scenario", "run", "mptcp-jion"], ["ladder", "mptcp-jion"], ["scenario", "run", "R1", "mptcp-jion"]):
            result = self.run_command(*arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assert_one_line(result.stderr.decode(), "mptcp-jion", "mptcp-join", "mptcpp scenario list")

    def test_wrong_usage(self):
        for arguments in (["scenario"], ["scenario", "run"], ["scenario", "run", "all", "--pcap", self.folder / "x.pcap"]):
            result = self.run_command(*arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assert_one_line(result.stderr.decode())

    def test_a_capture_that_cannot_be_written(self):
        result = self.run_command("scenario", "run", "R1", "--pcap", self.folder / "none" / "x.pcap")
        self.assertEqual(result.returncode, 1)
        self.assert_one_line(result.stderr.decode(), "x.pcap")

    def test_help_teaches(self):
        text = self.run_command("scenario", "--help").stdout.decode()
        for part in ("C>S", "Examples:", "mptcpp scenario run all", "Exit codes"):
            self.assertIn(part, text)


class Ladder(CommandTest):
    def test_by_name_on_the_terminal(self):
        text = self.run_command("ladder", "S000-6", "--width", "120").stdout.decode()
        for part in ("client", "server", "lost", "✗", "timer 228 ms", "ACK[ack=1238]"):
            self.assertIn(part, text)

    def test_by_name_as_a_picture(self):
        path = self.folder / "join.svg"
        self.assertEqual(self.run_command("ladder", "mptcp-join", "-o", path).returncode, 0)
        svg = path.read_text(encoding="utf-8")
        self.assertIn("MPJ[id=1,Token-S,Nonce-C]", svg)
        self.assertGreaterEqual(len(set(c for c in ("#0072b2", "#d55e00") if c in svg)), 2, "one colour per path")


class Pictures(CommandTest):
    def test_they_are_what_the_code_draws(self):
        result = subprocess.run([sys.executable, ROOT / "scripts" / "pictures.py", os.path.abspath(PROGRAM), "--check"],
                                capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
