#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the rooms to ARCHITECTURE.md: includes run one way, inner rooms are pure, every source file names its licence.

Usage: check_includes.py [ROOT]. Prints `file:line: what is wrong` for each violation and fails if there is one. Files longer
than 400 lines are listed and do not fail. The rules stand in include_rules.txt.
"""
import pathlib
import re
import sys

MAX_LINES = 400
SOURCE_FOLDERS = ("src", "include", "tests", "bench", "fuzz", "scripts", "cmake", "examples")
SOURCE_SUFFIXES = {".cc", ".h", ".py", ".sh", ".cmake"}
SOURCE_FILES = ("CMakeLists.txt", "dev", ".ci/run", ".clang-format", ".clang-tidy")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.M)
# What an inner room must not see: clocks, chance, threads, files, sockets, the operating system.
IMPURE_HEADERS = re.compile(
    r"^(chrono|ctime|time\.h|random|thread|stop_token|mutex|shared_mutex|condition_variable|future|atomic|fstream|iostream|filesystem"
    r"|csignal|signal\.h|unistd\.h|fcntl\.h|poll\.h|errno\.h|cerrno|sys/.*|netinet/.*|arpa/.*|linux/.*|net/.*|asio.*|boost/asio.*)$")
IMPURE_WORDS = re.compile(
    r"\b(throw|try|catch|dynamic_cast|typeid|thread_local|rand|srand|getenv|system|fopen|printf|fprintf|puts|gettimeofday"
    r"|clock_gettime)\b(?=\s*[({<;]|\s+[\w:\"]|\s*\.\.\.)")
# `noexcept(...)`-like operators and declarations that are no objects.
NOT_AN_OBJECT = re.compile(
    r"^(using|typedef|class|struct|enum|union|friend|static_assert|concept|template|namespace|extern|asm|requires|public|private|protected"
    r"|operator|return|goto|case|default)\b")
CONSTANT = re.compile(r"\b(const|constexpr|consteval)\b")
LITERALS = re.compile(
    r'R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.S)


class Rules:
    def __init__(self, text):
        self.inner, self.allowed, self.exceptions = set(), {}, set()
        for line in text.splitlines():
            line = line.split("#", 1)[0].strip()
            if not line:
                continue
            if line.startswith("allow "):
                _, path, word, _why = line.split(None, 3)
                self.exceptions.add((path, word))
                continue
            kind, room, edges = re.fullmatch(r"(inner|outer)\s+(\w+):\s*(.*)", line).groups()
            for edge in edges.split():
                if edge not in self.allowed:
                    raise SystemExit(f"include_rules.txt: {room} names {edge}, which does not stand above it")
                if kind == "inner" and edge not in self.inner:
                    raise SystemExit(f"include_rules.txt: inner room {room} may not see outer room {edge}")
            self.allowed[room] = set(edges.split())
            if kind == "inner":
                self.inner.add(room)

    def cmake_deps(self, room):
        """What the room's CMakeLists.txt must list. For `api`, outer rooms link `stack`, which implements it."""
        edges = self.allowed[room]
        return edges - {"api"} | ({"stack"} if "api" in edges and room not in self.inner else set())


def blank_literals(text):
    """Comments, strings and characters become spaces (newlines stay), so that only code is left to look at."""
    return LITERALS.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def check_room_file(rules, room, name, text):
    """Yields (line, message) for one source file of a room. `name` is room/file."""
    is_test = name.endswith("_test.cc")
    pure = room in rules.inner and not is_test
    for match in INCLUDE.finditer(text):
        bracket, header = match.groups()
        line = line_of(text, match.start())
        target = header.split("/")[0]
        target = "api" if target == "mptcpp" else target
        if bracket == '"':
            if "/" not in header:
                yield line, f'"{header}": write "room/file.h"'
            elif target not in rules.allowed:
                yield line, f'"{header}": no room is called {target}'
            elif target != room and target not in rules.allowed[room]:
                yield line, f'"{header}": {room} may not include {target}'
            elif header == "mptcpp/endpoint.h" and room in rules.inner - {"api", "stack"}:
                yield line, f'"{header}": {room} stands below the endpoint'
        elif pure and IMPURE_HEADERS.match(header) and (name, header) not in rules.exceptions:
            yield line, f"<{header}>: inner rooms have no clock, I/O, chance or threads"
    if not pure:
        return
    code = blank_literals(text)
    for match in IMPURE_WORDS.finditer(code):
        if (name, match.group(1)) not in rules.exceptions:
            yield line_of(code, match.start()), f"`{match.group(1)}` in an inner room"
    yield from mutable_objects(code)


