#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mptcpp with two subflows beside one TCP of the kernel's over one bottleneck: who gets how much. Prints a table; nothing fails.

fairness.py --mptcpp build/bin/mptcpp [--rounds N] [--seconds N] [--ours NAME,...] [--kernel cubic,bbr]

    mptcpp, 2 subflows (TUN) --+                             namespace r                  namespace b
                               +-- relay: 10 ms each way -- net | tbf: 20 Mbit/s -- veth -- 10.0.9.1 kernel, receives both
    namespace k: kernel TCP ---+
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

from lab import KERNEL_SIDE, CaseFailed, Lab, Process, run, stop_at, wait_until
from peers import KernelPeer
from run import SKIPPED, obstacle

ROUTER, RECEIVER, SENDER = "r", "b", KERNEL_SIDE
RATE_MBIT, DELAY_MS = 20, 10
BDP = RATE_MBIT * 1000 // 8 * 2 * DELAY_MS
SETTLE = 5  # seconds until the measurement begins
OURS = ("lia", "olia", "balia", "cubic")

SCENARIO = """
name = "fairness"
duration = "{duration} s"
[connection]
congestion = "{congestion}"
receive_buffer = "4 MiB"
[[host]]
name = "ours"
addresses = ["10.0.1.1", "10.0.2.1"]
  [[host.endpoint]]
  address = "10.0.2.1"
  flags = ["subflow"]
[[host]]
name = "kernel"
addresses = ["10.0.3.1"]
[[host]]
name = "server"
addresses = ["10.0.9.1"]
[[path]]
name = "delay"
from = ["10.0.1.1", "10.0.2.1", "10.0.3.1"]
to = "10.0.9.1"
delay = "{delay} ms"
[[bulk]]
from = "10.0.1.1"
to = "10.0.9.1:80"
start = "{start} s"
bytes = "endless"
close = "stay"
"""
START = 2  # seconds that the laboratory has to put the bottleneck in place


def put_bottleneck(lab, buffer):
    """The relay has given the server's address to the router: it moves on, behind a link that is shaped."""
    lab.ip("address add 10.0.7.1/32 dev net", ROUTER)  # with its last address a device loses its routes
    lab.ip("address delete 10.0.9.1/32 dev net", ROUTER)
    lab.ip(f"link add out type veth peer name in netns {lab.namespaces[RECEIVER]}", ROUTER)
    lab.ip("link set out up", ROUTER)
    lab.ip("address add 10.0.9.1/32 dev in", RECEIVER)
    lab.ip("link set in up", RECEIVER)
    lab.ip("route add 10.0.9.1 dev out", ROUTER)
    lab.ip("address add 10.0.8.1/32 dev out", ROUTER)
    lab.ip("route add 10.0.8.1 dev in", RECEIVER)
    lab.ip("route add default via 10.0.8.1 dev in", RECEIVER)
    lab.sysctl("net.ipv4.ip_forward", 1, ROUTER)
    lab.run("tc", "qdisc", "replace", "dev", "out", "root", "tbf", "rate", f"{RATE_MBIT}mbit", "burst", "6kb", "limit", buffer, side=ROUTER)


def received(peers):
    """What the listeners have, in bytes, and when."""
    return time.monotonic(), [peer.status().get("received", 0) for peer in peers]


def share(folder, program, congestion, kernel, buffer, seconds):
    """Mbit/s of mptcpp and of the kernel's TCP, both from their start to the same end. `congestion` None: a second kernel TCP."""
    with Lab(folder, 4, 0, False) as lab:
        lab.add_namespace(ROUTER)
        lab.add_namespace(RECEIVER)
        file = lab.file("scenario.toml")
        file.write_text(SCENARIO.format(duration=START + SETTLE + seconds + 30, congestion=congestion or "cubic", delay=DELAY_MS,
                                        start=START if congestion else 1000), encoding="utf-8")
        peers = [KernelPeer(lab, RECEIVER), KernelPeer(lab, RECEIVER)]
        for peer, name, port in zip(peers, ("first", "second"), (80, 81)):
            peer.name = name
            peer.start("listen", "0.0.0.0", port=port, answer=True, plain=not (congestion and port == 80))
        relay = Process(lab, "mptcpp", [program, "sim", file, "--real-time", "--kernel", f"kernel={lab.namespaces[SENDER]}",
                                        "--kernel", f"server={lab.namespaces[ROUTER]}"])
        lab.processes.append(relay)
        wait_until(lambda: "ready" in relay.err or not relay.running(), 20, "the relay")
        put_bottleneck(lab, buffer)
        data = lab.file("endless")
        with open(data, "wb") as stream:
            stream.truncate((seconds + SETTLE + 30) * RATE_MBIT * 1_000_000 // 8)
        time.sleep(max(0, START - 0.5))
        for name, port in (("sender", 81),) if congestion else (("sender", 81), ("other", 80)):
            sender = KernelPeer(lab, SENDER)
            sender.name = name
            sender.start("connect", "10.0.9.1", port=port, plain=True, congestion=kernel if name == "sender" else "cubic", input=data)
        wait_until(lambda: all(received(peers)[1]), 20, "both transfers to begin")
        time.sleep(SETTLE)
        begin, before = received(peers)
        time.sleep(seconds)
        end, after = received(peers)
        if congestion and not peers[0].status()["mptcp_info"].get("subflows"):
            raise CaseFailed("mptcpp has no second subflow")
    return [(b - a) * 8e-6 / (end - begin) for a, b in zip(before, after)]


def available():
    return run("sysctl", "-n", "net.ipv4.tcp_available_congestion_control").split()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mptcpp", type=pathlib.Path, required=True)
    parser.add_argument("--ours", default=",".join(OURS))
    parser.add_argument("--kernel", default="cubic,bbr")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--buffers", default="1,4", help="in bandwidth-delay products")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("fairness-run"))
    arguments = parser.parse_args()
    if why := obstacle():
        print(f"SKIPPED: {why}")
        return SKIPPED
    os.nice(-20)  # whoever gets less shall get it from the network, not from this machine
    have = available()
    print(f"| beside | buffer, BDP | {RATE_MBIT} Mbit/s: the other | Mbit/s | kernel's TCP, Mbit/s | share of the other |\n|---|---|---|---|---|---|")
    for kernel in arguments.kernel.split(","):
        if kernel not in have:
            print(f"| kernel {kernel} | | this kernel has no {kernel} | | | |", flush=True)
            continue
        for buffer in map(int, arguments.buffers.split(",")):
            for ours in [None, *arguments.ours.split(",")]:
                report(arguments, kernel, buffer, ours)
    return 0


def report(arguments, kernel, buffer, ours):
    results = []
    for _ in range(arguments.rounds):
        stop_at(arguments.seconds + 90)
        try:
            results.append(share(arguments.folder.resolve(), arguments.mptcpp.resolve(), ours, kernel, buffer * BDP, arguments.seconds))
        except (CaseFailed, subprocess.SubprocessError) as failure:
            print(f"{kernel} {ours}: {failure}", file=sys.stderr, flush=True)
        stop_at(0)
    if not results:
        return
    first, second = (statistics.mean(column) for column in zip(*results))
    shares = [100 * a / (a + b) for a, b in results]
    spread = f" ({min(shares):.0f} to {max(shares):.0f})" if len(shares) > 1 else ""
    name = f"mptcpp {ours}, 2 subflows" if ours else "kernel cubic, one TCP"
    print(f"| kernel {kernel} | {buffer} | {name} | {first:.1f} | {second:.1f} | {statistics.mean(shares):.0f} %{spread} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
