# SPDX-License-Identifier: Apache-2.0
"""Help and wrong arguments: one line, exit code 2."""
import pathlib

from harness import CommandTest

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"

COMMANDS = (["listen"], ["connect"], ["perf"], ["perf", "listen"], ["perf", "connect"], ["demo"])


class Usage(CommandTest):
    def assert_usage_error(self, arguments, *parts):
        result = self.run_command(*arguments)
        self.assertEqual(result.returncode, 2, (arguments, result))
        self.assertEqual(result.stdout, b"")
        self.assert_one_line(result.stderr.decode(), *parts)

    def test_help_exits_with_success_and_has_an_example(self):
        for command in [[]] + list(COMMANDS):
            result = self.run_command(*command, "--help")
            self.assertEqual(result.returncode, 0, command)
            if command not in (["perf", "listen"],):
                self.assertIn(b"Example", result.stdout, command)

    def test_no_command(self):
        self.assert_usage_error([], "mptcpp --help")

    def test_unknown_command(self):
        self.assert_usage_error(["fly"], "mptcpp --help")

    def test_unknown_option_names_the_help_of_its_command(self):
        self.assert_usage_error(["connect", "127.0.0.1:1", "--nonsense"], "--nonsense", "mptcpp connect --help")

    def test_missing_address(self):
        self.assert_usage_error(["connect"], "mptcpp connect --help")

    def test_addresses_that_are_none(self):
        for address in ("127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http", ":5000", "::1:5000"):
            self.assert_usage_error(["connect", address], "HOST:PORT")
        for address in ("0", "65536", "port", "host:5000", "127.0.0.1", "127.0.0.1:0"):
            self.assert_usage_error(["listen", address], "[ADDR:]PORT")

    def test_the_kernel_plays_only_in_real_time(self):
        scenario = str(EXAMPLES / "two_paths.toml")
        self.assert_usage_error(["sim", scenario, "--kernel", "server=lab"], "--real-time")
        for wrong, part in (("server", "HOST=NAMESPACE"), ("=lab", "HOST=NAMESPACE"), ("server=", "HOST=NAMESPACE")):
            self.assert_usage_error(["sim", scenario, "--real-time", "--kernel", wrong], part)

    def test_paths_that_do_not_fit_the_driver(self):
        self.assert_usage_error(["connect", "127.0.0.1:1", "--path", "tun0=10.0.0.2/24"], "--path tun0=10.0.0.2/24", "IP address")
        self.assert_usage_error(["connect", "127.0.0.1:1", "--driver", "tun", "--path", "10.0.0.2"], "DEV=ADDR/PREFIX")
        self.assert_usage_error(["connect", "127.0.0.1:1", "--driver", "tun"], "--path DEV=ADDR/PREFIX")
        self.assert_usage_error(["connect", "127.0.0.1:1", "--path", "127.0.0.1", "--path", "127.0.0.1"], "twice")

    def test_backup_is_one_of_the_paths(self):
        self.assert_usage_error(["connect", "127.0.0.1:1", "--path", "127.0.0.1", "--backup", "127.0.0.2"], "--backup 127.0.0.2")

    def test_names_are_checked(self):
        self.assert_usage_error(["connect", "127.0.0.1:1", "--congestion", "magic"], "--congestion", "mpcc-latency")
        self.assert_usage_error(["connect", "127.0.0.1:1", "--congestion", "bbr,magic"], "--congestion")
        self.assert_usage_error(["connect", "127.0.0.1:1", "--congestion", "mpcc-loss:beta=much"], "--congestion")
        self.assert_usage_error(["connect", "127.0.0.1:1", "--scheduler", "magic"], "--scheduler")
        self.assert_usage_error(["connect", "127.0.0.1:1", "--driver", "pigeon"], "--driver")

    def test_shard_is_one_of_so_many(self):
        for shard in ("4/4", "0/0", "0/257", "-1/4", "1", "1/", "/4", "1/4x", "1:4", "a/b"):
            self.assert_usage_error(["listen", "5000", f"--shard={shard}"], f"--shard {shard}", "I/N")

    def test_ranges_are_checked(self):
        self.assert_usage_error(["connect", "127.0.0.1:1", "--mtu", "100"], "--mtu")
        self.assert_usage_error(["connect", "127.0.0.1:1", "--subflows", "0"], "--subflows")
        self.assert_usage_error(["perf", "connect", "127.0.0.1:1", "--connections", "0"], "--connections", "mptcpp perf connect --help")

    def test_latency_and_reverse_exclude_each_other(self):
        self.assert_usage_error(["perf", "connect", "127.0.0.1:1", "--latency", "--reverse"], "--reverse")
