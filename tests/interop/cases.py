# SPDX-License-Identifier: Apache-2.0
"""What mptcpp and the Linux kernel do together: the matrix of transfers, opening, closing, falling back, and paths that fail."""
import json
import pathlib
import sys

import evidence
from evidence import Counters, expect
from lab import MIB, wait_until
from peers import PORT, FarOptions
from registry import CASES, RATE, Case, case
from trial import FAR, FULL_SIZE, KERNEL

FAST_OPEN_PEER = pathlib.Path(__file__).resolve().parent / "fast_open_peer.py"


# ---- the matrix: both roles, both families, checksums, subflows, both ways at once ---------------------------------------


def matrix(client, family, checksum, subflows):
    def run(t):
        t.start(client, FULL_SIZE, hold=True, far={"announce": client == KERNEL})
        t.wait_status(lambda s: s["received"] == FULL_SIZE and s["sent"] == FULL_SIZE, 90, "both files to pass")
        t.wait_subflows(subflows)
        shown = evidence.subflows(t.lab)
        expect(len(shown) == subflows, f"ss -ti shows {len(shown)} subflows, wanted {subflows}: {shown}")
        expect(evidence.mptcp_sockets(t.lab) == 1, "ss -M does not show one connection")
        kernel, far = t.finish()
        t.expect_streams_intact(kernel, far)
        t.expect_sound(kernel, subflows)
    name = f"transfer.{client}_client.ipv{family}.checksum_{'on' if checksum else 'off'}.{subflows}_subflows"
    CASES[name] = Case(name, run, family, checksum, paths=subflows, seconds=120)


for _client in (KERNEL, FAR):
    for _family in (4, 6):
        for _checksum in (False, True):
            for _subflows in (1, 2, 4):
                matrix(_client, _family, _checksum, _subflows)


# ---- opening, closing, falling back --------------------------------------------------------------------------------------


@case(clients=(KERNEL, FAR))
def nothing_to_say(t, client):
    """A connection that carries no byte opens and closes as multipath."""
    t.start(client, 0)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel)


# Covers: CLOSE-16
@case(clients=(KERNEL, FAR))
def half_close_by_the_kernel(t, client):
    """The kernel ends its direction at once; the other carries on to its end."""
    t.start(client, 64 * 1024, far_size=16 * MIB, rate=RATE * 2)
    t.wait_received(4 * MIB)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel)


# Covers: CLOSE-16
@case(clients=(KERNEL, FAR))
def half_close_by_the_far_side(t, client):
    """The far side ends its direction; only then does the kernel begin to send."""
    t.start(client, 16 * MIB, far_size=64 * 1024, answer=True)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel)


# Covers: FC-3
@case(clients=(KERNEL, FAR))
def fastclose_by_the_kernel(t, client):
    """The kernel's application aborts: MP_FASTCLOSE ends every subflow and the far side says so."""
    t.start(client, 64 * MIB, rate=RATE, abort_at=2 * MIB)
    _, far = t.finish()
    expect(far["status"] != 0, "the far side took an abort for an orderly end")
    Counters(t.lab).expect_at_least(MPFastcloseTx=1)


# Covers: FC-9
@case(clients=(KERNEL, FAR))
def fastclose_by_the_far_side(t, client):
    """The far side is interrupted: the kernel's application gets a reset, by MP_FASTCLOSE."""
    t.start(client, 64 * MIB, rate=RATE)
    t.wait_received(2 * MIB)
    t.far.interrupt()
    kernel, _ = t.finish()
    expect("reset" in (kernel["error"] or "").lower(), f"the kernel saw: {kernel['error']}")
    Counters(t.lab).expect_at_least(MPFastcloseRx=1)


# Covers: CAP-34, CAP-35
@case(clients=(KERNEL, FAR), families=(4, 6))
def plain_kernel(t, client):
    """The kernel's application uses TCP: mptcpp does, too, and the bytes are the same."""
    t.start(client, 8 * MIB, plain=True)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    expect(not kernel["mptcp_info"], "a plain socket has MPTCP_INFO")


@case(clients=(KERNEL, FAR))
def plain_far_side(t, client):
    """The far side is told to use TCP: the kernel's MPTCP socket falls back."""
    t.start(client, 8 * MIB, far={"plain": True})
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    expect(kernel["mptcp_info"].get("fallback", True), "the kernel still believes in multipath")
    if client == KERNEL:
        Counters(t.lab).expect_at_least(MPCapableFallbackSYNACK=1)


