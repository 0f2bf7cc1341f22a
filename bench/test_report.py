#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""test_report.py COUNTS SELFTEST.S: what insn_count.c counted of that program against what it expects of itself, and
counts.py, report.py and chart.py by fixtures. TAP."""
import contextlib
import io
import json
import os
import re
import sys
import tempfile
import xml.dom.minidom

import counts
import report

passed = 0


def check(name, got, wanted):
    global passed
    if got != wanted:
        print(f"not ok - {name}\n#   {got!r}\n#   expected {wanted!r}")
        sys.exit(1)
    passed += 1
    print(f"ok - {name}")


def counted_by_hand(lines, source):
    phases = {name: (functions, pages, holds) for name, functions, pages, holds in counts.parse(lines)}
    expected = re.findall(r"expect (\w+) (\w) (\d+) (\d+) (\d+) (\d+)", source)
    for scenario, module, *numbers in expected:
        got = counts.of_module(*phases[scenario][:2], module)
        check(f"{scenario}: {module}: own, called, atomics, pages",
              [got["own"], got["called"], got["atomics"], got["pages"]], [int(number) for number in numbers])
    for scenario, module, longest in re.findall(r"held (\w+) (\w) (\d+)", source):
        check(f"{scenario}: {module}: longest hold", phases[scenario][2].get(module, (0,))[0], int(longest))
    check("every scenario has its figures", {entry[0] for entry in expected}, set(phases))


ABOUT = """about kernel 7.3.4
about built gcc 14
about rustc 1.85.1
about qemu 10.0.13
about date 2026-11-28
about version 0.9.0
size c nvme_fc 100 20 3
size c nvmet_fc 200 20 3
size rust nvme_fc 110 21 4
size rust nvmet_fc 210 21 4
memory c association 2048
memory c exchange 100
memory rust association 1024
memory rust exchange 90
"""


def phase(who, passed_by, count, own):
    """A phase of COUNT I/Os, each OWN instructions of nvme_fc and 7 of a lock for it, 300 of nvmet_fc; and a timer."""
    return f"""phase {who} fcloop/1 randread:4k:16 {passed_by} {count}
f nvme_fc queue nvme_fc {own * count + 50} {count} {count}
f - lock nvme_fc {7 * count} {2 * count} {count}
f - kmem_cache_alloc_noprof nvmet_fc {10 * count} 0 {count}
f - __kmalloc_cache_node_noprof nvmet_fc {10 * count} 0 {2 * count}
f - __queue_work nvmet_fc {10 * count} 0 {count}
f nvmet_fc handle nvmet_fc {300 * count} 0 {count}
f - tick interrupt 12345 0 1
f - idle - {5 * count} 0 1
p nvmet_fc {count} {4 * count}
l nvmet_fc handle 99
"""


def runs(*owns):
    """Both modules, with so many instructions of ours in each pass."""
    return "".join(phase("c", n, count, 200) + phase("rust", n, count, own)
                   for n, own in enumerate(owns) for count in (100, 1100))


def measured_from(text):
    return counts.measured(counts.parse(text.splitlines()))["fcloop/1", "randread:4k:16"]


def of_one_io():
    ours = measured_from(runs(150, 150, 150))["rust"]
    check("three repeats", ours["nvme_fc.own"], [150.0] * 3)
    check("with what it calls", ours["nvme_fc.whole"][0], 157.0)
    check("atomics of both", ours["nvme_fc.atomics"][0], 3.0)
    check("slab allocations", ours["nvmet_fc.allocations"][0], 3.0)
    check("pages", (ours["nvmet_fc.page_allocations"][0], ours["nvmet_fc.pages"][0]), (1.0, 4.0))
    check("the longest hold is no share", ours["nvmet_fc.held"][0], 99)
    check("work items", ours["nvmet_fc.work_items"][0], 1.0)
    check("the kernel, without interrupts", ours["kernel"][0], 150.0 + 7 + 30 + 300 + 5)
    one = phase("c", 1, 4, 200)
    check("a short run alone is no figure", counts.measured(counts.parse(one.splitlines())), {})
    one = counts.measured(counts.parse(one.replace("randread:4k:16", "connect").splitlines()))
    check("a connect is divided", one["fcloop/1", "connect"]["c"]["nvmet_fc.own"], [300.0])
    few, many = counts.parse((phase("c", 1, 100, 200) + phase("c", 1, 200, 200)).splitlines())
    check("the dearest functions", counts.by_function(few, many, 100, "nvme_fc"),
          [(200.0, "nvme_fc", "queue"), (7.0, "-", "lock")])
    check("spread", round(counts.spread([99, 100, 102]), 3), 0.03)
    try:
        counts.parse(["what is this"])
    except ValueError:
        check("a line of another kind is refused", True, True)


def called(mode, text, recorded=None):
    """report.py on a folder with these counts: its status, what it says, and the folder's files."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
        for name, content in (("counts", text), ("about", ABOUT)):
            with open(os.path.join(folder, name), "w") as file:
                file.write(content)
        status = report.main(mode, folder, *([recorded] if recorded else []))
        files = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name)) as file:
                files[name] = file.read()
        return status, said.getvalue(), files


