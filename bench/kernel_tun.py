#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bulk transfer over two subflows: mptcpp behind TUN devices against the kernel's Multipath TCP, and the kernel against itself
over veth pairs in the same run, each direction, with large and small writes, with offloads and without.

    bench/kernel_tun.py [--mptcpp build/bin/mptcpp] [--peer build/bench/bin/bulk_peer] [--mib 512] [--json FILE] [FILTER]

Needs root, /dev/net/tun and a kernel with MPTCP; works in namespaces that are gone afterwards. Both hosts share this machine's
processors, so only the ratio within one run means something.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "interop"))
from lab import FAR_SIDE, KERNEL_SIDE, MIB, CaseFailed, Lab, wait_until  # noqa: E402
from peers import FarOptions, KernelFar  # noqa: E402

PORT = 7000
PATHS = 2
SECONDS = 120
OFFLOADS = ("tso", "gso", "gro", "tx", "rx")


@dataclasses.dataclass(frozen=True)
class Case:
    far: str            # "mptcpp" or "kernel"
    far_sends: bool
    write_size: int     # of the sending application
    offload: bool

    @property
    def name(self):
        direction = "sends" if self.far_sends else "receives"
        return f"{self.far} {direction}, writes of {self.write_size}, {'offloads' if self.offload else 'no offload'}"

    @property
    def reference(self):
        """The same with the kernel on both sides."""
        return dataclasses.replace(self, far="kernel")


def cases():
    for offload in (True, False):
        for far_sends in (True, False):
            for write_size in (65536, 1024) if offload else (65536,):
                for far in ("kernel", "mptcpp"):
                    yield Case(far, far_sends, write_size, offload)


def without_offloads(lab, side):
    for path in lab.paths:
        for feature in OFFLOADS:
            lab.run("ethtool", "-K", path.device, feature, "off", side=side, check=False)


class Trial:
    """One case being run."""

    def __init__(self, arguments, case, lab):
        self.arguments, self.case, self.lab = arguments, case, lab

    def words(self, sends):
        if not sends:
            return ["receive"]
        return ["send", "--bytes", self.arguments.mib * MIB, "--write-size", self.case.write_size]

    def start_near(self):
        command = [self.arguments.peer, "listen", "0.0.0.0", PORT, *self.words(not self.case.far_sends)]
        near = self.lab.start("near", command + (["--perf"] if self.case.far == "mptcpp" else []))
        wait_until(lambda: "listening" in near.err or not near.running(), 10, "the kernel's side to listen")
        return near

    def start_far_kernel(self):
        far = KernelFar(self.lab, None)
        if not self.case.offload:
            for side in (KERNEL_SIDE, FAR_SIDE):
                without_offloads(self.lab, side)
        far.endpoints("connect", FarOptions())
        command = [self.arguments.peer, "connect", self.lab.paths[0].kernel, PORT, *self.words(self.case.far_sends)]
        return self.lab.start("far", command, FAR_SIDE)

    def start_far_mptcpp(self):
        command = [self.arguments.mptcpp, "perf", "connect", f"{self.lab.paths[0].kernel}:{PORT}", "--driver", "tun",
                   "--progress", "off", "--offload", "on" if self.case.offload else "off", "--bytes", self.arguments.mib * MIB,
                   "--write-size", self.case.write_size]
        for path in self.lab.paths:
            command += ["--path", f"{path.device}={path.far_with_prefix}"]
        return self.lab.start("far", command + ([] if self.case.far_sends else ["--reverse"]))

    def run(self):
        """Gbit/s of payload, as the kernel's side on namespace a saw it."""
        near = self.start_near()
        far = self.start_far_kernel() if self.case.far == "kernel" else self.start_far_mptcpp()
        if near.wait(SECONDS) != 0:
            raise CaseFailed(f"the kernel's side: {near.err.strip()}; the far side: {far.err.strip()}")
        result = json.loads(near.out)
        if result["bytes"] != self.arguments.mib * MIB:
            raise CaseFailed(f"{result['bytes']} bytes arrived; the far side: {far.err.strip()}")
        self.check_joins()
        return result["bytes"] * 8e-9 / result["seconds"]

    def check_joins(self):
        """A ratio of two connections with one subflow each would be a different benchmark."""
        counters = json.loads(self.lab.run("nstat", "-asz", "-j"))["kernel"]
        joined = counters.get("MPTcpExtMPJoinAckRx", 0) + counters.get("MPTcpExtMPJoinSynAckRx", 0)
        if joined < PATHS - 1:
            raise CaseFailed("the second subflow did not join")


def measure(arguments, case):
    best = 0.0
    for _ in range(arguments.repetitions):
        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder, Lab(folder, 4, PATHS, False) as lab:
            best = max(best, Trial(arguments, case, lab).run())
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("filter", nargs="?", default=".", help="only cases whose name matches this regex")
    parser.add_argument("--mptcpp", type=pathlib.Path, default=ROOT / "build/bin/mptcpp")
    parser.add_argument("--peer", type=pathlib.Path, default=ROOT / "build/bench/bin/bulk_peer")
    parser.add_argument("--mib", type=int, default=512, help="payload of one transfer")
    parser.add_argument("--repetitions", type=int, default=3, help="the fastest of so many counts")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("kernel_tun.py: needs root for namespaces and TUN devices")

    speeds, failures = {}, 0
    print(f"{'Gbit/s, two subflows':<60}{'Gbit/s':>8}{'x kernel':>10}")
    for case in cases():
        if not re.search(arguments.filter, case.name):
            continue
        try:
            speeds[case] = measure(arguments, case)
        except CaseFailed as failure:
            failures += 1
            print(f"{case.name:<60}  failed: {failure}", flush=True)
            continue
        ratio = f"{speeds[case] / speeds[case.reference]:.2f}" if case.reference in speeds else "-"
        print(f"{case.name:<60}{speeds[case]:>8.2f}{ratio:>10}", flush=True)
    if arguments.json:
        rows = [{**dataclasses.asdict(case), "gbit_per_s": speed} for case, speed in speeds.items()]
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
