# SPDX-License-Identifier: Apache-2.0
"""Runs the `mptcpp` command that the environment variable MPTCPP names."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ.get("MPTCPP", "mptcpp")
DEADLINE = 120  # seconds for anything


def free_port():
    """A UDP port that is free on 127.0.0.1 and, very likely, on its neighbours."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def port_is_open(port):
    wanted = f":{port:04X}"
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        try:
            with open(table, encoding="ascii") as lines:
                if any(line.split()[1].endswith(wanted) for line in list(lines)[1:]):
                    return True
        except FileNotFoundError:
            pass
    return False


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mptcpp-test-"))
        self.started = []

    def tearDown(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            self.finish(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run_command(self, *arguments, **more):
        """Runs to the end; standard input is empty unless given."""
        more.setdefault("input", b"")
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, timeout=DEADLINE, check=False, **more)

    def start(self, *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **more):
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, **more)
        self.started.append(process)
        return process

    def start_listener(self, port, *arguments, **more):
        process = self.start("listen" if arguments[:1] != ("perf",) else "perf", *(("listen",) if arguments[:1] == ("perf",) else ()),
                             port, *(arguments[1:] if arguments[:1] == ("perf",) else arguments), **more)
        number = int(str(port).rsplit(":", 1)[-1])
        end = time.monotonic() + DEADLINE
        while not port_is_open(number):
            self.assertIsNone(process.poll(), "the listener ended: " + repr(process.poll() is not None and process.stderr.read()))
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return process

    def finish(self, process):
        """(exit code, standard output, standard error)"""
        if process.stdin is not None and process.stdin.closed:
            process.stdin = None
        out, err = process.communicate(timeout=DEADLINE)
        return process.returncode, out, err.decode()

    def assert_one_line(self, text, *parts):
        """A complaint is one line that begins with our name and says these things."""
        lines = text.splitlines()
        self.assertEqual(len(lines), 1, text)
        self.assertTrue(lines[0].startswith("mptcpp: "), text)
        for part in parts:
            self.assertIn(part, lines[0])

    def make_file(self, name, size, seed=1):
        path = self.folder / name
        path.write_bytes(random.Random(seed).randbytes(size))
        return path

    def assert_same(self, one, other):
        self.assertEqual(hashlib.sha256(one.read_bytes()).hexdigest(), hashlib.sha256(other.read_bytes()).hexdigest())

    def read_json(self, path):
        return json.loads(path.read_text())
