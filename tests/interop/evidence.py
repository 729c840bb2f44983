# SPDX-License-Identifier: Apache-2.0
"""What the kernel and tshark say about a connection, and what they must not say."""
import json
import re
import subprocess

from lab import CaseFailed, KERNEL_SIDE

# Counters that stay zero when two sound peers talk over a path that changes nothing.
NEVER = ["MPCapableFallbackACK", "MPCapableFallbackSYNACK", "MPFallbackTokenInit", "MPCapableSYNTXDrop", "MPJoinNoTokenFound",
         "MPJoinSynAckHMacFailure", "MPJoinAckHMacFailure", "DSSNotMatching", "DSSCorruptionFallback", "DSSCorruptionReset",
         "InfiniteMapTx", "InfiniteMapRx", "DSSNoMatchTCP", "DataCsumErr", "AddAddrDrop", "RmAddrDrop", "MPFailTx", "MPFailRx",
         "MPCapableDataFallback", "DssFallback", "SimultConnectFallback", "FallbackFailed"]

SYN_ACK = 0x12
EXPERT_ERROR = 0x800000  # PI_ERROR of epan/proto.h


def expect(condition, message):
    if not condition:
        raise CaseFailed(message)


class Counters:
    """The MPTcpExt counters of a namespace, as `nstat -az` tells them."""

    def __init__(self, lab, side=KERNEL_SIDE):
        raw = json.loads(lab.run("nstat", "-asz", "--json", "MPTcpExt*", side=side))["kernel"]
        self.values = {name.removeprefix("MPTcpExt"): value for name, value in raw.items()}

    def __getitem__(self, name):
        return self.values.get(name, 0)

    def nonzero(self):
        return {name: value for name, value in self.values.items() if value}

    def expect_none(self, names):
        bad = {name: self[name] for name in names if self[name]}
        expect(not bad, f"counters that must stay zero: {bad}")

    def expect_at_least(self, **least):
        bad = {name: self[name] for name, value in least.items() if self[name] < value}
        expect(not bad, f"counters {bad}, wanted at least {least}")

    def expect_exactly(self, **wanted):
        bad = {name: self[name] for name, value in wanted.items() if self[name] != value}
        expect(not bad, f"counters {bad}, wanted {wanted}")


def subflows(lab, side=KERNEL_SIDE):
    """The TCP subflows that `ss -ti` shows: dicts of local and peer address, ulp flags and byte counts."""
    found = []
    text = lab.run("ss", "-tinHO", side=side, check=False)
    for line in text.splitlines():
        words = line.split()
        if len(words) < 5 or words[0] == "LISTEN" or "tcp-ulp-mptcp" not in line:
            continue
        number = {key: int(value) for key, value in re.findall(r"\b(bytes_sent|bytes_received|bytes_retrans):(\d+)", line)}
        flags = re.search(r"tcp-ulp-mptcp flags:(\S*)", line)
        local, peer = (word.rsplit(":", 1)[0].strip("[]") for word in words[3:5])
        found.append({"state": words[0], "local": local, "peer": peer,
                      "flags": flags.group(1) if flags else "", **number})
    return found


def mptcp_sockets(lab, side=KERNEL_SIDE):
    """How many connected MPTCP sockets `ss -M` shows, open or half-closed."""
    lines = lab.run("ss", "-MnHa", side=side, check=False).splitlines()
    return sum(line.startswith(("ESTAB", "CLOSE-WAIT", "FIN-WAIT")) for line in lines)


def tshark(capture, display_filter, *fields):
    """The named fields of every frame that matches, as lists of strings."""
    command = ["tshark", "-n", "-r", str(capture), "-Y", display_filter, "-T", "fields", "-E", "separator=|",
               "-o", "tcp.desegment_tcp_streams:FALSE"]
    for field in fields or ("frame.number",):
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    expect(done.returncode == 0, f"tshark cannot read {capture.name}: {done.stderr.strip()[-300:]}")
    return [line.split("|") for line in done.stdout.splitlines()]


def check_capture(capture, subflow_count):
    """Somebody else's dissector understands every packet, and knows every subflow's connection by its token."""
    expect(capture.exists() and capture.stat().st_size > 24, f"{capture.name} is empty")
    bad, opened, known = [], set(), {}
    # One pass: reading the capture is most of what a large case costs.
    fields = ("frame.number", "tcp.stream", "tcp.flags", "tcp.option_kind", "mptcp.stream", "_ws.expert.severity", "_ws.malformed",
              "_ws.expert.message")
    for frame, stream, flags, kinds, connection, severity, malformed, message in tshark(capture, "tcp || _ws.malformed", *fields):
        if malformed or any(int(value) >= EXPERT_ERROR for value in severity.split(",") if value):
            bad.append((frame, message))
        if flags and int(flags, 16) & SYN_ACK == SYN_ACK and "30" in kinds.split(","):
            opened.add(stream)
        if connection:
            known.setdefault(stream, connection.split(",")[0])
    expect(not bad, f"tshark finds {len(bad)} bad frames, first {bad[:3]}")
    unmatched = {stream for stream in opened if stream not in known}
    expect(not unmatched, f"TCP streams {sorted(unmatched)} belong to no MPTCP connection for tshark")
    expect(len(opened) >= subflow_count, f"{len(opened)} subflows in the capture, wanted {subflow_count}")
    expect(len(set(known.values())) <= 1, f"tshark sees {len(set(known.values()))} connections, not one")
