#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same experiment in the simulator and in real time over TUN devices, and how far apart the two are.

real_time.py --list                                    every case: name, seconds
real_time.py --mptcpp build/dev/bin/mptcpp CASE...     run cases (default: all); each fails beyond 15 %
real_time.py --mptcpp build/bin/mptcpp --table         the same as lines of a table, for docs/real-time.md

In real time either both ends are mptcpp's, or one is the kernel's, in a namespace of its own. The simulation has mptcpp on both
sides in every case.
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys

from evidence import expect
from lab import KERNEL_SIDE, CaseFailed, Lab, Process, stop_at, wait_until
from peers import KernelPeer
from run import SKIPPED, obstacle

SCENARIOS = pathlib.Path(__file__).resolve().parent / "real_time"
TOLERANCE = 0.15
SECONDS = 90
OURS, RECEIVES, SENDS = "mptcpp_only", "kernel_receives", "kernel_sends"
SERVER, PORT = "10.0.9.1", 80

# In real time with the kernel on one side: where its own rules differ too much from ours there is no case.
CASES = {f"{kind}.{who}": (kind, who) for kind, sides in {
    "bulk": (OURS, RECEIVES, SENDS),
    "loss": (OURS, RECEIVES),
    "failover": (OURS, RECEIVES),
    "small_buffer": (OURS, RECEIVES),
}.items() for who in sides}


class Run:
    """One scenario file with one program."""

    def __init__(self, lab, program, kind):
        self.lab, self.program = lab, program
        self.scenario = SCENARIOS / f"{kind}.toml"

    def command(self, *extra):
        return [self.program, "sim", self.scenario, "--json", self.lab.file("result.json"), *extra]

    def bulk(self):
        return json.loads(self.lab.file("result.json").read_text(encoding="utf-8"))["bulk"][0]

    def simulated(self):
        subprocess.run(self.command(), check=True, stdout=subprocess.DEVNULL, timeout=60)
        return self.bulk()["server"]["goodput_mbps"]

    def play(self, *extra):
        """The whole run in real time, in this namespace: mptcpp makes others for its hosts."""
        process = Process(self.lab, "mptcpp", self.command("--real-time", *extra))
        self.lab.processes.append(process)
        return process

    def finish(self, process):
        expect(process.wait(60) == 0, f"mptcpp: {process.err.strip()[-300:]}")
        return self.bulk()

    def mptcpp_only(self):
        bulk = self.finish(self.play())
        expect(bulk["server"]["intact"] and len(bulk["client"]["subflows"]) == 2, f"not as it should be: {bulk}")
        return bulk["server"]["goodput_mbps"]

    def kernel(self, host):
        return ("--kernel", f"{host}={self.lab.namespaces[KERNEL_SIDE]}")

    def kernel_receives(self):
        peer = KernelPeer(self.lab)
        # It ends its own direction only after ours: a kernel that has sent DATA_FIN takes no more joins.
        peer.start("listen", "0.0.0.0", port=PORT, answer=True)
        bulk = self.finish(self.play(*self.kernel("server")))
        result = peer.result(20)
        self.expect_multipath(result)
        expect(result["received"] == bulk["client"]["bytes_sent"], f"{result['received']} bytes of {bulk['client']['bytes_sent']} arrived")
        return result["received"] * 8e-6 / result["seconds"]

    def kernel_sends(self):
        size = int(self.simulated_bytes())
        file = self.lab.file("kernel.sends")
        file.write_bytes(random.Random(1).randbytes(size))
        process = self.play(*self.kernel("client"))
        wait_until(lambda: "ready" in process.err or not process.running(), 10, "mptcpp's devices")
        self.lab.ip("mptcp endpoint add 10.0.2.1 dev net subflow")
        peer = KernelPeer(self.lab)
        peer.start("connect", SERVER, port=PORT, input=file, congestion="cubic")
        bulk = self.finish(process)
        self.expect_multipath(peer.result(20))
        expect(bulk["server"]["bytes_received"] == size, f"{bulk['server']['bytes_received']} bytes of {size} arrived")
        return bulk["server"]["goodput_mbps"]

    def simulated_bytes(self):
        self.simulated()
        return self.bulk()["client"]["bytes_sent"]

    def expect_multipath(self, result):
        expect(not result["error"], f"the kernel: {result['error']}")
        expect(not result["mptcp_info"]["fallback"] and result["max_subflows"] == 2, f"the kernel had {result}")


def run_case(name, program, folder):
    """Returns the goodput simulated and in real time, in Mbit/s."""
    kind, who = CASES[name]
    shutil.rmtree(folder, ignore_errors=True)
    with Lab(folder, 4, 0, False) as lab:
        # As much room as the scenario gives its server.
        if kind == "small_buffer":
            lab.sysctl("net.ipv4.tcp_rmem", "4096 131072 524288")
        run = Run(lab, program, kind)
        simulated = run.simulated()
        real = getattr(run, who)()
    shutil.rmtree(folder, ignore_errors=True)
    return simulated, real


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--mptcpp", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("interop-failures"))
    arguments = parser.parse_args()
    if arguments.list:
        for name in CASES:
            print(name, SECONDS)
        return 0
    if why := obstacle():
        print(f"SKIPPED: {why}")
        return SKIPPED
    failed = 0
    for name in arguments.cases or CASES:
        stop_at(SECONDS)
        try:
            simulated, real = run_case(name, arguments.mptcpp.resolve(), (arguments.folder / f"real_time.{name}").resolve())
            apart = real / simulated - 1
            kind, who = CASES[name]
            print(f"| {kind} | {who.replace('_', ' ')} | {simulated:.1f} | {real:.1f} | {100 * apart:+.1f} % |" if arguments.table else
                  f"{name}: {simulated:.1f} Mbit/s simulated, {real:.1f} in real time, {100 * apart:+.1f} %", flush=True)
            expect(abs(apart) <= TOLERANCE, f"more than {100 * TOLERANCE:.0f} % apart")
        except CaseFailed as failure:
            failed += 1
            print(f"FAILED {name}: {failure}", flush=True)
        stop_at(0)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
