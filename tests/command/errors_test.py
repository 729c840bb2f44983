# SPDX-License-Identifier: Apache-2.0
"""What the system refuses: one line that says what to do, exit code 1."""
import os
import pathlib
import socket
import subprocess
import unittest

from harness import CommandTest, free_port

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"


class Errors(CommandTest):
    def assert_failure(self, result, *parts):
        self.assertEqual(result.returncode, 1, result)
        self.assert_one_line(result.stderr.decode(), *parts)

    def test_port_in_use(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            self.assert_failure(self.run_command("listen", f"127.0.0.1:{port}"), str(port), "in use", "choose another port")

    def test_address_of_somebody_else(self):
        self.assert_failure(self.run_command("listen", "192.0.2.1:5000"), "192.0.2.1", "not an address of this host")
        self.assert_failure(self.run_command("connect", "127.0.0.1:5000", "--path", "192.0.2.1"), "192.0.2.1")

    def test_unknown_host(self):
        self.assert_failure(self.run_command("connect", "no-such-host.invalid:5000"), "no-such-host.invalid", "spelling")

    def test_nobody_listens(self):
        self.assert_failure(self.run_command("connect", f"127.0.0.1:{free_port()}"), "cannot connect", "mptcpp listen")

    def test_path_of_the_wrong_family(self):
        self.assert_failure(self.run_command("connect", "127.0.0.1:5000", "--path", "::1"), "127.0.0.1", "IPv4")

    def test_unreadable_input(self):
        self.assert_failure(self.run_command("connect", "127.0.0.1:5000", "--input", self.folder / "missing"), "missing", "cannot read")
        self.assert_failure(self.run_command("connect", "127.0.0.1:5000", "--input", self.folder), "directory")

    def test_unwritable_output(self):
        self.assert_failure(self.run_command("listen", free_port(), "--output", self.folder / "no" / "file"), "cannot create a file in")
        self.assert_failure(self.run_command("listen", free_port(), "--output", self.folder), "directory")

    def test_unwritable_capture(self):
        self.assert_failure(self.run_command("listen", free_port(), "--pcap", self.folder / "no" / "file.pcap"), "file.pcap")

    def test_the_kernel_cannot_play_what_is_not_there(self):
        scenario = EXAMPLES / "lossy.toml"
        self.assert_failure(self.run_command("sim", scenario, "--real-time", "--kernel", "nobody=lab"), "nobody", "no host of the scenario")
        self.assert_failure(self.run_command("sim", scenario, "--real-time", "--kernel", "server=lab"), "requests", "both sides")

    def test_tun_without_privilege(self):
        if os.geteuid() != 0:
            result = self.run_command("listen", "5000", "--driver", "tun", "--path", "mptcpp-test=10.254.0.2/30")
        else:
            result = self.as_nobody("listen", "5000", "--driver", "tun", "--path", "mptcpp-test=10.254.0.2/30")
        if b"/dev/net/tun" in result.stderr:
            self.skipTest("no TUN here")
        self.assert_failure(result, "no permission", "--driver udp")

    def as_nobody(self, *arguments):
        """The command may lie where only root can read: it is opened before the privileges go."""
        with open(os.environ["MPTCPP"], "rb") as program:
            return subprocess.run([f"/proc/self/fd/{program.fileno()}", *arguments], capture_output=True, timeout=60, check=False,
                                  user=65534, group=65534, extra_groups=[], pass_fds=[program.fileno()], input=b"")


if __name__ == "__main__":
    unittest.main()
