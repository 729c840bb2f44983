#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mptcpp and the kernel with a real middlebox between them: a router whose nftables rules translate, strip, answer and clamp.

router.py --list                               every case: name, seconds
router.py --mptcpp build/dev/bin/mptcpp CASE...

Each case runs twice in the same place: kernel client to kernel server, then with mptcpp as one of the two. The connection with
mptcpp must get at least as far (multipath rather than TCP, TCP rather than an error), and every byte must arrive.

   namespace a                   namespace r                          namespace b
   kernel 10.7.0.2 ---- veth ---- 10.7.0.1  the box  10.8.0.1 ---- veth ---- 10.8.0.2 kernel
                                                                             10.9.0.1 ---- TUN mp0 ---- 10.9.0.2 mptcpp
"""
import argparse
import hashlib
import json
import pathlib
import shutil
import sys

from lab import MIB, CaseFailed, Lab, stop_at, wait_until
from peers import PORT, KernelPeer
from run import SKIPPED, obstacle

SIZE = MIB
KERNEL, FAR = "kernel", "far"  # who connects
RANK = {"error": 0, "tcp": 1, "multipath": 2}

# The rules see what is forwarded. `from_client` and `from_server` stand for the direction.
BOXES = {
    "nothing": "",
    "masquerade": "chain nat { type nat hook postrouting priority 100; oifname \"{outside}\" masquerade; }",
    "strip_syn": "{forward} tcp flags & (syn|ack) == syn reset tcp option 30; }",
    "strip_synack": "{forward} tcp flags & (syn|ack) == syn|ack reset tcp option 30; }",
    "strip_third_ack": "{forward} {from_client} tcp flags & syn == 0 ct original packets < 3 reset tcp option 30; }",
    "strip_from_client": "{forward} {from_client} tcp flags & syn == 0 reset tcp option 30; }",
    "strip_from_server": "{forward} {from_server} tcp flags & syn == 0 reset tcp option 30; }",
    "strip_data": "{forward} tcp flags & syn == 0 reset tcp option 30; }",
    "strip_all": "{forward} reset tcp option 30; }",
    "drop_syn": "{forward} tcp flags & (syn|ack) == syn tcp option 30 exists drop; }",
    "synproxy": "chain early { type filter hook prerouting priority -300; tcp dport {port} tcp flags syn notrack; }\n"
                "chain proxy { type filter hook forward priority 0; tcp dport {port} ct state invalid,untracked "
                "synproxy mss 1460 wscale 7 timestamp sack-perm; ct state invalid drop; }",
    "clamp_mss": "{forward} tcp flags syn tcp option maxseg size set 1200; }",
}


class RouterLab(Lab):
    """Two ends and the router between them."""

    def __init__(self, folder):
        super().__init__(folder, 4, 0, False)

    def __enter__(self):
        super().__enter__()
        for side in ("b", "r"):
            self.add_namespace(side)
            self.sysctl("net.ipv4.ip_forward", 1, side)
        # The SYN proxy needs to see what it cannot explain, and both ends timestamps.
        self.sysctl("net.netfilter.nf_conntrack_tcp_loose", 0, "r")
        self.sysctl("net.netfilter.nf_conntrack_acct", 1, "r")
        for side, device, own, other in (("a", "mpa", "10.7.0.2", "10.7.0.1"), ("b", "mpb", "10.8.0.2", "10.8.0.1")):
            self.ip(f"link add {device} type veth peer name r{device} netns {self.namespaces['r']}", side)
            self.ip(f"address add {own}/24 dev {device}", side)
            self.ip(f"link set {device} up", side)
            self.ip(f"route add default via {other}", side)
            self.ip(f"address add {other}/24 dev r{device}", "r")
            self.ip(f"link set r{device} up", "r")
            self.run("ethtool", "-K", device, "tx", "off", side=side, check=False)
        self.ip("route add 10.9.0.0/24 via 10.8.0.2", "r")
        return self

    def install(self, box, client):
        """Loads the rules of a box; fails with the kernel's own words if it cannot do this."""
        client_device, server_device = ("rmpa", "rmpb") if client == KERNEL else ("rmpb", "rmpa")
        words = {"forward": "chain box { type filter hook forward priority 0;", "port": PORT, "outside": server_device,
                 "from_client": f"iifname {client_device}", "from_server": f"iifname {server_device}"}
        rules = BOXES[box]
        for word, text in words.items():
            rules = rules.replace("{" + word + "}", str(text))
        file = self.file(f"{box}.nft")
        file.write_text(f"table ip box {{\n{rules}\n}}\n", encoding="utf-8")
        self.run("nft", "-f", file, side="r")


