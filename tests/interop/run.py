#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs cases of mptcpp against the Linux kernel's Multipath TCP. Needs root; README.md says more.

run.py --list                                  every case: name, seconds
run.py --mptcpp build/dev/bin/mptcpp CASE...   run cases (default: all)
run.py --self-test CASE...                     the same with a second kernel in mptcpp's place
"""
import argparse
import os
import pathlib
import shutil
import sys
import time
import traceback

import address_cases  # noqa: F401  pylint: disable=unused-import
import cases  # noqa: F401  pylint: disable=unused-import
import plug_cases  # noqa: F401  pylint: disable=unused-import
from evidence import Counters
from lab import CaseFailed, Lab, stop_at
from peers import KernelFar, MptcppFar
from registry import CASES
from trial import Trial

SKIPPED = 77  # ctest's SKIP_RETURN_CODE


def obstacle():
    """Why nothing can be tested here, or None."""
    if os.geteuid() != 0:
        return "not root"
    if not pathlib.Path("/dev/net/tun").exists():
        return "no /dev/net/tun"
    if not pathlib.Path("/proc/sys/net/mptcp/enabled").exists():
        return "this kernel has no MPTCP"
    missing = [tool for tool in ("ip", "ss", "nstat", "nft", "tc", "tshark", "sysctl") if not shutil.which(tool)]
    return f"missing programs: {' '.join(missing)}" if missing else None


def run_case(case, far_class, program, folder):
    """Runs one case; returns None or the failure's text. What it left behind stays in the folder then."""
    shutil.rmtree(folder, ignore_errors=True)
    failure = None
    stop_at(case.seconds)
    try:
        with Lab(folder, case.family, case.paths, case.checksum) as lab:
            trial = None
            try:
                trial = Trial(lab, far_class(lab, program))
                case.run(trial)
            except Exception as error:  # pylint: disable=broad-except
                text = str(error) if isinstance(error, CaseFailed) else traceback.format_exc()
                failure = report(lab, trial, text)
    except CaseFailed as error:
        failure = str(error)
    stop_at(0)
    if not failure:
        shutil.rmtree(folder, ignore_errors=True)
    return failure


def report(lab, trial, text):
    lines = [text, "", trial.sides() if trial else "", f"counters: {Counters(lab).nonzero()}"]
    lines += [f"ran: {' '.join(process.command)}" for process in lab.processes]
    return "\n".join(lines + [f"everything is in {lab.folder}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--mptcpp", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("interop-failures"),
                        help="where failed cases leave their files")
    arguments = parser.parse_args()
    if arguments.list:
        for case in CASES.values():
            print(case.name, case.seconds)
        return 0
    if why := obstacle():
        print(f"SKIPPED: {why}")
        return SKIPPED
    if not arguments.self_test and not (arguments.mptcpp and arguments.mptcpp.is_file()):
        parser.error("--mptcpp must name the program")
    chosen = [CASES[name] for name in arguments.cases] if arguments.cases else list(CASES.values())
    if arguments.self_test:
        chosen = [case for case in chosen if case.self_test]
    failed = 0
    for case in chosen:
        missing = [tool for tool in case.needs if not shutil.which(tool)]
        if missing:
            print(f"SKIPPED {case.name}: missing {' '.join(missing)}")
            return SKIPPED
        start = time.monotonic()
        far_class = KernelFar if arguments.self_test else MptcppFar
        program = arguments.mptcpp.resolve() if arguments.mptcpp else None
        failure = run_case(case, far_class, program, (arguments.folder / case.name).resolve())
        print(f"{'FAILED' if failure else 'ok'} {case.name} {time.monotonic() - start:.1f} s", flush=True)
        if failure:
            failed += 1
            print(failure, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
