# SPDX-License-Identifier: Apache-2.0
"""The laboratory: network namespaces, processes in them, and files, all of which are gone when a case ends."""
import ipaddress
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

MIB = 1 << 20
POLL_SECONDS = 0.02
KERNEL_SIDE, FAR_SIDE = "a", "b"


class CaseFailed(Exception):
    """What was expected and did not happen, in one sentence."""


class Path:
    """Path number i between the kernel (x.x.x.1) and the far side (x.x.x.2), over the device `mp<i>`."""

    def __init__(self, index, family):
        network = ipaddress.ip_network(f"10.9.{index}.0/24" if family == 4 else f"fd09:0:0:{index}::/64")
        self.index, self.device = index, f"mp{index}"
        self.kernel, self.far = str(network[1]), str(network[2])
        self.prefix = network.prefixlen

    @property
    def far_with_prefix(self):
        return f"{self.far}/{self.prefix}"


def run(*command, check=True):
    """Runs a short command to its end and returns its output."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=30)
    if check and done.returncode != 0:
        raise CaseFailed(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def wait_until(condition, seconds, what):
    """Polls until condition() is true and returns its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise CaseFailed(f"waited {seconds} s for: {what}")
        time.sleep(POLL_SECONDS)


class Process:
    """A program in a namespace, its output in files of the case's folder."""

    def __init__(self, lab, name, command, env=None):
        self.name, self.command = name, [str(word) for word in command]
        self.out_path, self.err_path = lab.folder / f"{name}.out", lab.folder / f"{name}.err"
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=open(self.out_path, "wb"),
                                        stderr=open(self.err_path, "wb"), env={**os.environ, **(env or {})},
                                        start_new_session=True)

    def running(self):
        return self.process.poll() is None

    def wait(self, seconds):
        """Returns the exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise CaseFailed(f"{self.name} did not end within {seconds} s") from None

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Ends the program and what it has started."""
        if self.running():
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(4)  # longer than mptcpp takes to end a connection in order: its capture is whole then
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    @property
    def out(self):
        return self.out_path.read_text(encoding="utf-8", errors="replace")

    @property
    def err(self):
        return self.err_path.read_text(encoding="utf-8", errors="replace")


class Lab:
    """The namespaces, processes and files of one case. Use as a context manager."""

    def __init__(self, folder, family, paths, checksum):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.family, self.checksum = family, checksum
        self.paths = [Path(i, family) for i in range(paths)]
        self.processes, self.namespaces = [], {}

    def __enter__(self):
        remove_stale_namespaces()
        self.add_namespace(KERNEL_SIDE)
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.stop()
        for name in self.namespaces.values():
            run("ip", "netns", "delete", name, check=False)

    def add_namespace(self, side):
        name = f"mptcpp-{os.getpid()}-{side}"
        run("ip", "netns", "add", name)
        self.namespaces[side] = name
        self.sysctl("net.mptcp.enabled", 1, side)
        self.sysctl("net.mptcp.checksum_enabled", int(self.checksum), side)
        # Paths are asymmetric here and there: what arrives on a device need not leave through it.
        self.sysctl("net.ipv4.conf.all.rp_filter", 0, side)
        self.sysctl("net.ipv4.conf.default.rp_filter", 0, side)
        self.ip("link set lo up", side)
        self.ip("mptcp limits set subflows 8 add_addr_accepted 8", side)

    def command(self, command, side=KERNEL_SIDE):
        return ["ip", "netns", "exec", self.namespaces[side], *command]

    def run(self, *command, side=KERNEL_SIDE, check=True):
        return run(*self.command(command, side), check=check)

    def ip(self, text, side=KERNEL_SIDE):
        return run("ip", "-n", self.namespaces[side], *text.split())

    def sysctl(self, key, value, side=KERNEL_SIDE):
        self.run("sysctl", "-q", "-w", f"{key}={value}", side=side)

    def start(self, name, command, side=KERNEL_SIDE, env=None):
        process = Process(self, name, self.command(command, side), env)
        self.processes.append(process)
        return process

    def file(self, name):
        return self.folder / name

    def random_file(self, name, size, seed):
        """A file that looks random and is the same in every run."""
        path = self.file(name)
        path.write_bytes(random.Random(seed).randbytes(size))
        return path

    def shape(self, path, mbit, side=KERNEL_SIDE):
        """From now on this side sends no faster than that over this path; a twentieth of a second waits in its queue."""
        self.run("tc", "qdisc", "replace", "dev", path.device, "root", "tbf", "rate", f"{mbit}mbit", "burst", "128kb",
                 "latency", "50ms", side=side)

    def unshape(self, path, side=KERNEL_SIDE):
        self.run("tc", "qdisc", "delete", "dev", path.device, "root", side=side)

    def black_hole(self, path, side=KERNEL_SIDE):
        """From now on nothing comes or goes over this path, and nobody is told."""
        self.run("nft", f"add table inet hole{path.index}", side=side)
        for hook, word in (("input", "iifname"), ("output", "oifname")):
            self.run("nft", f"add chain inet hole{path.index} {hook} {{ type filter hook {hook} priority 0; }}", side=side)
            self.run("nft", f"add rule inet hole{path.index} {hook} {word} {path.device} drop", side=side)

    def heal(self, path, side=KERNEL_SIDE):
        self.run("nft", f"delete table inet hole{path.index}", side=side)

    def devices_ready(self, side=KERNEL_SIDE):
        """True when every path's device is up and has the kernel's address."""
        links = json.loads(self.ip("-j address show", side))
        have = {(link.get("ifname"), address.get("local")) for link in links if "UP" in link.get("flags", [])
                for address in link.get("addr_info", []) if not address.get("tentative")}
        return all((path.device, path.kernel) in have for path in self.paths)


def remove_stale_namespaces():
    """Removes namespaces of runs that were killed."""
    for name in run("ip", "netns", "list").split():
        match = re.fullmatch(r"mptcpp-(\d+)-[abr]", name)
        if match and not pathlib.Path("/proc", match.group(1)).exists():
            run("ip", "netns", "delete", name, check=False)


def stop_at(seconds):
    """Ends the case in order, with its clean-up, before ctest would kill it."""
    def expired(*_):
        raise CaseFailed(f"the case did not end within {seconds} s")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(130))
    signal.signal(signal.SIGALRM, expired)
    signal.alarm(seconds)