class Mptcpp:
    """The command in namespace b."""

    def __init__(self, lab, program):
        self.lab, self.program, self.process = lab, program, None
        self.output, self.statistics = lab.file("mptcpp.received"), lab.file("mptcpp.json")

    def start(self, role, address, file):
        where = str(PORT) if role == "listen" else f"{address}:{PORT}"
        self.process = self.lab.start("mptcpp", [self.program, role, where, "--driver", "tun", "--path", "mp0=10.9.0.2/24", "--input", file,
                                                 "--output", self.output, "--json", self.statistics], "b")
        wait_until(lambda: "mp0" in self.lab.ip("link show up", "b") or not self.process.running(), 10, "mptcpp's TUN device")

    def result(self, seconds):
        status = self.process.wait(seconds)
        received = self.output.read_bytes() if self.output.exists() else b""
        return {"error": self.process.err.strip()[-300:] if status else None, "sha256": hashlib.sha256(received).hexdigest()}


class Kernel:
    """kernel_peer.py in one of the two outer namespaces."""

    def __init__(self, lab, side):
        self.peer = KernelPeer(lab, side)

    def start(self, role, address, file):
        self.peer.start(role, address, input=file)

    def result(self, seconds):
        return self.peer.result(seconds)


def outcome(kernel, far, files):
    """How far the connection got, as the kernel in namespace a saw it."""
    if kernel["error"] or far["error"]:
        return "error"
    for name, got, file in (("the kernel", kernel, files["far"]), ("the far side", far, files["kernel"])):
        if got["sha256"] != hashlib.sha256(file.read_bytes()).hexdigest():
            raise CaseFailed(f"{name} received other bytes than were sent")
    info = kernel.get("mptcp_info")
    return "multipath" if info and not info.get("fallback") else "tcp"


def transfer(folder, box, client, program):
    """One connection through the box, both ways; `program` is mptcpp, or None for a second kernel."""
    shutil.rmtree(folder, ignore_errors=True)
    with RouterLab(folder) as lab:
        lab.install(box, client)
        kernel = Kernel(lab, "a")
        far = Mptcpp(lab, program) if program else Kernel(lab, "b")
        files = {"kernel": lab.random_file("kernel.sends", SIZE, 1), "far": lab.random_file("far.sends", SIZE, 2)}
        if client == KERNEL:
            far.start("listen", "0.0.0.0", files["far"])
            kernel.start("connect", "10.9.0.2" if program else "10.8.0.2", files["kernel"])
        else:
            kernel.start("listen", "0.0.0.0", files["kernel"])
            far.start("connect", "10.7.0.2", files["far"])
        try:
            return outcome(kernel.result(90), far.result(30), files)
        except CaseFailed as failure:
            words = "\n".join(f"{p.name}: {p.err.strip()[-400:]}" for p in lab.processes)
            raise CaseFailed(f"{failure}\n{words}\nrules: {lab.file(f'{box}.nft').read_text(encoding='utf-8')}") from None


def run_case(box, client, program, folder):
    """Returns a line for people; raises CaseFailed."""
    reference = transfer(folder / "kernel", box, client, None)
    ours = transfer(folder / "mptcpp", box, client, program)
    if RANK[ours] < RANK[reference]:
        raise CaseFailed(f"mptcpp and the kernel: {ours}; two kernels in the same place: {reference}")
    shutil.rmtree(folder, ignore_errors=True)
    return f"two kernels: {reference}, with mptcpp: {ours}"


CASES = {f"{box}.{client}_client": (box, client) for box in BOXES for client in (KERNEL, FAR)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--mptcpp", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("interop-failures"))
    arguments = parser.parse_args()
    if arguments.list:
        for name in CASES:
            print(name, 150)
        return 0
    if why := obstacle():
        print(f"SKIPPED: {why}")
        return SKIPPED
    failed = 0
    for name in arguments.cases or CASES:
        box, client = CASES[name]
        stop_at(150)
        try:
            if missing := unsupported(box, client, arguments.folder / "probe"):
                print(f"SKIPPED {name}: this kernel's nftables cannot do this: {missing}", flush=True)
                return SKIPPED
            print(f"ok {name}: {run_case(box, client, arguments.mptcpp.resolve(), (arguments.folder / name).resolve())}", flush=True)
        except CaseFailed as failure:
            failed += 1
            print(f"FAILED {name}: {failure}", flush=True)
        stop_at(0)
    return 1 if failed else 0


def unsupported(box, client, folder):
    """The first line of nft's complaint if the kernel lacks what the rules need, else None."""
    with RouterLab(folder) as lab:
        try:
            lab.install(box, client)
        except CaseFailed as failure:
            return str(failure).splitlines()[0]
    shutil.rmtree(folder, ignore_errors=True)
    return None


if __name__ == "__main__":
    sys.exit(main())
