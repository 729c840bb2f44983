#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Would the tests notice? Changes comparisons, conditions, sums and constants of src/wire, src/crypto and src/mptcp, one at a
time, and runs the tests against each change.

    scripts/mutation/mutate.py [--sample 300] [--seed 1] [--rooms wire crypto mptcp] [--jobs 2] [--report build/mutation/report.txt]

The sources are copied to build/mutation/tree and every mutant is compiled in behind a switch (switches.h), so there is one
build. Headers are left alone: what they hold is inline in many programs. Prints the survivors and the share that was caught;
exit code 1 below --at-least percent.
"""
import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = ROOT / "build" / "mutation"
TREE = WORK / "tree"
# Quick ones first: the first that fails settles it.
PROGRAMS = ("wire_test", "crypto_test", "conformance_test", "mptcp_test", "endpoint_api_test", "stack_test", "middlebox_test")
SECONDS = 60          # a mutant that hangs is caught
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
    words = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+", "&&": "always false", "||": "always true"}
    return f"{token} becomes {words.get(token, token + ' + 1')}"


def candidates(rooms):
    number = 0
    for room in rooms:
        for path in sorted((ROOT / "src" / room).glob("*.cc")):
            if path.name.endswith("_test.cc"):
                continue
            text = path.read_text()
            starts = [0] + [m.end() for m in re.finditer("\n", text)]
            lines = text.split("\n")
            for match in TOKEN.finditer(text):
                token = match.group(1) or match.group(2)
                if not token:
                    continue
                line = next(i for i in range(len(starts) - 1, -1, -1) if starts[i] <= match.start())
                if SKIPPED.search(lines[line]):
                    continue
                yield Mutant(number, str(path.relative_to(ROOT)), line + 1, match.start(), match.end(), token, change_of(token),
                             lines[line].strip())
                number += 1


def switch_on(path, mutants):
    text = (ROOT / path).read_text()
    for m in sorted(mutants, key=lambda m: -m.start):
        text = text[:m.start] + m.switched + text[m.end:]
    (TREE / path).write_text(text)


def compiles(command, path, mutants):
    """Takes out what the compiler refuses (constant expressions, operands that are no values) until the file compiles."""
    left = list(mutants)
    while True:
        switch_on(path, left)
        done = subprocess.run(command, shell=True, cwd=WORK / "build", capture_output=True, text=True)
        if done.returncode == 0:
            return left
        name = re.escape(pathlib.Path(path).name)
        lines = {int(n) for n in re.findall(rf"{name}:(\d+):\d+: (?:error|note|  required)", done.stderr)}
        lines |= {int(n) for n in re.findall(rf"{name}:(\d+):\d+:   required from here", done.stderr)}
        kept = [m for m in left if m.line not in lines]
        if len(kept) == len(left):  # an expression over several lines: without the neighbours, too
            kept = [m for m in left if not any(abs(m.line - n) <= 3 for n in lines)]
        if len(kept) == len(left):
            print(f"  {path}: left out, {done.stderr.splitlines()[:1]}", file=sys.stderr)
            kept = []
        left = kept


def copy_tree():
    TREE.mkdir(parents=True, exist_ok=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        if name.split("/")[0] not in ("CMakeLists.txt", "cmake", "src", "include", "tests", "scripts", "examples", "docs"):
            continue
        target = TREE / name
        source = ROOT / name
        if not source.is_file() or (target.exists() and target.read_bytes() == source.read_bytes()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def configure():
    subprocess.run(["cmake", "-G", "Ninja", "-S", TREE, "-B", WORK / "build", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DMPTCPP_CHECKS=ON",
                    "-DMPTCPP_INTEROP=OFF", "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1", "--log-level=ERROR",
                    f"-DCMAKE_CXX_FLAGS=-include {TREE}/scripts/mutation/switches.h -w"], check=True, stdout=subprocess.DEVNULL)
    entries = json.loads((WORK / "build" / "compile_commands.json").read_text())
    commands = {}
    for entry in entries:
        name = os.path.relpath(entry["file"], TREE)
        commands.setdefault(name, re.sub(r" -o \S+", " -fsyntax-only", entry["command"]))
    return commands


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fails(program, number):
    environment = dict(os.environ, MUTANT=str(number))
    try:
        done = subprocess.run([WORK / "build" / "bin" / program, "--gtest_fail_fast", "--gtest_brief=1"], env=environment, timeout=SECONDS,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limit, check=False)
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True


def caught_by(number):
    return next((program for program in PROGRAMS if fails(program, number)), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="+", default=["wire", "crypto", "mptcp"])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--at-least", type=float, default=0, metavar="PERCENT")
    parser.add_argument("--report", type=pathlib.Path, default=WORK / "report.txt")
    arguments = parser.parse_args()

    copy_tree()
    commands = configure()
    everything = list(candidates(arguments.rooms))
    random.Random(arguments.seed).shuffle(everything)
    chosen = sorted(everything[:arguments.sample * 2], key=lambda m: m.number)  # the compiler refuses some
    by_file = {}
    for mutant in chosen:
        by_file.setdefault(mutant.path, []).append(mutant)
    print(f"{len(everything)} places to change; {len(chosen)} tried in {len(by_file)} files", flush=True)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        kept = pool.map(lambda item: compiles(commands[item[0]], *item), by_file.items())
        usable = [mutant for mutants in kept for mutant in mutants]
    sample = sorted(random.Random(arguments.seed).sample(usable, min(arguments.sample, len(usable))), key=lambda m: m.number)
    print(f"{len(usable)} compile; building the tests with them", flush=True)
    subprocess.run(["cmake", "--build", WORK / "build", "-j", str(arguments.jobs), "--target", *PROGRAMS], check=True, stdout=subprocess.DEVNULL)
    broken = [program for program in PROGRAMS if fails(program, -1)]
    if broken:
        sys.exit(f"without any mutant these fail already: {', '.join(broken)}")

    survivors, began = [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for n, (mutant, program) in enumerate(zip(sample, pool.map(lambda m: caught_by(m.number), sample)), 1):
            if program is None:
                survivors.append(mutant)
            if sys.stderr.isatty() or n % 50 == 0:
                left = (time.monotonic() - began) / n * (len(sample) - n)
                print(f"  {n}/{len(sample)}, {len(survivors)} survived, {left:.0f} s left", end="\r" if sys.stderr.isatty() else "\n",
                      file=sys.stderr, flush=True)
    share = 100 * (1 - len(survivors) / len(sample))
    lines = [f"{m.path}:{m.line}: {m.change}\n    {m.text}" for m in survivors]
    lines.append(f"{len(sample)} mutants, {len(sample) - len(survivors)} caught ({share:.1f} %)")
    print("\n".join(lines))
    arguments.report.write_text("\n".join(lines) + "\n")
    return 1 if share < arguments.at_least else 0


if __name__ == "__main__":
    sys.exit(main())
