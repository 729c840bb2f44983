# SPDX-License-Identifier: Apache-2.0
"""Every congestion controller and every scheduler against the kernel: a small transfer both ways over two subflows."""
import pathlib
import re

from lab import MIB
from registry import case
from trial import FAR, KERNEL

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
SIZE = 4 * MIB


def names(registry):
    """What the list in the sources names, so that a new one is tried, too (CMakeLists.txt watches these files)."""
    return re.findall(r'^ *\{\.name = "([^"]+)"', (SOURCES / registry).read_text(encoding="utf-8"), re.MULTILINE)


def plugged(option, name, client):
    """Both subflows are multipath to the end, every byte arrives, and nobody finds fault with a packet."""
    @case(f"{option}.{name}", paths=2, self_test=False)
    def run(t):
        t.start(client, SIZE, hold=True, far={"announce": client == KERNEL, "extra": (f"--{option}", name)})
        t.wait_subflows(2)
        t.wait_status(lambda s: s["sent"] == SIZE and s["received"] == SIZE, 40, "both files to pass")
        kernel, far = t.finish()
        t.expect_streams_intact(kernel, far)
        t.expect_sound(kernel, 2)


for _name in names("congestion/registry.cc"):
    plugged("congestion", _name, FAR)
for _name in names("scheduler/registry.cc"):
    plugged("scheduler", _name, KERNEL)
