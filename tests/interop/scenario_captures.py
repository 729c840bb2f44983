#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tshark reads the capture of every scenario and must agree on TCP flags, version, flags, keys, tokens and address ids.

Usage: scenario_captures.py MPTCPP [NAME...]. Needs no privilege; exit code 77 without tshark. The captures have every segment as it left
its sender, so there is one frame for each line of the story. What tshark cannot do at all is in README.md.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

# Where tshark must say otherwise: (scenario, what) -> why. One that it no longer says is a failure, too.
EXPECTED = {("join-unknown-token", "a token of no key"): "that is the story",
            ("wrong-key-echoed", "a key that was never sent"): "that is the story"}
FRAMES = 3000  # of a long capture are read: its first ones

PREFIX = "tcp.options.mptcp."
SUBTYPES = ["MPC", "MPJ", "DSS", "ADD_ADDR", "REMOVE_ADDR", "MP_PRIO", "MP_FAIL", "FASTCLOSE", "TCPRST"]
FIELDS = ("frame.number", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "tcp.flags", PREFIX + "subtype", PREFIX + "version",
          PREFIX + "sendkey", PREFIX + "recvkey", PREFIX + "recvtok", PREFIX + "checksumreq.flags", PREFIX + "extensibility.flag",
          PREFIX + "nomoresubflows.flag", PREFIX + "sha256.flag", PREFIX + "sha1.flag", PREFIX + "addrid", PREFIX + "backup.flag", "tcp.options.mptcp.sendtrunchmac",
          "mptcp.expected_token", "_ws.malformed")


def is_set(value):
    return value in ("1", "True", "true")


def frames(capture):
    command = ["tshark", "-n", "-d", "tcp.port==80,data", "-c", str(FRAMES), "-r", str(capture), "-T", "fields", "-E", "separator=|", "-E", "occurrence=f"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [dict(zip(FIELDS, line.split("|"))) for line in done.stdout.splitlines()]


def option(label, name):
    found = re.search(name + r"\[([^\]]*)\]", label)
    return found.group(1).split(",") if found else None


def compare(frame, segment):
    """What tshark says otherwise than we do about one segment; empty if nothing."""
    label, wrong = segment["label"], []
    flags = int(frame["tcp.flags"], 16)
    head = label.split("[")[0].split(" ")[0]
    for bit, word in ((2, "SYN"), (1, "FIN"), (4, "RST")):
        if bool(flags & bit) != (word in head):
            wrong.append(f"TCP flags {flags:#x}")
    capable = option(label, "MPC")
    if capable is not None:
        if "v" + frame[PREFIX + "version"] != capable[0]:
            wrong.append("version " + frame[PREFIX + "version"])
        algorithm = "sha1.flag" if capable[0] == "v0" else "sha256.flag"  # the same bit
        letters = "".join(letter for letter, field in (("A", "checksumreq.flags"), ("B", "extensibility.flag"), ("C", "nomoresubflows.flag"),
                                                       ("H", algorithm)) if is_set(frame[PREFIX + field]))
        ours = capable[1] if len(capable) > 1 and re.fullmatch("[ABCH]+", capable[1]) else ""
        if letters != ours:
            wrong.append("flags " + letters)
        keys = sum(item.startswith("Key-") for item in capable)
        if keys != bool(frame[PREFIX + "sendkey"]) + bool(frame[PREFIX + "recvkey"]):
            wrong.append("keys")
    join = option(label, "MPJ")
    if join is not None:
        ours = [item[3:] for item in join if item.startswith("id=")]
        if ours and frame[PREFIX + "addrid"] != ours[0]:
            wrong.append("address id " + frame[PREFIX + "addrid"])
        if any(item.startswith("Token-") for item in join) != bool(frame[PREFIX + "recvtok"]):
            wrong.append("token")
    first = re.search(r" (" + "|".join(SUBTYPES) + r")\b", label)
    if frame[PREFIX + "subtype"] != (str(SUBTYPES.index(first.group(1))) if first else ""):
        wrong.append("an option " + frame[PREFIX + "subtype"])
    if frame["_ws.malformed"]:
        wrong.append("malformed")
    return wrong


def check_tokens(lines):
    """Keys are echoed, and tokens are those that tshark computes from the keys."""
    keys = {frame[PREFIX + "sendkey"] for frame in lines if frame[PREFIX + "sendkey"]}
    expected = {int(frame["mptcp.expected_token"]) for frame in lines if frame["mptcp.expected_token"]}
    for frame in lines:
        token = frame[PREFIX + "recvtok"]
        if token and expected and int(token) not in expected:
            yield "a token of no key"
        echoed = frame[PREFIX + "recvkey"]
        if echoed and frame[PREFIX + "subtype"] == "0" and echoed not in keys:
            yield "a key that was never sent"


def differences(frame, segment):
    sent = frame["ip.src"] in ("10.0.1.1", "10.0.2.1")
    if sent != segment["who"].startswith("C"):
        yield "another direction"
    yield from compare(frame, segment)


def check(program, folder, name):
    """(lines for people, what was compared)."""
    capture = folder / f"{name}.pcap"
    done = subprocess.run([program, "scenario", "run", name, "--json", "--pcap", str(capture), "--departures"], capture_output=True,
                          timeout=120, check=True)
    story = json.loads(done.stdout)[0]
    segments, lines = story["segments"], frames(capture)
    capture.unlink()
    told = lines[story["earlier_segments"]:]
    found = []
    if len(lines) < FRAMES and len(told) != len(segments):
        found.append(("frames", f"{name}: {len(told)} frames for {len(segments)} segments"))
    for frame, segment in zip(told, segments):
        found += [(what, f"{name} {segment['who']} {segment['label']}: tshark says {what}") for what in differences(frame, segment)]
    found += [(what, f"{name}: tshark sees {what}") for what in check_tokens(lines)]
    meant = {what for scenario, what in EXPECTED if scenario == name}
    problems = [line for what, line in found if what not in meant]
    problems += [f"{name}: '{what}' is not seen" for what in meant - {what for what, _ in found}]
    return problems, min(len(told), len(segments))


def main(program, names):
    if not shutil.which("tshark"):
        print("tshark is not installed")
        return 77
    if not names:
        listed = json.loads(subprocess.run([program, "scenario", "list", "--json"], capture_output=True, check=True).stdout)
        names = [scenario["name"] for scenario in listed]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda name: check(program, pathlib.Path(folder), name), names))
    problems = [problem for found, _ in results for problem in found]
    print("\n".join(problems) if problems else f"tshark agrees on {sum(n for _, n in results)} segments of {len(names)} scenarios")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
