# SPDX-License-Identifier: Apache-2.0
"""The two ends of a case: the kernel, and the far side, which is mptcpp behind TUN devices or, to test the laboratory itself, a
second kernel behind veth pairs."""
import dataclasses
import hashlib
import json
import pathlib
import signal
import sys

from lab import FAR_SIDE, KERNEL_SIDE, wait_until

KERNEL_PEER = pathlib.Path(__file__).resolve().parent / "kernel_peer.py"
PORT = 7000


@dataclasses.dataclass
class FarOptions:
    """What a case asks of the far side, whoever plays it."""
    input: pathlib.Path | None = None
    announce: bool = False             # tell the peer the addresses of the other paths
    join: bool = True                  # as a client: open subflows from the other paths
    backup: tuple = ()                 # indices of paths that are backup
    backup_after: float = 0            # ... but only after so many seconds
    plain: bool = False                # TCP without MPTCP
    capture: bool = True
    extra: tuple = ()                  # further words of the command line of mptcpp


def kernel_command(lab, name, role, address, options):
    """The command line of kernel_peer.py; options are its long options without dashes."""
    command = [sys.executable, "-B", KERNEL_PEER, role, address, options.pop("port", PORT), "--status", lab.file(f"{name}.status")]
    for key, value in options.items():
        if value is True:
            command.append(f"--{key.replace('_', '-')}")
        elif value not in (None, False):
            command += [f"--{key.replace('_', '-')}", value]
    return command


class KernelPeer:
    """kernel_peer.py in the namespace of one side."""

    def __init__(self, lab, side=KERNEL_SIDE):
        self.lab, self.side, self.name = lab, side, f"kernel-{side}"
        self.process = None

    def start(self, role, address, **options):
        command = kernel_command(self.lab, self.name, role, address, options)
        self.process = self.lab.start(self.name, command, self.side)
        if role == "listen":
            wait_until(lambda: self.status().get("listening") or not self.process.running(), 10, f"{self.name} to listen")

    def status(self):
        """The newest result object; empty before there is one."""
        path = self.lab.file(f"{self.name}.status")
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def result(self, seconds):
        self.process.wait(seconds)
        return json.loads(self.process.out)


class KernelFar:
    """A second kernel as the far side: shows that a case that fails, fails because of mptcpp."""

    def __init__(self, lab, _program):
        self.lab, self.peer = lab, KernelPeer(lab, FAR_SIDE)
        self.tcpdump, self.capture, self.flags = None, None, {}
        lab.add_namespace(FAR_SIDE)
        for path in lab.paths:
            lab.ip(f"link add {path.device} type veth peer name {path.device} netns {lab.namespaces[FAR_SIDE]}", KERNEL_SIDE)
            for side, address in ((KERNEL_SIDE, path.kernel), (FAR_SIDE, path.far)):
                # A veth pair has IPv6's duplicate address detection, a TUN device has not.
                lab.sysctl(f"net.ipv6.conf.{path.device}.accept_dad", 0, side)
                lab.ip(f"address add {address}/{path.prefix} dev {path.device} {'nodad' if lab.family == 6 else ''}", side)
                lab.ip(f"link set {path.device} up", side)
            family = "-6 " if lab.family == 6 else ""
            lab.ip(f"{family}route add default dev {path.device} via {path.kernel} table {100 + path.index}", FAR_SIDE)
            lab.ip(f"{family}rule add from {path.far} table {100 + path.index}", FAR_SIDE)

    def endpoints(self, role, options):
        for path in self.lab.paths[1:]:
            flags = ["signal"] if options.announce else []
            flags += ["subflow"] if role == "connect" and options.join else []
            flags += ["backup"] if path.index in options.backup and not options.backup_after else []
            if flags:
                self.flags[path.index] = " ".join(flags)
                self.regain(path)

    def leave_to_announcements(self, path):
        """The far side does not join from this path's address."""

    def lose(self, path):
        self.lab.ip(f"mptcp endpoint delete id {path.index + 10}", FAR_SIDE)

    def regain(self, path):
        self.lab.ip(f"mptcp endpoint add {path.far} dev {path.device} id {path.index + 10} {self.flags[path.index]}", FAR_SIDE)

    def wait_for_backup(self, path):
        self.lab.ip(f"mptcp endpoint change id {path.index + 10} backup", FAR_SIDE)

    def prepare(self, role, options):
        self.endpoints(role, options)
        if options.capture:
            self.capture = self.lab.file("far.pcap")
            command = ["tcpdump", "-i", "any", "--immediate-mode", "-B", "65536", "-s", "160", "-U", "-w", self.capture, "tcp"]
            self.tcpdump = self.lab.start("tcpdump", command, FAR_SIDE)
            wait_until(lambda: "listening on" in self.tcpdump.err, 10, "tcpdump to start")

    def listen(self, options):
        self.prepare("listen", options)
        self.peer.start("listen", "0.0.0.0" if self.lab.family == 4 else "::", input=options.input, plain=options.plain)

    def connect(self, options):
        self.prepare("connect", options)
        self.peer.start("connect", self.lab.paths[0].kernel, input=options.input, plain=options.plain)

    def interrupt(self):
        self.peer.process.signal(signal.SIGINT)

    def finish(self, seconds):
        """Waits for the end: {"status", "received", "sha256", "error"}."""
        result = self.peer.result(seconds)
        if self.tcpdump:
            self.tcpdump.stop()
        return {"status": self.peer.process.wait(0), **result}

    @property
    def process(self):
        return self.peer.process


