#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py table|functions DIR, or guard|record DIR RECORDED: what bench/run has left in DIR, in figures.

table: on the terminal, and in DIR as figures.json, performance-figures.rst and performance.svg. Fails if repeats of a
transport's figures lie further apart than counts.LIMIT. functions: the dearest functions of each transport. guard: each
transport against RECORDED, for that kernel and compiler; TAP. record: writes RECORDED.
"""
import json
import os
import statistics
import sys

import chart
import counts
import tables


def read_about(lines):
    """What else bench/run has noted: {"about": {..}, "sizes": {who: {module: {..}}}, "memory": {who: {what: bytes}}}."""
    result = {"about": {}, "sizes": {}, "memory": {}}
    for line in lines:
        kind, *words = line.split()
        if kind == "about":
            result["about"][words[0]] = " ".join(words[1:])
        elif kind == "size":
            text, data, bss = map(int, words[2:5])
            result["sizes"].setdefault(words[0], {})[words[1]] = {"text": text, "data": data + bss}
        elif kind == "memory":
            result["memory"].setdefault(words[0], {})[words[1]] = int(words[2])
    return result


def summary(measured):
    """A list of {setup, case, who: {figure: median}, spread: {who: {figure: spread}}}, as measured has them."""
    result = []
    for (setup, case), whos in measured.items():
        entry = {"setup": setup, "case": case, "spread": {}}
        for who, names in whos.items():
            entry[who] = {name: round(statistics.median(values), 2) for name, values in names.items()}
            entry["spread"][who] = {name: round(counts.spread(values), 5) for name, values in names.items()}
        result.append(entry)
    return result


def too_far_apart(rows):
    """What repeats differ in by more than they may: the transports' own instructions, and of an I/O with what they call.

    What a connect, reset or disconnect calls is the slab above all, which does as its lists happen to be; C's as well.
    """
    return [f"{who} {row['setup']} {row['case']}: {name} {100 * value:.2f} %"
            for row in rows for who, names in row["spread"].items() for name, value in names.items()
            if name.endswith((".own", ".whole") if ":" in row["case"] else ".own") and value > counts.LIMIT]


def table(folder, phases, about):
    rows = summary(counts.measured(phases))
    print(tables.terminal(rows, about))
    with open(os.path.join(folder, "figures.json"), "w") as file:
        json.dump({**about, "rows": rows}, file, indent=1)
        file.write("\n")
    with open(os.path.join(folder, "performance-figures.rst"), "w") as file:
        file.write(tables.rst(rows, about))
    with open(os.path.join(folder, "performance.svg"), "w") as file:
        file.write(chart.svg(rows, about))
    apart = too_far_apart(rows)
    for line in apart:
        print(f"repeats differ: {line}")
    print(f"in {folder}: figures.json, performance-figures.rst, performance.svg")
    return 1 if apart else 0


def functions(phases):
    pairs = {}
    for phase in phases:
        who, setup, case, _, count = phase[0].split()
        pairs.setdefault((who, setup, case), []).append((int(count), phase))
    for (who, setup, case), runs in pairs.items():
        (first, few), (last, many) = sorted(runs, key=lambda run: run[0])
        low, high = counts.figures(few), counts.figures(many)
        for module in counts.TRANSPORTS:
            own, whole = ((high[f"{module}.{name}"] - low[f"{module}.{name}"]) / (last - first)
                          for name in ("own", "whole"))
            print(f"== {who} {setup} {case}: {module} {own:.1f}, with what it calls {whole:.1f}")
            for instructions, place, function in counts.by_function(few, many, last - first, module)[:30]:
                print(f"  {instructions:8.1f}  {'vmlinux' if place == '-' else place}:{function}")
    return 0


def key_of(about):
    """Figures are those of one kernel, compiler and QEMU."""
    return "{kernel}, rustc {rustc}, QEMU {qemu}".format(**about["about"])


def figures_to_record(phases):
    """"SETUP CASE MODULE.FIGURE" -> instructions of one I/O, of our modules."""
    return {f"{row['setup']} {row['case']} {module}.{name}": row["rust"][f"{module}.{name}"]
            for row in summary(counts.measured(phases)) for module in counts.TRANSPORTS for name in ("own", "whole")}


def record(phases, about, path):
    recorded = read_recorded(path)
    recorded[key_of(about)] = figures_to_record(phases)
    with open(path, "w") as file:
        json.dump(recorded, file, indent=1, sort_keys=True)
        file.write("\n")
    print(f"recorded for {key_of(about)}")
    return 0


def read_recorded(path):
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def guard(phases, about, path):
    """Each figure against what is recorded; TAP. Without a record of this kernel and compiler there is no judgement."""
    recorded = read_recorded(path).get(key_of(about))
    if recorded is None:
        print(f"ok - nothing is recorded for {key_of(about)}: bench/run --record # SKIP")
        return 0
    status = 0
    got = figures_to_record(phases)
    for name in sorted(recorded.keys() | got.keys()):
        if name not in got or name not in recorded:
            print(f"not ok - {name}: {'not counted' if name not in got else 'not recorded'}")
            status = 1
            continue
        good = got[name] <= recorded[name] * (1 + counts.LIMIT)
        status |= not good
        print(f"{'ok' if good else 'not ok'} - {name}: {got[name]:.1f} instructions, recorded {recorded[name]:.1f}")
    return status


def main(mode, folder, recorded=None):
    with open(os.path.join(folder, "counts")) as lines:
        phases = counts.parse(lines)
    with open(os.path.join(folder, "about")) as lines:
        about = read_about(lines)
    if mode == "functions":
        return functions(phases)
    if mode == "table":
        return table(folder, phases, about)
    return {"guard": guard, "record": record}[mode](phases, about, recorded)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
