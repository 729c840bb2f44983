#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One Multipath TCP connection through the kernel's sockets: sends a file, receives another, both at once, and tells what it saw.

Prints one JSON object at the end: sent, received, sha256 of what was received, seconds until its last byte, error, and the kernel's
MPTCP_INFO. While it runs, --status names a file that always holds the newest such object, so that a test can act in the middle of a transfer.
"""
import argparse
import hashlib
import json
import os
import pathlib
import signal
import socket
import struct
import sys
import threading
import time

IPPROTO_MPTCP = 262
SOL_MPTCP = 284
MPTCP_INFO = 1
CHUNK = 256 * 1024
MIB = 1 << 20

# struct mptcp_info of include/uapi/linux/mptcp.h, field by field; a kernel fills as much as it knows.
INFO_FIELDS = [("subflows", "B"), ("add_addr_signal", "B"), ("add_addr_accepted", "B"), ("subflows_max", "B"),
               ("add_addr_signal_max", "B"), ("add_addr_accepted_max", "B"), (None, "2x"), ("flags", "I"), ("token", "I"),
               ("write_seq", "Q"), ("snd_una", "Q"), ("rcv_nxt", "Q"), ("local_addr_used", "B"), ("local_addr_max", "B"),
               ("csum_enabled", "B"), (None, "1x"), ("retransmits", "I"), ("bytes_retrans", "Q"), ("bytes_sent", "Q"),
               ("bytes_received", "Q"), ("bytes_acked", "Q"), ("subflows_total", "B")]
FLAG_FALLBACK = 1
LISTENERS = []  # kept open to the end: the kernel refuses joins to a port that nobody listens on


def mptcp_info(sock):
    """The kernel's MPTCP_INFO as a dict; empty for a plain TCP socket."""
    try:
        raw = sock.getsockopt(SOL_MPTCP, MPTCP_INFO, 256)
    except OSError:
        return {}
    info, layout = {}, "<"
    for name, kind in INFO_FIELDS:
        offset = struct.calcsize(layout)
        layout += kind
        if struct.calcsize(layout) > len(raw):
            break
        if name:
            info[name] = struct.unpack_from("<" + kind, raw, offset)[0]
    info["fallback"] = bool(info.get("flags", 0) & FLAG_FALLBACK)
    return info


def tell_status(arguments, result):
    """Replaces the status file in one step: its reader never sees half of it."""
    if arguments.status:
        new = pathlib.Path(arguments.status + ".new")
        new.write_text(json.dumps(result), encoding="utf-8")
        os.replace(new, arguments.status)


class Pace:
    """Sleeps so that no more than `rate` bytes per second pass; rate 0: never."""

    def __init__(self, rate):
        self.rate, self.start, self.bytes = rate, time.monotonic(), 0

    def passed(self, n):
        self.bytes += n
        if self.rate:
            ahead = self.bytes / self.rate - (time.monotonic() - self.start)
            if ahead > 0:
                time.sleep(ahead)


class Transfer:
    """The two directions of one connection and what is known about them."""

    def __init__(self, sock, arguments):
        self.sock, self.arguments = sock, arguments
        self.sent = self.received = 0
        self.hash = hashlib.sha256()
        self.error = None
        self.opened = self.last_byte = time.monotonic()
        self.info, self.max_subflows = {}, 0
        self.peer_closed, self.done, self.aborted = threading.Event(), threading.Event(), threading.Event()
        self.chunk = CHUNK if not arguments.rate else 32 * 1024

    def result(self):
        return {"sent": self.sent, "received": self.received, "sha256": self.hash.hexdigest(), "error": self.error,
                "seconds": self.last_byte - self.opened,
                "max_subflows": self.max_subflows, "mptcp_info": self.info, "done": self.done.is_set()}

    def sample(self):
        """Keeps the last MPTCP_INFO that was worth having: after the end a socket knows nothing about its subflows."""
        info = mptcp_info(self.sock)
        if info:
            self.info = info
            self.max_subflows = max(self.max_subflows, info["subflows"] + 1)
        tell_status(self.arguments, self.result())

    def watch(self):
        while not self.done.wait(0.02):
            self.sample()

    def send(self):
        pace = Pace(self.arguments.rate)
        try:
            if self.arguments.answer:
                self.peer_closed.wait()
                pace.start = time.monotonic()
            with open(self.arguments.input or os.devnull, "rb") as source:
                while (chunk := source.read(self.chunk)) and not self.aborted.is_set():
                    self.sock.sendall(chunk)
                    self.sent += len(chunk)
                    pace.passed(len(chunk))
            while self.arguments.hold and not os.path.exists(self.arguments.hold) and not self.aborted.is_set():
                time.sleep(0.02)
            if not self.aborted.is_set():
                self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            self.error = self.error or f"send: {error}"

    def receive(self):
        pace = Pace(self.arguments.rate)
        try:
            while chunk := self.sock.recv(self.chunk):
                self.hash.update(chunk)
                self.received += len(chunk)
                self.last_byte = time.monotonic()
                if self.arguments.abort_at and self.received >= self.arguments.abort_at:
                    self.aborted.set()
                if self.aborted.is_set():
                    return
                pace.passed(len(chunk))
        except OSError as error:
            self.error = self.error or f"receive: {error}"

    def abort(self):
        """Closing with a zero linger time is how an application asks the kernel for MP_FASTCLOSE (or RST)."""
        self.error = self.error or "aborted"
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def run(self):
        watcher = threading.Thread(target=self.watch)
        sender = threading.Thread(target=self.send, daemon=True)
        watcher.start()
        sender.start()
        self.receive()
        self.peer_closed.set()
        sender.join(2 if self.aborted.is_set() else None)
        self.done.set()
        watcher.join()
        self.sample()
        if self.aborted.is_set():
            self.abort()
        self.sock.close()


def open_socket(arguments):
    family = socket.AF_INET6 if ":" in arguments.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP if arguments.plain else IPPROTO_MPTCP)
    sock.settimeout(arguments.timeout)
    if arguments.congestion:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, arguments.congestion.encode())
    if arguments.role == "connect":
        sock.connect((arguments.address, arguments.port))
        return sock
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((arguments.address, arguments.port))
    sock.listen(8)
    tell_status(arguments, {"listening": True})
    accepted, _ = sock.accept()
    accepted.settimeout(arguments.timeout)
    LISTENERS.append(sock)
    return accepted


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["listen", "connect"])
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("--input", help="file to send; default: nothing")
    parser.add_argument("--plain", action="store_true", help="TCP instead of MPTCP")
    parser.add_argument("--congestion", help="congestion control, by the kernel's name")
    parser.add_argument("--rate", type=float, default=0, help="MiB per second each way; 0: as fast as it goes")
    parser.add_argument("--answer", action="store_true", help="send only after the peer has closed its direction")
    parser.add_argument("--abort-at", type=int, default=0, help="abort after so many received bytes")
    parser.add_argument("--hold", help="close the sending direction only when this file exists")
    parser.add_argument("--timeout", type=float, default=60, help="seconds without progress until it gives up")
    parser.add_argument("--status", help="file that holds the newest result while this runs")
    arguments = parser.parse_args()
    arguments.rate *= MIB
    result = {"error": None}
    try:
        transfer = Transfer(open_socket(arguments), arguments)
        signal.signal(signal.SIGINT, lambda *_: transfer.aborted.set())
        transfer.run()
        result = transfer.result()
    except OSError as error:
        result["error"] = f"{arguments.role}: {error}"
    json.dump(result, sys.stdout)
    print()
    return 1 if result["error"] else 0


if __name__ == "__main__":
    sys.exit(main())
