# SPDX-License-Identifier: Apache-2.0
"""The cases: what mptcpp and the Linux kernel do together. Each becomes one ctest test for each of its variants."""
import dataclasses
import json
import pathlib
import sys

import evidence
from evidence import Counters, expect
from lab import MIB, wait_until
from peers import PORT, FarOptions
from trial import FAR, FULL_SIZE, KERNEL

FAST_OPEN_PEER = pathlib.Path(__file__).resolve().parent / "fast_open_peer.py"
RATE = 8  # MiB per second where a case acts in the middle of a transfer


@dataclasses.dataclass
class Case:
    name: str
    run: object               # function of a Trial
    family: int = 4
    checksum: bool = False
    paths: int = 1
    seconds: int = 60         # the case is ended after this time
    self_test: bool = True    # makes sense between two kernels, too
    needs: tuple = ()         # programs


CASES = {}


def case(name=None, families=(4,), clients=(None,), **settings):
    """Registers a function as one case per family and client; the function gets (trial) or (trial, client)."""
    def register(function):
        for client in clients:
            for family in families:
                words = [name or function.__name__]
                words += [f"{client}_client"] if client else []
                words += [f"ipv{family}"] if len(families) > 1 else []
                bound = (lambda trial, f=function, c=client: f(trial, c)) if client else function
                full = ".".join(words)
                CASES[full] = Case(full, bound, family=family, **settings)
        return function
    return register


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


# Covers: CAP-34
@case(clients=(KERNEL, FAR), families=(4, 6))
def plain_kernel(t, client):
    """The kernel's application uses TCP: mptcpp does, too, and the bytes are the same."""
    t.start(client, 8 * MIB, plain=True)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    expect(not kernel["mptcp_info"], "a plain socket has MPTCP_INFO")


# Covers: CAP-35
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


# ---- addresses and priorities --------------------------------------------------------------------------------------------


# Covers: ADDR-9
@case(families=(4, 6), paths=2)
def add_addr_by_the_far_side(t):
    """The far side, a server, announces its second address; the kernel checks the HMAC, echoes, and joins."""
    t.start(KERNEL, 8 * MIB, hold=True, far={"announce": True})
    t.wait_subflows(2)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2).expect_at_least(AddAddr=1, EchoAddTx=1, MPJoinSynAckRx=1)


# Covers: ADDR-6
@case(families=(4, 6), paths=2)
def add_addr_by_the_kernel(t):
    """The kernel, a server, announces its second address; the far side echoes and joins."""
    t.far.leave_to_announcements(t.lab.paths[1])
    t.lab.ip(f"mptcp endpoint add {t.lab.paths[1].kernel} signal")
    t.start(FAR, 8 * MIB, hold=True, far={"join": False})
    t.wait_subflows(2)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    counters = Counters(t.lab)
    counters.expect_none(evidence.NEVER)
    counters.expect_at_least(AddAddrTx=1, EchoAdd=1, MPJoinAckRx=1)


@case(paths=2)
def add_addr_with_port_by_the_kernel(t):
    """An announced address may have a port of its own (RFC 8684 3.4.1); the join goes there."""
    t.far.leave_to_announcements(t.lab.paths[1])
    t.lab.ip(f"mptcp endpoint add {t.lab.paths[1].kernel} port 7100 signal")
    t.start(FAR, 8 * MIB, hold=True, far={"join": False})
    t.wait_subflows(2)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    Counters(t.lab).expect_at_least(MPJoinPortSynRx=1, MPJoinPortAckRx=1)


# Covers: JOIN-10
@case(paths=2)
def join_by_the_kernel(t):
    """The kernel, a client, joins from a second address of its own to the far side's first."""
    t.lab.ip(f"mptcp endpoint add {t.lab.paths[1].kernel} subflow")
    t.start(KERNEL, 8 * MIB, hold=True)
    t.wait_subflows(2)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2)


# Covers: CAP-24
@case(paths=2)
def joins_denied_to_the_first_address(t):
    """Flag C (RFC 8684 3.1): the kernel wants no join to its first address. There is none, and the announced one is used."""
    t.lab.sysctl("net.mptcp.allow_join_initial_addr_port", 0)
    t.lab.ip(f"mptcp endpoint add {t.lab.paths[1].kernel} signal")
    t.start(FAR, 8 * MIB, hold=True)
    t.wait_subflows(2)
    expect(all(s["local"] == t.lab.paths[1].kernel for s in evidence.subflows(t.lab) if "j" in s["flags"].lower()),
           f"a join to the first address: {evidence.subflows(t.lab)}")
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    Counters(t.lab).expect_none(["MPJoinRejected", *evidence.NEVER])


# Covers: RM-1
@case(clients=(KERNEL, FAR), paths=2)
def remove_addr_by_the_kernel(t, client):
    """The kernel withdraws its second address in the middle: the subflow ends, the transfer does not."""
    if client == FAR:
        t.far.leave_to_announcements(t.lab.paths[1])
    t.lab.ip(f"mptcp endpoint add {t.lab.paths[1].kernel} id 9 {'subflow' if client == KERNEL else 'signal'}")
    t.start(client, 24 * MIB, hold=True, rate=RATE, far={"join": False})
    t.wait_subflows(2)
    t.wait_received(4 * MIB)
    t.lab.ip("mptcp endpoint delete id 9")
    t.wait_status(lambda s: s["mptcp_info"].get("subflows") == 0, 10, "the withdrawn subflow to end")
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    Counters(t.lab).expect_at_least(RmAddrTx=1)


