# SPDX-License-Identifier: Apache-2.0
"""One case being run: both ends, the transfer between them, what happens in its middle, and the evidence."""
import hashlib
import os
import time

import evidence
from evidence import Counters, expect
from lab import MIB, CaseFailed, wait_until
from peers import FarOptions, KernelPeer

KERNEL, FAR = "kernel", "far"
FULL_SIZE = int(os.environ.get("INTEROP_MIB", "64")) * MIB


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Trial:
    def __init__(self, lab, far):
        self.lab, self.far, self.kernel = lab, far, KernelPeer(lab)
        self.kernel_file = self.far_file = None
        self.client = None
        self.hold = lab.file("hold")
        self.hold.unlink(missing_ok=True)

    # ---- running -----------------------------------------------------------------------------------------------------

    def files(self, size, far_size=None):
        """Makes what each side sends."""
        self.kernel_file = self.lab.random_file("kernel.sends", size, 1)
        self.far_file = self.lab.random_file("far.sends", size if far_size is None else far_size, 2)

    def start(self, client, size, far_size=None, hold=False, far=None, **kernel_options):
        """Opens the connection from `client` and lets both sides send."""
        self.files(size, far_size)
        self.client = client
        options = FarOptions(input=self.far_file, **(far or {}))
        kernel_options |= {"input": self.kernel_file, "hold": self.hold if hold else None}
        if client == KERNEL:
            self.far.listen(options)
            self.kernel.start("connect", self.lab.paths[0].far, **kernel_options)
        else:
            self.kernel.start("listen", "0.0.0.0" if self.lab.family == 4 else "::", **kernel_options)
            self.far.connect(options)

    def wait_status(self, condition, seconds, what):
        """Waits until the kernel side's status satisfies the condition; fails at once when a side has ended."""
        def check():
            status = self.kernel.status()
            if status.get("received") is not None and condition(status):
                return status
            if not self.kernel.process.running() or not self.far.process.running():
                raise CaseFailed(f"a side ended before: {what}\n{self.sides()}")
            return None
        return wait_until(check, seconds, what)

    def wait_received(self, count, seconds=30):
        return self.wait_status(lambda s: s["received"] >= count, seconds, f"{count} bytes at the kernel")

    def wait_subflows(self, count, seconds=10):
        """Waits until the kernel counts so many established subflows, the first included."""
        return self.wait_status(lambda s: s["mptcp_info"].get("subflows", 0) + 1 >= count, seconds, f"{count} subflows")

    def finish(self, seconds=60):
        """Lets both sides end and returns their results."""
        self.hold.touch()
        return self.kernel.result(seconds), self.far.finish(seconds)

    def sides(self):
        """The last words of both sides, for a failure's report."""
        words = []
        for process in self.lab.processes:
            state = "running" if process.running() else f"ended with {process.process.returncode}"
            words.append(f"{process.name} {state}: {process.err.strip()[-400:]}")
        return "\n".join(words)

    # ---- judging -----------------------------------------------------------------------------------------------------

    def expect_streams_intact(self, kernel, far):
        expect(not kernel["error"], f"kernel side: {kernel['error']}")
        expect(far["status"] == 0, f"far side: exit status {far['status']}: {far['error']}")
        for name, got, file in (("kernel", kernel, self.far_file), ("far side", far, self.kernel_file)):
            expect(got["received"] == file.stat().st_size, f"{name} received {got['received']} of {file.stat().st_size} bytes")
            expect(got["sha256"] == digest(file), f"{name} received other bytes than were sent")

    def expect_sound(self, kernel, subflows=1, never=evidence.NEVER):
        """Multipath to the end, with exactly so many subflows, and nothing that two sound peers do not do."""
        info, counters = kernel["mptcp_info"], Counters(self.lab)
        expect(info and not info["fallback"], f"the kernel fell back to TCP: {info}, counters {counters.nonzero()}")
        expect(bool(info["csum_enabled"]) == self.lab.checksum, f"checksums are {'on' if info['csum_enabled'] else 'off'}")
        counters.expect_none(never)
        if self.client == KERNEL:
            counters.expect_exactly(MPCapableSYNTX=1, MPCapableSYNACKRX=1)
        else:
            counters.expect_exactly(MPCapableSYNRX=1, MPCapableACKRX=1)
        joined = counters["MPJoinSynAckRx"] + counters["MPJoinAckRx"]
        expect(joined == subflows - 1, f"{joined} joins, wanted {subflows - 1}; counters {counters.nonzero()}")
        if self.far.capture:
            evidence.check_capture(self.far.capture, subflows)
        return counters

    def subflow(self, path):
        """What `ss -ti` says about the subflow over a path: the one with the path's far address as its peer."""
        for subflow in evidence.subflows(self.lab):
            if subflow["peer"] == path.far:
                return subflow
        raise CaseFailed(f"no subflow to {path.far} in {evidence.subflows(self.lab)}")

    def settle(self, seconds=1.0):
        """Time for what must not happen to happen."""
        time.sleep(seconds)
