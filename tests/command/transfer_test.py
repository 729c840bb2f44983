# SPDX-License-Identifier: Apache-2.0
"""Files and streams over UDP on loopback: one path, two paths, with and without loss."""
import os
import signal
import subprocess
import time

from harness import CommandTest, free_port

MEGABYTE = 1 << 20


class Transfer(CommandTest):
    def send_file(self, size, listen_options=(), connect_options=(), notes=("", "")):
        """Sends a file to a listener; returns the statistics of both sides. `notes`: what client and server say on standard error."""
        port = free_port()
        source, copy = self.make_file("source", size), self.folder / "copy"
        server = self.start_listener(f"127.0.0.1:{port}", "--output", copy, "--json", self.folder / "server.json", *listen_options)
        client = self.run_command("connect", f"127.0.0.1:{port}", "--input", source, "--json", self.folder / "client.json", *connect_options)
        code, _, errors = self.finish(server)
        self.assertEqual((client.returncode, client.stderr.decode()), (0, notes[0]))
        self.assertEqual((code, errors), (0, notes[1]))
        self.assert_same(source, copy)
        return self.read_json(self.folder / "client.json"), self.read_json(self.folder / "server.json")

    def test_one_path(self):
        client, server = self.send_file(20 * MEGABYTE)
        connection = client["connections"][0]["connection"]
        self.assertEqual(connection["mode"], server["connections"][0]["connection"]["mode"])
        self.assertEqual(connection["bytes_acked"], 20 * MEGABYTE)
        self.assertEqual(server["connections"][0]["connection"]["bytes_read"], 20 * MEGABYTE)
        self.assertTrue(connection["is_client"])
        self.assertEqual(connection["subflows_total"], 1)

    def test_two_paths_carry_both(self):
        client, _ = self.send_file(20 * MEGABYTE, connect_options=("--path", "127.0.0.1", "--path", "127.0.0.2", "--path-rate", "80", "--path-delay", "2"))
        subflows = client["connections"][0]["subflows"]
        self.assertEqual(len(subflows), 2)
        for subflow in subflows:
            self.assertGreater(subflow["bytes_acked"], 4 * MEGABYTE, subflows)

    def test_one_path_with_loss(self):
        client, _ = self.send_file(10 * MEGABYTE, connect_options=("--loss", "1"), listen_options=("--loss", "1"))
        self.assertGreater(client["connections"][0]["subflows"][0]["retransmissions"], 10)

    def test_two_paths_with_loss_and_duplication(self):
        self.send_file(10 * MEGABYTE, listen_options=("--loss", "1", "--duplication", "1"),
                       connect_options=("--path", "127.0.0.1", "--path", "127.0.0.2", "--loss", "1", "--duplication", "1", "--seed", "2"))

    def test_checksums(self):
        client, _ = self.send_file(2 * MEGABYTE, connect_options=("--checksum", "on"))
        self.assertTrue(client["connections"][0]["connection"]["checksum"])

    def test_plain_tcp(self):
        said = "mptcpp: plain TCP: the peer's SYN or SYN/ACK had no MP_CAPABLE (docs/fallback.md: peer-not-capable)\n"
        client, server = self.send_file(2 * MEGABYTE, connect_options=("--no-multipath",), notes=("", said))
        self.assertEqual(client["connections"][0]["connection"]["subflows_total"], 1)
        self.assertEqual(client["connections"][0]["connection"]["fallback_word"], "not-requested")
        self.assertEqual(server["connections"][0]["connection"]["fallback_word"], "peer-not-capable")
        self.assertIsNone(server["connections"][0]["connection"]["mptcp_version"])
        self.assertEqual(client["counters"].get("MPCapableSYNTX", 0), 0)

    def test_a_chart_of_version_0_finds_nothing_wrong(self):
        capture = self.folder / "v0.pcap"
        self.send_file(MEGABYTE, listen_options=("--mptcp-version", "0", "--path", "127.0.0.3", "--announce"),
                       connect_options=("--mptcp-version", "0", "--checksum", "on", "--pcap", capture, "--path", "127.0.0.1", "--path", "127.0.0.2"))
        ladder = self.run_command("ladder", capture)
        text = ladder.stdout.decode()
        self.assertEqual(ladder.returncode, 0, ladder.stderr)
        self.assertIn("MPTCP version 0", text)
        self.assertRegex(text, r"HMACs: [1-9]\d* right;")
        self.assertNotIn("PROBLEM", text)

    # Covers: CAP-11, CAP-12
    def test_both_versions(self):
        for client_says, server_says, spoken in (("1", "1", 1), ("0", "auto", 0), ("auto", "auto", 1), ("auto", "0", 0)):
            with self.subTest(client=client_says, server=server_says):
                client, server = self.send_file(MEGABYTE, listen_options=("--mptcp-version", server_says),
                                                connect_options=("--mptcp-version", client_says, "--path", "127.0.0.1", "--path", "127.0.0.2"))
                for side in (client, server):
                    self.assertEqual(side["connections"][0]["connection"]["mptcp_version"], spoken)
                    self.assertEqual(side["connections"][0]["connection"]["fallback_word"], "none")

    def test_several_subflows_per_path(self):
        client, _ = self.send_file(10 * MEGABYTE, connect_options=("--subflows", "3", "--path", "127.0.0.1", "--path-rate", "200", "--path-delay", "1"))
        self.assertEqual(client["connections"][0]["connection"]["subflows_total"], 3)

    def test_a_backup_path_carries_nothing_while_the_other_lives(self):
        client, _ = self.send_file(10 * MEGABYTE, connect_options=("--path", "127.0.0.1", "--path", "127.0.0.2", "--backup", "127.0.0.2",
                                                                   "--path-rate", "100", "--path-delay", "1"))
        backup = [s for s in client["connections"][0]["subflows"] if s["local"].startswith("127.0.0.2:")]
        self.assertEqual(len(backup), 1)
        self.assertTrue(backup[0]["local_backup"])
        self.assertEqual(backup[0]["bytes_sent"], 0)

    def test_an_announced_address_gets_a_subflow(self):
        client, _ = self.send_file(10 * MEGABYTE, listen_options=("--path", "127.0.0.3", "--announce"),
                                   connect_options=("--path-rate", "100", "--path-delay", "1"))
        remotes = {s["remote"].rsplit(":", 1)[0] for s in client["connections"][0]["subflows"]}
        self.assertEqual(remotes, {"127.0.0.1", "127.0.0.3"})

    def test_ipv6(self):
        port = free_port()
        source, copy = self.make_file("source", MEGABYTE), self.folder / "copy"
        server = self.start_listener(f"[::1]:{port}", "--output", copy)
        client = self.run_command("connect", f"[::1]:{port}", "--input", source)
        self.assertEqual((client.returncode, client.stderr), (0, b""))
        self.assertEqual(self.finish(server)[0], 0)
        self.assert_same(source, copy)

    def test_a_wildcard_listener_and_a_host_name(self):
        port = free_port()
        server = self.start_listener(port)
        client = self.run_command("connect", f"localhost:{port}", input=b"hello")
        self.assertEqual((client.returncode, client.stderr), (0, b""))
        self.assertEqual(self.finish(server)[:2], (0, b"hello"))

    def test_both_directions_at_once_with_half_close(self):
        port = free_port()
        up, down = self.make_file("up", 3 * MEGABYTE, seed=3), self.make_file("down", 5 * MEGABYTE, seed=4)
        with open(down, "rb") as stream:
            server = self.start_listener(f"127.0.0.1:{port}", "--output", self.folder / "up.copy", stdin=stream)
        with open(up, "rb") as stream, open(self.folder / "down.copy", "wb") as copy:
            client = self.start("connect", f"127.0.0.1:{port}", stdin=stream, stdout=copy)
        self.assertEqual(self.finish(client)[0], 0)
        self.assertEqual(self.finish(server)[0], 0)
        self.assert_same(up, self.folder / "up.copy")
        self.assert_same(down, self.folder / "down.copy")

    def test_a_conversation_over_pipes(self):
        port = free_port()
        server = self.start_listener(f"127.0.0.1:{port}", stdin=subprocess.PIPE)
        client = self.start("connect", f"127.0.0.1:{port}", stdin=subprocess.PIPE)
        for question, answer in ((b"ping\n", b"pong\n"), (b"who?\n", b"me\n")):
            client.stdin.write(question)
            client.stdin.flush()
            self.assertEqual(server.stdout.readline(), question)
            server.stdin.write(answer)
            server.stdin.flush()
            self.assertEqual(client.stdout.readline(), answer)
        server.stdin.close()
        self.assertEqual(self.finish(client)[:2], (0, b""))
        self.assertEqual(self.finish(server)[:2], (0, b""))

    def test_a_slow_reader_loses_nothing(self):
        port = free_port()
        source = self.make_file("source", 8 * MEGABYTE)
        server = self.start_listener(f"127.0.0.1:{port}")
        client = self.start("connect", f"127.0.0.1:{port}", "--input", source)
        time.sleep(0.3)  # the pipe fills, and stays full
        code, data, _ = self.finish(server)
        self.assertEqual(code, 0)
        self.assertEqual(data, source.read_bytes())
        self.assertEqual(self.finish(client)[0], 0)

    def test_full_disk(self):
        port = free_port()
        server = self.start_listener(f"127.0.0.1:{port}", "--output", "/dev/full")
        self.run_command("connect", f"127.0.0.1:{port}", input=b"x" * MEGABYTE)
        code, _, errors = self.finish(server)
        self.assertEqual(code, 1)
        self.assert_one_line(errors, "/dev/full", "no space left")

    def test_an_interrupted_transfer_leaves_no_file(self):
        port = free_port()
        copy = self.folder / "copy"
        server = self.start_listener(f"127.0.0.1:{port}", "--output", copy)
        client = self.start("connect", f"127.0.0.1:{port}", stdin=subprocess.PIPE)
        client.stdin.write(b"x" * 100000)
        client.stdin.flush()
        end = time.monotonic() + 30
        while not any(p.stat().st_size for p in self.folder.glob(".copy.*")):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        client.send_signal(signal.SIGINT)
        client.stdin.close()
        self.assertEqual(client.wait(timeout=30), 130)
        server.send_signal(signal.SIGINT)
        self.assertIn(server.wait(timeout=30), (0, 1, 130))
        leftovers = [p.name for p in self.folder.iterdir()]
        self.assertTrue(leftovers in ([], ["copy"]), leftovers)

    def test_sigint_while_waiting(self):
        server = self.start_listener(f"127.0.0.1:{free_port()}", "--output", self.folder / "copy")
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(timeout=30), 130)
        self.assertEqual(os.listdir(self.folder), [])

    def test_keep_serves_one_after_the_other(self):
        port = free_port()
        page = self.make_file("page", 100_000)
        server = self.start_listener(f"127.0.0.1:{port}", "--keep", "--input", page, "--output", self.folder / "in")
        for i in range(3):
            client = self.run_command("connect", f"127.0.0.1:{port}", "--output", self.folder / f"page.{i}", input=b"request %d" % i)
            self.assertEqual((client.returncode, client.stderr), (0, b""))
            self.assert_same(page, self.folder / f"page.{i}")
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait(timeout=30), 0)
        self.assertEqual(sorted((self.folder / f"in.{i + 1}").read_bytes() for i in range(3)), [b"request %d" % i for i in range(3)])

    def test_an_empty_input_makes_an_empty_file(self):
        self.send_file(0)

    def test_a_capture_of_both_directions(self):
        capture = self.folder / "run.pcap"
        self.send_file(100_000, connect_options=("--pcap", capture))
        data = capture.read_bytes()
        self.assertEqual(data[:4], bytes.fromhex("4d3cb2a1"))
        self.assertGreater(len(data), 100_000)

    def test_statistics_go_to_standard_error_by_default(self):
        port = free_port()
        server = self.start_listener(f"127.0.0.1:{port}")
        client = self.run_command("connect", f"127.0.0.1:{port}", "--json", input=b"hello")
        self.assertEqual(client.stdout, b"")
        self.assertIn(b'"connections"', client.stderr)
        self.assertEqual(self.finish(server)[1], b"hello")