# Covers: RM-6
@case(clients=(KERNEL, FAR), paths=2)
def remove_addr_by_the_far_side(t, client):
    """The far side's second address goes and comes back in the middle: withdrawn at once, used again, and nothing is lost."""
    t.start(client, 32 * MIB, hold=True, rate=RATE, far={"announce": client == KERNEL})
    t.wait_subflows(2)
    t.wait_received(4 * MIB)
    t.far.lose(t.lab.paths[1])
    t.wait_status(lambda s: s["mptcp_info"].get("subflows") == 0, 10, "the withdrawn subflow to end")
    Counters(t.lab).expect_at_least(RmAddr=1)
    t.wait_received(12 * MIB)
    t.far.regain(t.lab.paths[1])
    t.wait_subflows(2)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    Counters(t.lab).expect_none(["RmAddrDrop", "DSSNotMatching", "DataCsumErr", "FallbackFailed"])


@case(paths=2, clients=(FAR,))
def first_address_removed_by_the_far_side(t, client):
    """The first subflow's address goes: REMOVE_ADDR says id 0 (RFC 8684 3.4.2), and the second path carries on alone."""
    t.start(client, 24 * MIB, hold=True, rate=RATE)
    t.wait_subflows(2)
    t.wait_received(4 * MIB)
    t.far.lose(t.lab.paths[0])
    wait_until(lambda: Counters(t.lab)["RmAddr"] >= 1, 5, "REMOVE_ADDR to arrive")
    kernel, far = t.finish(45)
    t.expect_streams_intact(kernel, far)


@case(paths=2)
def backup_by_the_far_side(t):
    """The far side joins with the backup flag: the kernel sends nothing there while the first subflow works."""
    t.start(FAR, 24 * MIB, hold=True, rate=RATE, far={"backup": (1,)})
    t.wait_subflows(2)
    t.wait_status(lambda s: s["sent"] == 24 * MIB and s["received"] == 24 * MIB, 30, "both files to pass")
    spare = t.subflow(t.lab.paths[1])
    expect(spare.get("bytes_sent", 0) < MIB, f"the kernel used a backup: {spare}")
    expect(spare.get("bytes_received", 0) < MIB, f"the far side used a backup: {spare}")
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2).expect_at_least(MPJoinSynBackupRx=1)


@case(paths=2)
def backup_by_the_kernel(t):
    """The kernel joins with the backup flag: the far side sends nothing there while the first subflow works."""
    t.lab.ip(f"mptcp endpoint add {t.lab.paths[1].kernel} subflow backup")
    t.start(KERNEL, 24 * MIB, hold=True, rate=RATE)
    t.wait_subflows(2)
    t.wait_status(lambda s: s["sent"] == 24 * MIB and s["received"] == 24 * MIB, 30, "both files to pass")
    spare = next(s for s in evidence.subflows(t.lab) if s["local"] == t.lab.paths[1].kernel)
    expect(spare.get("bytes_received", 0) < MIB, f"the far side used a backup: {spare}")
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2)


# Covers: PRIO-5
@case(paths=2)
def backup_takes_over(t):
    """The first path dies in silence: the backup carries the rest, both ways."""
    t.start(FAR, 24 * MIB, rate=RATE, far={"backup": (1,)})
    t.wait_subflows(2)
    t.wait_received(4 * MIB)
    t.lab.black_hole(t.lab.paths[0])
    kernel, far = t.finish(45)
    t.expect_streams_intact(kernel, far)


# Covers: PRIO-2
@case(paths=2)
def priority_changed_by_the_kernel(t):
    """MP_PRIO in the middle (RFC 8684 3.3.8): what was an ordinary subflow is a backup from then on."""
    t.lab.ip(f"mptcp endpoint add {t.lab.paths[1].kernel} id 9 subflow")
    t.start(KERNEL, 32 * MIB, hold=True, rate=RATE)
    t.wait_subflows(2)
    t.wait_received(4 * MIB)
    t.lab.ip("mptcp endpoint change id 9 backup")
    wait_until(lambda: Counters(t.lab)["MPPrioTx"] >= 1, 5, "MP_PRIO to be sent")
    t.settle()
    local = t.lab.paths[1].kernel
    before = next(s for s in evidence.subflows(t.lab) if s["local"] == local).get("bytes_received", 0)
    t.wait_received(24 * MIB)
    after = next(s for s in evidence.subflows(t.lab) if s["local"] == local).get("bytes_received", 0)
    expect(after - before < MIB // 2, f"the far side sent {after - before} bytes on a backup")
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2)


# Covers: PRIO-2
@case(paths=2)
def priority_changed_by_the_far_side(t):
    """The same by the far side: the kernel sends nothing there from then on."""
    t.start(FAR, 40 * MIB, hold=True, rate=RATE, far={"backup": (1,), "backup_after": 1.5})
    t.wait_subflows(2)
    t.wait_received(8 * MIB)
    expect(Counters(t.lab)["MPPrioRx"] == 0 and t.subflow(t.lab.paths[1]).get("bytes_sent", 0) > 0, "it was a backup from the start")
    t.far.wait_for_backup(t.lab.paths[1])
    wait_until(lambda: Counters(t.lab)["MPPrioRx"] >= 1, 5, "MP_PRIO to arrive")
    t.settle()
    before = t.subflow(t.lab.paths[1])
    t.wait_received(32 * MIB)
    after = t.subflow(t.lab.paths[1])
    for name in ("bytes_sent", "bytes_received"):
        used = after.get(name, 0) - before.get(name, 0)
        expect(used < MIB // 2, f"{name} grew by {used} on a backup")
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2)


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
