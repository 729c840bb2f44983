# SPDX-License-Identifier: Apache-2.0
"""Addresses and priorities: announced, joined, withdrawn, turned into a backup, by either side."""
import evidence
from evidence import Counters, expect
from lab import MIB, wait_until
from registry import RATE, case
from trial import FAR, KERNEL


# Covers: ADDR-6
@case(families=(4, 6), paths=2)
def add_addr_by_the_far_side(t):
    """The far side, a server, announces its second address; the kernel checks the HMAC, echoes, and joins."""
    t.start(KERNEL, 8 * MIB, hold=True, far={"announce": True})
    t.wait_subflows(2)
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2).expect_at_least(AddAddr=1, EchoAddTx=1, MPJoinSynAckRx=1)


# Covers: ADDR-9, JOIN-10
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


# Covers: JOIN-7
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


# Covers: RM-1
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


# Covers: PRIO-3
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


# Covers: PRIO-1
@case(paths=2, seconds=150)
def priority_changed_by_the_far_side(t):
    """The same by the far side: the kernel sends nothing there from then on, and neither does the far side."""
    first, second = t.lab.paths
    t.start(FAR, 48 * MIB, far_size=80 * MIB, hold=True, rate=RATE, far={"backup": (1,), "backup_after": 3})
    # The kernel's scheduler asks what is queued: it needs the second path only when the first cannot carry the application's rate.
    wait_until(t.lab.devices_ready, 5, "the devices")
    t.lab.shape(first, mbit=40)
    t.wait_subflows(2)
    t.wait_status(lambda _: t.subflow(second).get("bytes_sent", 0) >= MIB, 10, "the kernel to use the second path")
    expect(Counters(t.lab)["MPPrioRx"] == 0, "it was a backup from the start")
    t.far.wait_for_backup(second)
    wait_until(lambda: Counters(t.lab)["MPPrioRx"] >= 1, 5, "MP_PRIO to arrive")
    t.settle()

    before, sent = t.subflow(second), t.kernel.status()["sent"]
    t.wait_status(lambda s: s["sent"] >= sent + 8 * MIB, 20, "8 MiB more from the kernel, over the first path alone")
    expect_unused(before, t.subflow(second), "bytes_sent")

    # The shaped queue delays and drops the kernel's acknowledgements, too: to the far side the first path seems to fail at times.
    t.lab.unshape(first)
    t.settle()
    before, received = t.subflow(second), t.kernel.status()["received"]
    t.wait_received(received + 8 * MIB)
    expect_unused(before, t.subflow(second), "bytes_sent", "bytes_received")
    kernel, far = t.finish()
    t.expect_streams_intact(kernel, far)
    t.expect_sound(kernel, 2)


def expect_unused(before, after, *counters):
    """Between the two looks at a backup hardly a byte passed over it."""
    for name in counters:
        used = after.get(name, 0) - before.get(name, 0)
        expect(used < MIB // 2, f"{name} grew by {used} on a backup")