@case(self_test=False, needs=("curl", "mptcpize"))
def curl_download(t):
    """curl under mptcpize downloads from `mptcpp listen --input`, which holds a whole HTTP answer."""
    body = t.lab.random_file("body", 8 * MIB, 3).read_bytes()
    t.files(0)
    t.far_file.write_bytes(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    t.client = KERNEL
    t.far.listen(FarOptions(input=t.far_file))
    curl = t.lab.start("curl", ["mptcpize", "run", "curl", "-sS", "--max-time", "30", "-o", t.lab.file("downloaded"),
                                f"http://{t.lab.paths[0].far}:7000/"])
    expect(curl.wait(40) == 0, f"curl: {curl.err}")
    t.far.finish(20)
    expect(t.lab.file("downloaded").read_bytes() == body, "curl got other bytes")
    counters = Counters(t.lab)
    counters.expect_exactly(MPCapableSYNTX=1, MPCapableSYNACKRX=1)
    counters.expect_none(evidence.NEVER)


@case(self_test=False)
def existing_device(t):
    """A TUN device that `ip tuntap` made is attached to: its addresses are left alone, and it is still there afterwards."""
    path = t.lab.paths[0]
    t.lab.ip(f"tuntap add dev {path.device} mode tun")
    t.lab.ip(f"address add {path.kernel}/32 dev {path.device}")
    t.lab.ip(f"link set {path.device} up")
    t.lab.ip(f"route add {path.far}/32 dev {path.device}")
    before = t.lab.ip(f"-o address show dev {path.device} scope global"), t.lab.ip(f"route show dev {path.device}").replace(" linkdown", "")
    t.start(KERNEL, 8 * MIB)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel)
    after = t.lab.ip(f"-o address show dev {path.device} scope global"), t.lab.ip(f"route show dev {path.device}").replace(" linkdown", "")
    expect(before == after, f"the device had {before}, now it has {after}")


def fast_open_peer(t, role, address):
    return t.lab.start("fast_open_peer", [sys.executable, "-B", FAST_OPEN_PEER, role, address, PORT, 2])


def expect_second_is_fast(t, peer, received):
    """The first connection of two brings the cookie, the second uses it."""
    expect(peer.wait(20) == 0, f"the kernel's side: {peer.err}")
    shown = json.loads(peer.out)
    wanted = [{"received": received, "syn_data": False}, {"received": received, "syn_data": True}]
    expect(shown == wanted, f"the kernel saw {shown}, wanted {wanted}")


@case(self_test=False)
def fast_open_by_the_kernel(t):
    """The kernel sends data in its second SYN, with the cookie of the first, and mptcpp takes it (RFC 7413)."""
    t.lab.sysctl("net.ipv4.tcp_fastopen", 1)
    t.files(0, 5000)
    t.far.listen(FarOptions(input=t.far_file, plain=True, extra=("--fast-open", "--keep")))
    expect_second_is_fast(t, fast_open_peer(t, "connect", t.lab.paths[0].far), 5000)
    t.far.interrupt()
    far = t.far.finish(20)
    counters = far["statistics"]["counters"]
    expect(counters["TCPFastOpenCookieReqd"] == 1 and counters["TCPFastOpenPassive"] == 1, f"mptcpp counted {counters}")


@case(self_test=False)
def fast_open_by_the_far_side(t):
    """The same the other way round; the cookie lives in a file between two runs of mptcpp."""
    t.lab.sysctl("net.ipv4.tcp_fastopen", 2)
    t.files(0, 1000)
    peer = fast_open_peer(t, "listen", "0.0.0.0")
    wait_until(lambda: "listening" in peer.err, 10, "the kernel's server to listen")
    for taken in (0, 1):
        t.far.connect(FarOptions(input=t.far_file, plain=True, extra=("--cookie-file", t.lab.file("cookies"))))
        far = t.far.finish(20)
        expect(far["status"] == 0 and far["received"] == 1000, f"mptcpp: {far}")
        expect(far["statistics"]["counters"].get("TCPFastOpenActive", 0) == taken, f"SYN data taken {taken} times? {far}")
    expect_second_is_fast(t, peer, 1000)


# ---- paths that fail -----------------------------------------------------------------------------------------------------


@case(clients=(KERNEL, FAR), families=(4, 6), paths=2)
def path_black_holed(t, client):
    """One of two paths swallows everything in the middle of a transfer both ways; the other carries it to its end."""
    t.start(client, 24 * MIB, rate=RATE, far={"announce": client == KERNEL})
    t.wait_subflows(2)
    t.wait_received(4 * MIB)
    t.lab.black_hole(t.lab.paths[0])
    kernel, far = t.finish(45)
    t.expect_streams_intact(kernel, far)
    Counters(t.lab).expect_none(["DSSCorruptionReset", "DataCsumErr", "FallbackFailed", "DSSNotMatching"])


@case(paths=2)
def path_black_holed_and_healed(t):
    """The path comes back after two seconds; the connection lost nothing."""
    t.start(FAR, 32 * MIB, rate=RATE)
    t.wait_subflows(2)
    t.wait_received(4 * MIB)
    t.lab.black_hole(t.lab.paths[1])
    t.settle(2.0)
    t.lab.heal(t.lab.paths[1])
    kernel, far = t.finish(45)
    t.expect_streams_intact(kernel, far)


@case(checksum=True, paths=2)
def no_tcp_options_to_spare(t):
    """Without timestamps and SACK the kernel's headers look different; with checksums every mapping is verified."""
    t.lab.sysctl("net.ipv4.tcp_timestamps", 0)
    t.lab.sysctl("net.ipv4.tcp_sack", 0)
    t.start(FAR, 8 * MIB)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2)