def tables_and_chart():
    status, said, files = called("table", runs(150, 150, 151))
    check("repeats that agree", status, 0)
    check("the terminal has both, and the ratio", bool(re.search(r"200 +150 +0\.75 +207 +157 +0\.76", said)), True)
    check("JSON", json.loads(files["figures.json"])["rows"][0]["rust"]["nvme_fc.own"], 150.0)
    check("the table's cells", "200 / 150 (0.75)" in files["performance-figures.rst"], True)
    check("sizes", "100" in files["performance-figures.rst"] and "110" in files["performance-figures.rst"], True)
    picture = xml.dom.minidom.parseString(files["performance.svg"])
    check("a bar for own and for called, two modules, both", len(picture.getElementsByTagName("rect")), 2 * 2 * 2 + 2)
    status, said, _ = called("table", runs(150, 150, 152))
    check("repeats that do not agree", (status, "repeats differ: rust fcloop/1" in said), (1, True))
    check("functions", "nvme_fc:queue" in called("functions", runs(150))[1], True)


def apart(case, own, whole):
    """Which figures of such a case lie too far apart, of a module with these spreads."""
    row = {"setup": "fcloop/1", "case": case, "spread": {"c": {"m.own": own, "m.whole": whole, "kernel": 0.5}}}
    return re.findall(r": (m\.\w+) ", "\n".join(report.too_far_apart([row])))


def too_far_apart():
    check("an I/O may not differ", apart("randread:4k:16", 0.02, 0.01), ["m.own"])
    check("nor may what it calls", apart("randread:4k:16", 0.0, 0.02), ["m.whole"])
    check("a connect may not differ", apart("connect", 0.02, 0.02), ["m.own"])
    check("what it calls may", apart("connect", 0.0, 0.02), [])


def guarded():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "recorded.json")
        check("nothing recorded is no failure", called("guard", runs(150), path)[0], 0)
        check("it is recorded", called("record", runs(150), path)[0], 0)
        check("the same", called("guard", runs(150), path)[0], 0)
        check("one instruction more", called("guard", runs(151), path)[0], 0)
        status, said, _ = called("guard", runs(160), path)
        check("ten instructions more", (status, "not ok - fcloop/1 randread:4k:16 nvme_fc.own: 160.0" in said), (1, True))
        check("ten fewer", called("guard", runs(140), path)[0], 0)
        check("a case that is not recorded", called("guard", runs(150).replace("randread", "randwrite"), path)[0], 1)


if __name__ == "__main__":
    with open(sys.argv[1]) as lines, open(sys.argv[2]) as source:
        counted_by_hand(lines, source.read())
    of_one_io()
    tables_and_chart()
    too_far_apart()
    guarded()
    print(f"1..{passed}")
