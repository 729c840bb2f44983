#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Would the tests notice? Changes comparisons, conditions, sums and constants of src/wire, src/crypto and src/mptcp, one at a
time, and runs the tests against each change.

    scripts/mutation/mutate.py [--sample 300] [--seed 1] [--rooms wire crypto mptcp] [--jobs 2] [--only src/wire/gso.cc:31 ...]

The sources are copied to build/mutation/tree and every place that compiles is switched there (switches.h), so there is one build
for any sample. Each program first runs once without a mutant and writes down which places it comes by; a mutant then meets only
the programs that do. Headers are left alone: what they hold is inline in many programs. Prints the survivors and the share that
was caught, also to build/mutation/report.txt; exit code 1 below --at-least percent.
"""
import argparse
import bisect
import concurrent.futures
import dataclasses
import hashlib
import json
import math
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import time

ROOMS = ("wire", "crypto", "mptcp")
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build" / "mutation"
TREE = WORK / "tree"
SWITCHES = TREE / "scripts" / "mutation" / "switches.h"
BUILD = TREE / "build" / "dev"  # as deep as the preset's: then ccache knows what is not mutated
# Those that cross these rooms, and which of their tests; what takes most of its program's time and rarely decides is left out.
# Quick programs are asked first: the first that fails settles it.
PROGRAMS = {"wire_test": "*", "crypto_test": "*", "mptcp_test": "*", "conformance_test": "*", "endpoint_api_test": "*", "stack_test": "*",
            "scenarios_test": "*", "flood_test": "*", "allocation_test": "*", "middlebox_test": "-FallbackMatrix.*",
            "scenario_test": "Failover.*:Preferences.*:LiveScheduler.*:Mechanisms.*:*RequestFailover*-*.ASilentBlackHole*:*.ALongLost*"}
QUICK = 1.5  # seconds of the processor
MEMORY = 4 << 30

COMPARISONS = {"<": ("<", ">", "kLess"), "<=": ("<", ">", "kLessEqual"), ">": ("<", ">", "kGreater"), ">=": ("<", ">", "kGreaterEqual"),
               "==": ("==", "==", "kEqual"), "!=": ("==", "==", "kNotEqual"), "+": ("+", "+", "kPlus"), "-": ("+", "+", "kMinus")}
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|//.*$| (<=|>=|==|!=|<|>|\+|-|&&|\|\|) |(?<![\w.\'])(\d+)(?![\w.\'])', re.M)
# Lines whose expressions are constants to the compiler, or text to the preprocessor.
SKIPPED = re.compile(r"^\s*(#|static_assert|case |template|using |constexpr |inline constexpr |static constexpr |enum )|operator")


@dataclasses.dataclass(frozen=True)
class Mutant:
    number: int
    path: str     # relative to the tree
    line: int
    start: int    # in the text of the file
    end: int
    token: str
    change: str   # in words
    text: str     # the line

    def __str__(self):
        return f"{self.path}:{self.line}: {self.change}\n    {self.text}"

    @property
    def switched(self):
        if self.token in COMPARISONS:
            first, second, op = COMPARISONS[self.token]
            return f" {first} mutation::Infix<{self.number}, mutation::Op::{op}>{{}} {second} "
        if self.token == "&&":
            return f" && mutation::Keep({self.number}) && "
        if self.token == "||":
            return f" || mutation::Force({self.number}) || "
        return f"mutation::Number<{self.number}>({self.token})"


def change_of(token):
    words = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+",
             "&&": "always false", "||": "always true"}
    return f"{token} becomes {words.get(token, token + ' + 1')}"


def mutants_in(path, text, number):
    starts = [0] + [m.end() for m in re.finditer("\n", text)]
    lines = text.split("\n")
    for match in TOKEN.finditer(text):
        token = match.group(1) or match.group(2)
        if not token:
            continue
        line = bisect.bisect_right(starts, match.start()) - 1
        if SKIPPED.search(lines[line]):
            continue
        yield Mutant(number, path, line + 1, match.start(), match.end(), token, change_of(token), lines[line].strip())
        number += 1


def candidates():
    first = 0
    for room in ROOMS:
        for path in sorted((ROOT / "src" / room).glob("*.cc")):
            if not path.name.endswith("_test.cc"):
                yield from mutants_in(str(path.relative_to(ROOT)), path.read_text(), first)
                first += 512  # a change of one file renumbers, and so rebuilds, no other


def switched(text, mutants):
    for m in sorted(mutants, key=lambda m: -m.start):
        text = text[:m.start] + m.switched + text[m.end:]
    return text


def write(path, text):
    """Only what differs: the build goes by the time of the last change."""
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def compiling(command, path, mutants):
    """Takes out what the compiler refuses (constant expressions, operands that are no values) until the file compiles."""
    trial = WORK / "trial" / path
    command = command.replace(str(TREE / path), str(trial))
    left = list(mutants)
    while left:
        write(trial, switched((ROOT / path).read_text(), left))
        done = subprocess.run(command, shell=True, cwd=BUILD, capture_output=True, text=True)
        if done.returncode == 0:
            break
        name = re.escape(trial.name)
        lines = {int(n) for n in re.findall(rf"{name}:(\d+):\d+: +(?:error|note|required)", done.stderr)}
        kept = [m for m in left if m.line not in lines]
        if len(kept) == len(left):  # an expression over several lines: without the neighbours, too
            kept = [m for m in left if not any(abs(m.line - n) <= 3 for n in lines)]
        if len(kept) == len(left):
            print(f"  {path}: left out, {done.stderr.splitlines()[:1]}", file=sys.stderr)
            kept = []
        left = kept
    return left


def usable(everything, commands, jobs):
    """The mutants that compile. Remembered per text of a file, because it takes minutes to find out."""
    memory = WORK / "compiling.json"
    known = json.loads(memory.read_text()) if memory.exists() else {}
    by_path = {}
    for mutant in everything:
        by_path.setdefault(mutant.path, []).append(mutant)

    def settle(path):
        mutants = by_path[path]
        text = (ROOT / path).read_text()
        key = hashlib.sha256("\0".join([path, switched(text, mutants), SWITCHES.read_text()]).encode()).hexdigest()
        if key not in known:
            known[key] = [m.start for m in compiling(commands[path], path, mutants)]
            write(memory, json.dumps(known))
        mutants = [m for m in mutants if m.start in known[key]]
        write(TREE / path, switched(text, mutants))
        return mutants

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        found = [mutant for mutants in pool.map(settle, by_path) for mutant in mutants]
    return found


def copy_tree():
    mutated = {m.path for m in candidates()}
    TREE.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    names = set(listed.stdout.decode().split("\0")) - {""}
    for name in names:
        if name.split("/")[0] not in ("CMakeLists.txt", "CMakePresets.json", "cmake", "src", "include", "tests", "scripts", "examples", "docs"):
            continue
        target = TREE / name
        source = ROOT / name
        if not source.is_file() or (target.exists() and (name in mutated or target.read_bytes() == source.read_bytes())):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for old in [path for path in TREE.rglob("*") if path.is_file() and BUILD not in path.parents]:
        if str(old.relative_to(TREE)) not in names:
            old.unlink()


def configure():
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON"] if shutil.which("ccache") else []
    options = [f"-DMPTCPP_OPTIONS_{room}=-w;-include;{SWITCHES}" for room in ROOMS]
    subprocess.run(["cmake", "--preset", "dev", "-DMPTCPP_INTEROP=OFF", "--log-level=ERROR", *launcher, *options], cwd=TREE, check=True,
                   stdout=subprocess.DEVNULL)
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    commands = {}
    for entry in entries:
        name = os.path.relpath(entry["file"], TREE)
        commands.setdefault(name, re.sub(r" -o \S+", " -fsyntax-only", entry["command"]))
    return commands


def run(program, cpu_seconds, **variables):
    """Whether all tests of the program pass with that much of the processor: others may be using the machine, so not the clock."""
    command = [BUILD / "bin" / program, "--gtest_fail_fast", "--gtest_brief=1", f"--gtest_filter={PROGRAMS[program]}"]

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return subprocess.run(command, env=dict(os.environ, **variables), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          preexec_fn=limit, check=False).returncode == 0


@dataclasses.dataclass(frozen=True)
class Program:
    name: str
    seconds: float       # of the processor
    reached: frozenset   # numbers of the mutants that it comes by

    def catches(self, mutant):  # a mutant that hangs is caught, too
        return not run(self.name, math.ceil(2 + 3 * self.seconds), MUTANT=str(mutant.number))


def survey(name):
    path, known = WORK / f"{name}.reached", WORK / f"{name}.json"
    stamp = [(BUILD / "bin" / name).stat().st_mtime_ns, PROGRAMS[name]]
    found = json.loads(known.read_text()) if known.exists() else {}
    if found.get("stamp") != stamp:
        path.unlink(missing_ok=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        if not run(name, 1800, MUTANTS_REACHED=str(path)):
            sys.exit(f"{name} fails without any mutant")
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        found = {"stamp": stamp, "seconds": seconds, "reached": list(map(int, path.read_text().split()))}
        known.write_text(json.dumps(found))
    return Program(name, found["seconds"], frozenset(found["reached"]))


def survivors_of(sample, programs, jobs, word):
    """Those that none of the programs catches."""
    def survives(mutant):
        return not any(mutant.number in p.reached and p.catches(mutant) for p in programs)

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for n, (mutant, survived) in enumerate(zip(sample, pool.map(survives, sample)), 1):
            if survived:
                print(f"{word} {mutant}", flush=True)
                yield mutant
            if n % 10 == 0:
                left = (time.monotonic() - began) / n * (len(sample) - n)
                print(f"  {n}/{len(sample)}, {left:.0f} s left", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="+", default=ROOMS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="+", metavar="FILE[:LINE]", help="instead of a sample: every mutant there")
    parser.add_argument("--at-least", type=float, default=0, metavar="PERCENT")
    parser.add_argument("--report", type=pathlib.Path, default=WORK / "report.txt")
    arguments = parser.parse_args()

    everything = list(candidates())
    copy_tree()
    chosen = usable(everything, configure(), arguments.jobs)
    print(f"{len(everything)} places to change, {len(chosen)} of them compile; building the tests", flush=True)
    subprocess.run(["cmake", "--build", BUILD, "-j", str(arguments.jobs), "--target", *PROGRAMS], check=True, stdout=subprocess.DEVNULL)
    programs = sorted(map(survey, PROGRAMS), key=lambda p: p.seconds)
    reached = frozenset().union(*(p.reached for p in programs))
    print(f"the tests come by {sum(m.number in reached for m in chosen)} of them; " +
          ", ".join(f"{p.name} {p.seconds:.1f} s" for p in programs), flush=True)

    chosen = [m for m in chosen if m.path.split("/")[1] in arguments.rooms]
    if arguments.only:
        sample = [m for m in chosen if m.path in arguments.only or f"{m.path}:{m.line}" in arguments.only]
    else:
        sample = sorted(random.Random(arguments.seed).sample(chosen, min(arguments.sample, len(chosen))), key=lambda m: m.number)
    if not sample:
        sys.exit("nothing there can be changed")
    # Most are caught in a second or two: the slow programs see only the others.
    left = list(survivors_of(sample, [p for p in programs if p.seconds < QUICK], arguments.jobs, "so far:"))
    survivors = list(survivors_of(left, [p for p in programs if p.seconds >= QUICK], arguments.jobs, "survived:"))
    share = 100 * (1 - len(survivors) / len(sample))
    lines = [f"{m}{'' if m.number in reached else ' (no test comes by)'}" for m in survivors]
    lines.append(f"{len(sample)} mutants, {len(sample) - len(survivors)} caught ({share:.1f} %)")
    print(lines[-1])
    arguments.report.write_text("\n".join(lines) + "\n")
    return 1 if share < arguments.at_least else 0


if __name__ == "__main__":
    sys.exit(main())