def mutable_objects(code):
    """Yields objects of static storage that are not constant, as far as a reader of text can tell.

    Follows the braces: what stands in a namespace is looked at whole, inside functions and classes only `static` is.
    """
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group()), code, flags=re.M)
    scopes, start = [], 0  # of each open brace: True when it opened a namespace
    for match in re.finditer(r"[{};]", code):
        statement = code[start:match.start()]
        at_namespace = all(scopes)
        if match.group() == "{":
            opens_namespace = bool(re.match(r"\s*(inline\s+)?namespace\b|\s*extern\s*$", statement))
            if at_namespace and not opens_namespace and is_object(statement):
                yield line_of(code, start + leading(statement)), f"mutable global: {summary(statement)}"
            elif not at_namespace and is_static_object(statement):
                yield line_of(code, start + leading(statement)), f"mutable static: {summary(statement)}"
            scopes.append(opens_namespace)
        elif match.group() == "}":
            if scopes:
                scopes.pop()
        elif at_namespace and is_object(statement):
            yield line_of(code, start + leading(statement)), f"mutable global: {summary(statement)}"
        elif not at_namespace and is_static_object(statement):
            yield line_of(code, start + leading(statement)), f"mutable static: {summary(statement)}"
        start = match.end()


def leading(statement):
    return len(statement) - len(statement.lstrip())


def summary(statement):
    return " ".join(statement.split())[:60]


def declarator(statement):
    """The words before an initialiser, without attributes and template arguments, or None if it is no plain declaration."""
    text = re.sub(r"\[\[.*?\]\]", " ", statement.strip(), flags=re.S)
    text = re.split(r"(?<![=<>!+*/-])=(?!=)", text, maxsplit=1)[0]
    while re.search(r"<[^<>]*>", text):
        text = re.sub(r"<[^<>]*>", " ", text)
    return text.strip()


def is_object(statement):
    text = declarator(statement)
    if not text or "(" in text or NOT_AN_OBJECT.match(text) or CONSTANT.search(statement):
        return False
    return re.fullmatch(r"(?:(?:static|inline|constinit|thread_local|mutable|unsigned|signed|long)\s+)*[\w:]+[\s*&]+[\w:]+\s*(\[[^\]]*\]\s*)*",
                        text) is not None


def is_static_object(statement):
    text = declarator(statement)
    match = re.search(r"(?:^|:\s|\s)(static|thread_local)\s+(.*)$", text, re.S)
    return match is not None and "(" not in match.group(2) and not CONSTANT.search(statement)


def check_cmake(rules, root):
    """Yields (file, line, message) where a room's DEPS and the rules differ."""
    for room in rules.allowed:
        path = root / "src" / room / "CMakeLists.txt"
        if room == "api" or not path.is_file():
            continue
        match = re.search(r"mptcpp_room\(\s*(\w+)([^)]*)\)", path.read_text(encoding="utf-8"))
        if not match:
            yield path, 1, "no mptcpp_room() here"
            continue
        words = match.group(2).split()
        deps = set(words[words.index("DEPS") + 1:]) if "DEPS" in words else set()
        deps -= {w for w in words[words.index("LIBS"):]} if "LIBS" in words else set()
        if deps != rules.cmake_deps(room):
            yield path, 1, f"DEPS {sorted(deps)} but include_rules.txt says {sorted(rules.cmake_deps(room))}"
        if ("INNER" in words) != (room in rules.inner):
            yield path, 1, "INNER here and in include_rules.txt differ"
    for path in sorted((root / "src").glob("*/CMakeLists.txt")):
        if path.parent.name not in rules.allowed:
            yield path, 1, "this room has no line in include_rules.txt"


def source_files(root):
    for folder in SOURCE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and (path.suffix in SOURCE_SUFFIXES or path.name == "CMakeLists.txt"):
                yield path
    for name in SOURCE_FILES:
        if (root / name).is_file():
            yield root / name


def room_of(root, path):
    parts = path.relative_to(root).parts
    if parts[:2] == ("include", "mptcpp"):
        return "api"
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def check(root):
    """Returns (violations, long files), both as printable lines."""
    rules = Rules((root / "scripts" / "include_rules.txt").read_text(encoding="utf-8"))
    violations, long_files = [], []

    def report(path, line, message):
        violations.append(f"{path.relative_to(root)}:{line}: {message}")

    for path in source_files(root):
        text = path.read_text(encoding="utf-8", errors="replace")
        if not any("SPDX-License-Identifier: Apache-2.0" in line for line in text.splitlines()[:2]):
            report(path, 1, "the first lines must say SPDX-License-Identifier: Apache-2.0")
        count = len(text.splitlines())
        if count > MAX_LINES:
            long_files.append(f"{path.relative_to(root)}: {count} lines")
        room = room_of(root, path)
        if room and path.suffix in (".cc", ".h"):
            if room not in rules.allowed:
                report(path, 1, f"no room is called {room}")
                continue
            for line, message in check_room_file(rules, room, f"{room}/{path.name}", text):
                report(path, line, message)
    for path, line, message in check_cmake(rules, root):
        report(path, line, message)
    return violations, long_files


def main(arguments):
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parent.parent
    violations, long_files = check(root)
    if long_files:
        print(f"longer than {MAX_LINES} lines, perhaps two files each:")
        print("\n".join(f"  {line}" for line in long_files))
    print("\n".join(violations) if violations else "the rooms keep to their rules")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
