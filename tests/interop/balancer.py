#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Four mptcpp servers behind one address, and Linux as client and as the balancer of docs/load-balancing.md: two nftables rules.

balancer.py --list                               every case: name, seconds
balancer.py --mptcpp build/dev/bin/mptcpp CASE...

`by_token`: the servers' tokens name them, and the balancer reads tokens: every join reaches its server. `by_tuple`: neither; most joins
meet a server that refuses them, and the connections live on with one subflow. In both every byte must arrive.

   namespace a                      namespace r
   kernel 10.7.0.2, 10.7.0.3 ---- veth ---- 10.7.0.1  192.0.2.80, spread over  TUN mp0 ---- 10.9.0.2 mptcpp
                                                                               ...
                                                                               TUN mp3 ---- 10.9.3.2 mptcpp
"""
import argparse
import json
import pathlib
import re
import shutil
import socket
import sys
import time

from kernel_peer import IPPROTO_MPTCP, mptcp_info
from lab import CaseFailed, Lab, stop_at, wait_until
from run import SKIPPED, obstacle

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VIRTUAL, PORT = "192.0.2.80", 80
SERVERS, CONNECTIONS, SIZE = 4, 12, 100_000
SECONDS = 90


def rules(by_token):
    """The rules that the document shows, with the addresses of this laboratory."""
    page = (ROOT / "docs" / "load-balancing.md").read_text(encoding="utf-8")
    text = re.search(r"```\n(table ip .*?)```", page, re.DOTALL).group(1)
    text = re.sub(r"10\.0\.7\.(\d)", lambda match: f"10.9.{int(match.group(1)) - 1}.2", text)
    if by_token:
        return text
    return re.sub(r"^ *ip daddr [^\n]* mptcp subtype 1 .*?\}\n", "", text, flags=re.DOTALL | re.MULTILINE)


def connect():
    """The client, in its namespace: one connection after the other. Prints a JSON list of {"received", "subflows"}."""
    results = []
    for _ in range(CONNECTIONS):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP) as sock:
            sock.settimeout(20)
            sock.connect((VIRTUAL, PORT))
            sock.sendall(b"hello\n")
            sock.recv(1)  # both sides know now that this is multipath
            received, end = 1, time.monotonic() + 1
            while mptcp_info(sock).get("subflows", 0) == 0 and time.monotonic() < end:
                time.sleep(0.01)
            info = mptcp_info(sock)
            sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(65536):
                received += len(piece)
            results.append({"received": received, "subflows": info.get("subflows", 0), "fallback": info.get("fallback", True)})
    print(json.dumps(results))


def build(lab, program, by_token):
    lab.add_namespace("r")
    lab.sysctl("net.ipv4.ip_forward", 1, "r")
    lab.ip(f"link add mpa type veth peer name rmpa netns {lab.namespaces['r']}")
    for address in ("10.7.0.2", "10.7.0.3"):
        lab.ip(f"address add {address}/24 dev mpa")
    lab.ip("link set mpa up")
    lab.ip("address add 10.7.0.1/24 dev rmpa", "r")
    lab.ip("link set rmpa up", "r")
    lab.ip("route add default via 10.7.0.1")
    lab.ip("mptcp endpoint add 10.7.0.3 dev mpa subflow")
    lab.run("ethtool", "-K", "mpa", "tx", "off", check=False)
    file = lab.file("farm.nft")
    file.write_text(rules(by_token), encoding="utf-8")
    lab.run("nft", "-f", file, side="r")
    page = lab.random_file("page", SIZE, 1)
    servers = []
    for i in range(SERVERS):
        command = [program, "listen", PORT, "--driver", "tun", "--path", f"mp{i}=10.9.{i}.2/24", "--keep", "--input", page,
                   "--output", lab.file(f"server{i}")]
        servers.append(lab.start(f"server{i}", command + (["--shard", f"{i}/{SERVERS}"] if by_token else []), "r"))
    wait_until(lambda: all(f"mp{i}" in lab.ip("link show up", "r") for i in range(SERVERS)) or not all(s.running() for s in servers), 10,
               "the servers' TUN devices")


def run_case(name, program, folder):
    """Returns a line for people; raises CaseFailed."""
    shutil.rmtree(folder, ignore_errors=True)
    with Lab(folder, 4, 0, False) as lab:
        build(lab, program, name == "by_token")
        client = lab.start("client", [sys.executable, "-B", pathlib.Path(__file__).resolve(), "--connect"])
        if client.wait(SECONDS - 20) != 0:
            raise CaseFailed("\n".join(f"{p.name}: {p.err.strip()[-400:]}" for p in lab.processes))
        results = json.loads(client.out)
    if short := [result for result in results if result["received"] != SIZE or result["fallback"]]:
        raise CaseFailed(f"{len(short)} of {len(results)} connections are not whole or fell back: {short[0]}")
    joined = sum(result["subflows"] > 0 for result in results)
    if name == "by_token" and joined != CONNECTIONS:
        raise CaseFailed(f"{CONNECTIONS - joined} of {CONNECTIONS} connections have no second subflow: {results}")
    if name == "by_tuple" and joined == CONNECTIONS:
        raise CaseFailed("every join met its server by chance, or the balancer reads tokens")
    shutil.rmtree(folder, ignore_errors=True)
    return f"{joined} of {CONNECTIONS} connections have two subflows"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--connect", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--mptcpp", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("interop-failures"))
    arguments = parser.parse_args()
    cases = ("by_token", "by_tuple")
    if arguments.connect:
        connect()
        return 0
    if arguments.list:
        print("\n".join(f"{name} {SECONDS}" for name in cases))
        return 0
    if why := obstacle():
        print(f"SKIPPED: {why}")
        return SKIPPED
    failed = 0
    for name in arguments.cases or cases:
        stop_at(SECONDS)
        try:
            print(f"ok {name}: {run_case(name, arguments.mptcpp.resolve(), (arguments.folder / name).resolve())}", flush=True)
        except CaseFailed as failure:
            failed += 1
            print(f"FAILED {name}: {failure}", flush=True)
        stop_at(0)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
