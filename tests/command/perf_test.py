# SPDX-License-Identifier: Apache-2.0
"""mptcpp perf: every kind of test, over UDP on loopback."""
import signal

from harness import CommandTest, free_port


class Perf(CommandTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.server = self.start_listener(f"127.0.0.1:{self.port}", "perf")

    def measure(self, *options):
        result = self.run_command("perf", "connect", f"127.0.0.1:{self.port}", "--json", self.folder / "perf.json", *options)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return self.read_json(self.folder / "perf.json"), result.stdout.decode()

    def test_upload_of_bytes(self):
        result, text = self.measure("--bytes", "20M")
        self.assertEqual(result["bytes"], 20 << 20)
        self.assertIn("bit/s", text)

    def test_download_of_bytes(self):
        result, _ = self.measure("--bytes", "20M", "--reverse")
        self.assertEqual(result["bytes"], 20 << 20)

    def test_upload_for_a_time_in_small_writes(self):
        result, _ = self.measure("--time", "0.5", "--write-size", "1K")
        self.assertGreater(result["bytes"], 0)
        self.assertLess(result["seconds"], 20)

    def test_download_for_a_time(self):
        result, _ = self.measure("--time", "0.5", "--reverse")
        self.assertGreater(result["bytes"], 0)

    def test_latency(self):
        result, text = self.measure("--time", "0.5", "--latency", "--request", "100", "--response", "20K")
        latency = result["latency_us"]
        self.assertGreater(result["requests"], 10)
        self.assertLessEqual(latency["min"], latency["p50"])
        self.assertLessEqual(latency["p50"], latency["p99"])
        self.assertLessEqual(latency["p99"], latency["max"])
        self.assertIn("p99", text)

    def test_many_connections(self):
        result, _ = self.measure("--bytes", "200K", "--connections", "50")
        self.assertEqual(result["bytes"], 50 * 200 * 1024)
        self.assertEqual(len(result["connections"]), 50)

    def test_hundreds_of_connections_at_once(self):
        result, _ = self.measure("--bytes", "1K", "--connections", "600")
        self.assertEqual(result["bytes"], 600 * 1024)
        self.assertEqual({c["connection"]["mode"] for c in result["connections"]}, {"multipath"})

    def test_the_server_says_once_why_it_spoke_plain_tcp(self):
        self.measure("--bytes", "1K", "--connections", "3", "--no-multipath")
        self.measure("--bytes", "1K")
        self.server.send_signal(signal.SIGINT)
        said = "mptcpp: plain TCP: the peer's SYN or SYN/ACK had no MP_CAPABLE (docs/fallback.md: peer-not-capable)\n"
        self.assertEqual(self.finish(self.server), (0, b"", said))

    def test_the_server_ends_with_sigint(self):
        self.server.send_signal(signal.SIGINT)
        self.assertEqual(self.server.wait(timeout=30), 0)