class MptcppFar:
    """The command `mptcpp` over TUN devices that it makes in the kernel's own namespace."""

    def __init__(self, lab, program):
        self.lab, self.program = lab, program
        self.process, self.output, self.capture = None, lab.file("mptcpp.received"), None
        self.paths = list(lab.paths)

    def command(self, role, where, options):
        command = [self.program, role, where, "--driver", "tun", "--output", self.output, "--json", self.lab.file("mptcpp.json")]
        for path in self.paths:
            command += ["--path", f"{path.device}={path.far_with_prefix}"]
            if path.index in options.backup:
                command += ["--backup", path.far]
        if options.input:
            command += ["--input", options.input]
        command += ["--backup-after", options.backup_after] if options.backup_after else []
        command += ["--announce"] if options.announce else []
        command += ["--no-multipath"] if options.plain else ["--checksum", "on" if self.lab.checksum else "off"]
        if options.capture:
            self.capture = self.lab.file("mptcpp.pcap")
            command += ["--pcap", self.capture]
        return command + list(options.extra)

    def leave_to_announcements(self, path):
        """The far side has no device for this path; the kernel has its address all the same, and can announce it."""
        self.lab.ip(f"address add {path.kernel}/{path.prefix} dev lo {'nodad' if self.lab.family == 6 else ''}")
        self.paths.remove(path)

    def lose(self, path):
        self.lab.ip(f"link set {path.device} down")

    def regain(self, path):
        self.lab.ip(f"link set {path.device} up")

    def wait_for_backup(self, path):
        """It does so by itself: FarOptions.backup_after."""

    def start(self, role, where, options):
        self.process = self.lab.start("mptcpp", self.command(role, where, options), KERNEL_SIDE)

    def listen(self, options):
        self.start("listen", str(PORT), options)
        wait_until(lambda: self.lab.devices_ready() or not self.process.running(), 10, "mptcpp's TUN devices")

    def connect(self, options):
        address = self.lab.paths[0].kernel
        self.start("connect", f"[{address}]:{PORT}" if ":" in address else f"{address}:{PORT}", options)

    def interrupt(self):
        self.process.signal(signal.SIGINT)

    def finish(self, seconds):
        """Waits for the end: {"status", "received", "sha256", "error", "statistics"}."""
        status = self.process.wait(seconds)
        received = self.output.read_bytes() if self.output.exists() else b""
        statistics = self.lab.file("mptcpp.json")
        return {"status": status, "received": len(received), "sha256": hashlib.sha256(received).hexdigest(),
                "error": self.process.err.strip()[-300:] if status else None,
                "statistics": json.loads(statistics.read_text(encoding="utf-8")) if statistics.exists() else None}
