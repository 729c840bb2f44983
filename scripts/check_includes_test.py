#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests check_includes.py on small trees: a clean one passes, and each kind of violation is found where it stands."""
import pathlib
import tempfile
import unittest

import check_includes

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
RULES = """
inner base:
inner wire:  base
inner api:   base
inner mid:   base api
inner stack: base wire api
outer apps:  base api
allow base/check.cc fprintf  last words
allow base/check.cc unistd.h  no reason
"""
CLEAN = {
    "scripts/include_rules.txt": RULES,
    "src/base/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nmptcpp_room(base INNER)\n",
    "src/wire/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nmptcpp_room(wire INNER DEPS base LIBS fmt::fmt)\n",
    "src/stack/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nmptcpp_room(stack INNER DEPS base wire)\n",
    "src/apps/CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\nmptcpp_room(apps DEPS base stack)\n",
    "src/base/check.cc": SPDX + '#include "base/check.h"\n#include <unistd.h>\nvoid Fail() { fprintf(0, "x"); }\n',
    "src/wire/a.h": SPDX + """#pragma once
#include <cstdint>
#include "base/check.h"
namespace mptcpp::wire {  // a comment may throw, try and say rand(1)
inline constexpr int kOne = 1;
constexpr std::array<Row, 2> kTable{{{1}, {2}}};
static const char* const kNames[] = {"throw"};
struct Row { int value = 0; static constexpr int kTwo = 2; static Row Make(int v); Row& operator=(const Row&) = default; };
enum class Kind : std::uint8_t { kA, kB };
extern "C" int Function(int argument);
template <typename T> T Twice(T v) { static const int kThree = 3; T result = v; return result * kThree; }
bool TryThis();
}  // namespace mptcpp::wire
""",
    "src/wire/a_test.cc": SPDX + "#include <random>\nint global_of_a_test = 1;\n",
    "src/apps/main.cc": SPDX + "#include <iostream>\n#include \"mptcpp/endpoint.h\"\nint counter = 0;\nint main() try { throw 1; } catch (...) {}\n",
}


class CheckTest(unittest.TestCase):
    def violations(self, **changes):
        """The violations of the clean tree with files changed or added (None removes one)."""
        files = {**CLEAN, **changes.get("files", {})}
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                if text is not None:
                    (root / name).parent.mkdir(parents=True, exist_ok=True)
                    (root / name).write_text(text, encoding="utf-8")
            self.long_files = []
            found, self.long_files = check_includes.check(root)
            return found

    def inner(self, code):
        return self.violations(files={"src/wire/b.cc": SPDX + code})

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.violations(), [])

    def test_an_include_against_the_direction(self):
        self.assertEqual(self.violations(files={"src/base/b.h": SPDX + '\n#include "wire/a.h"\n'}),
                         ['src/base/b.h:3: "wire/a.h": base may not include wire'])

    def test_an_outer_room_reaches_past_the_public_api(self):
        self.assertEqual(self.violations(files={"src/apps/b.cc": SPDX + '#include "stack/endpoint.h"\n'}),
                         ['src/apps/b.cc:2: "stack/endpoint.h": apps may not include stack'])

    def test_a_public_header_reaches_into_the_stack(self):
        self.assertEqual(self.violations(files={"include/mptcpp/x.h": SPDX + '#include "stack/endpoint.h"\n'}),
                         ['include/mptcpp/x.h:2: "stack/endpoint.h": api may not include stack'])

    def test_values_of_the_api_are_for_inner_rooms_and_the_endpoint_is_not(self):
        self.assertEqual(self.violations(files={"src/mid/b.h": SPDX + '#include "mptcpp/options.h"\n'}), [])
        self.assertEqual(self.violations(files={"src/mid/b.h": SPDX + '#include "mptcpp/endpoint.h"\n'}),
                         ['src/mid/b.h:2: "mptcpp/endpoint.h": mid stands below the endpoint'])

    def test_tests_keep_to_the_direction_too(self):
        self.assertEqual(len(self.violations(files={"src/base/b_test.cc": SPDX + '#include "wire/a.h"\n'})), 1)

    def test_unknown_rooms_and_bare_names(self):
        self.assertIn('"a.h": write "room/file.h"', self.inner('#include "a.h"\n')[0])
        self.assertIn("no room is called wired", self.inner('#include "wired/a.h"\n')[0])

    def test_impure_headers(self):
        for header in ("chrono", "random", "thread", "mutex", "fstream", "iostream", "sys/socket.h", "unistd.h"):
            self.assertEqual(len(self.inner(f"#include <{header}>\n")), 1, header)

    def test_exceptions_and_chance(self):
        for code in ("void F() { throw Error(); }", "void F() { try { G(); } catch (...) {} }", "int F() { return rand(); }",
                     "void F() { fprintf(stderr, 1); }", "auto* F(B* b) { return dynamic_cast<A*>(b); }"):
            self.assertGreaterEqual(len(self.inner(code)), 1, code)

    def test_mutable_globals(self):
        for code in ("namespace x { int counter = 0; }", "namespace { std::vector<int> cache; }", "static int calls;",
                     "inline std::uint64_t total{0};", "int table[4] = {1};", "void F() { static int calls = 0; }",
                     "struct S { static int calls; };", "thread_local int t = 1;"):
            self.assertGreaterEqual(len(self.inner(code)), 1, code)

    def test_what_only_looks_like_a_global(self):
        for code in ("int F(int a);", "class Later;", "using Map = std::map<int, int>;", "struct P { int x = 0; };",
                     "auto G() -> int;", "const int kX = 3;", "template <typename T> inline constexpr bool kNo = false;",
                     "bool operator==(A, A);", "std::span<const Info> All();", "Foo::Foo(int a) : a_(a), b_{2} { c_ = 1; }",
                     "void F() { int local = 1; for (auto& x : y) { x = 2; } }", "static_assert(sizeof(int) == 4);",
                     "const int kCount = 1'000'000;", "void F() { int c = 'x'; G(\"int a;\"); }"):
            self.assertEqual(self.inner(code), [], code)

    def test_a_missing_licence_line(self):
        self.assertEqual(self.violations(files={"src/wire/b.h": "#pragma once\n"})[0].split(":")[0], "src/wire/b.h")
        self.assertEqual(self.violations(files={"tests/x.py": "import os\n"})[0].split(":")[0], "tests/x.py")

    def test_cmake_and_rules_differ(self):
        spdx = "# SPDX-License-Identifier: Apache-2.0\n"
        self.assertIn("DEPS", self.violations(files={"src/wire/CMakeLists.txt": spdx + "mptcpp_room(wire INNER DEPS base stack)\n"})[0])
        self.assertIn("INNER", self.violations(files={"src/base/CMakeLists.txt": spdx + "mptcpp_room(base)\n"})[0])
        self.assertIn("no line", self.violations(files={"src/attic/CMakeLists.txt": spdx + "mptcpp_room(attic)\n"})[0])

    def test_rules_with_a_cycle_or_an_edge_outwards(self):
        with self.assertRaises(SystemExit):
            check_includes.Rules("inner a: b\ninner b: a\n")
        with self.assertRaises(SystemExit):
            check_includes.Rules("outer a:\ninner b: a\n")

    def test_long_files_are_listed_and_pass(self):
        self.assertEqual(self.violations(files={"src/wire/b.h": SPDX * 401}), [])
        self.assertEqual(self.long_files, ["src/wire/b.h: 401 lines"])


if __name__ == "__main__":
    unittest.main()
