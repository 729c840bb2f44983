#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tshark reads the capture of every scenario and must agree on TCP flags, version, flags, keys, tokens and address ids.

Usage: scenario_captures.py MPTCPP. Needs no privilege; exit code 77 without tshark. The captures are the client's view, so that what a
box changes on the way to the client is not what the server sent: those scenarios are listed, and tshark's gaps, too.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

# The client receives something else than the server sent.
CHANGED_ON_THE_WAY = {"join-synack-stripped", "synack-stripped", "api-after-fallback", "no-data-ack", "checksum-drop", "syn-stripped",
                      "third-ack-stripped", "join-without-hmac", "subflow-rst", "remove-addr-behind-nat", "joins-cross"}
# tshark's own gaps: it does not parse the options of drafts, and a version 0 in an option of version 1's length confuses it.
TSHARK_GAPS = {"draft-ford-00", "draft-ford-03", "draft-ietf-02", "version-in-syn", "version-in-synack", "version-in-third-ack",
               "unknown-option"}
LONG = {"coupled-disjoint", "coupled-growth"}

PREFIX = "tcp.options.mptcp."
FIELDS = ("frame.number", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "tcp.flags", PREFIX + "subtype", PREFIX + "version",
          PREFIX + "sendkey", PREFIX + "recvkey", PREFIX + "recvtok", PREFIX + "checksumreq.flags", PREFIX + "extensibility.flag",
          PREFIX + "nomoresubflows.flag", PREFIX + "sha256.flag", PREFIX + "sha1.flag", PREFIX + "addrid", PREFIX + "backup.flag", "tcp.options.mptcp.sendtrunchmac",
          "mptcp.expected_token", "_ws.malformed")


def is_set(value):
    return value in ("1", "True", "true")


def frames(capture):
    command = ["tshark", "-n", "-d", "tcp.port==80,data", "-r", str(capture), "-T", "fields", "-E", "separator=|", "-E", "occurrence=f"]
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
    if capable is None and join is None and not re.search(r" (DSS|ADD_ADDR|REMOVE_ADDR|MP_|FASTCLOSE|TCPRST)", label):
        if frame[PREFIX + "subtype"]:
            wrong.append("an option " + frame[PREFIX + "subtype"])
    if frame["_ws.malformed"]:
        wrong.append("malformed")
    return wrong


def streams(lines):
    """By subflow, in order of appearance, and direction: what the client sent, and what it received."""
    order, result = [], []
    for frame in lines:
        sent = frame["ip.src"].startswith("10.0.1.") or frame["ip.src"] == "10.0.2.1"
        ends = (frame["ip.src"], frame["tcp.srcport"], frame["ip.dst"], frame["tcp.dstport"])
        ends = ends if sent else ends[2:] + ends[:2]
        if ends not in order:
            order.append(ends)
        index = order.index(ends)
        while len(result) <= index:
            result.append({True: [], False: []})
        result[index][sent].append(frame)
    return result


def check_tokens(name, lines):
    """Keys are echoed, and tokens are those that tshark computes from the keys."""
    keys = {frame[PREFIX + "sendkey"] for frame in lines if frame[PREFIX + "sendkey"]}
    expected = {int(frame["mptcp.expected_token"]) for frame in lines if frame["mptcp.expected_token"]}
    problems = []
    for frame in lines:
        token = frame[PREFIX + "recvtok"]
        if token and expected and int(token) not in expected and name != "join-unknown-token":
            problems.append(f"{name}: token {token} is none of {expected}")
        echoed = frame[PREFIX + "recvkey"]
        if echoed and frame[PREFIX + "subtype"] == "0" and echoed not in keys and name != "wrong-key-echoed":
            problems.append(f"{name}: key {echoed} was never sent")
    return problems


def check(program, folder, name):
    capture = folder / f"{name}.pcap"
    done = subprocess.run([program, "scenario", "run", name, "--json", "--pcap", str(capture)], capture_output=True, timeout=120, check=True)
    segments = json.loads(done.stdout)[0]["segments"]
    lines = frames(capture)
    problems = check_tokens(name, lines)
    seen = streams(lines)
    for index, stream in enumerate(seen):
        number = "" if index == 0 else str(index + 1)
        for sent in (True, False):
            who = f"C{number}>S" if sent else f"S>C{number}"
            ours = [s for s in segments if s["who"] == who and (sent or not s["lost"])]
            theirs = stream[sent][len(stream[sent]) - len(ours):]
            if len(theirs) != len(ours):
                problems.append(f"{name}: {who} has {len(ours)} segments, tshark {len(stream[sent])}")
            for frame, segment in zip(theirs, ours):
                problems += [f"{name} {who} {segment['label']}: tshark says {what}" for what in compare(frame, segment)]
    return problems


def main(program):
    if not shutil.which("tshark"):
        print("tshark is not installed")
        return 77
    listed = json.loads(subprocess.run([program, "scenario", "list", "--json"], capture_output=True, check=True).stdout)
    names = [s["name"] for s in listed if s["name"] not in CHANGED_ON_THE_WAY | TSHARK_GAPS | LONG]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        problems = [p for found in pool.map(lambda name: check(program, pathlib.Path(folder), name), names) for p in found]
    print("\n".join(problems) if problems else f"tshark agrees on {len(names)} captures")
    print(f"not compared: {len(CHANGED_ON_THE_WAY)} that are changed on the way, {len(TSHARK_GAPS)} that tshark cannot read, {len(LONG)} long ones")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
