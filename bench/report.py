#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Instructions per I/O, by module and by function, from two runs that differ only in their number of I/Os.

usage: report.py RUN_A RUN_B EXTRA_IOS

RUN.counts: what insn_count.so wrote. RUN.log: the guest's console, in which the job printed
`echo MODULES; cat /proc/modules; echo KSYMS; grep '\\[nvme' /proc/kallsyms; echo KEND` (boot with nokaslr).
EXTRA_IOS: I/Os of run B minus I/Os of run A; boot and set-up cancel out.
"""
import bisect
import re
import sys


def load(run):
    """What run executed: instructions by module, and by function of the modules named nvme*.

    Each run by its own addresses: a module need not lie where it lay in the other boot.
    """
    text = open(f"{run}.log", errors="replace").read().split("MODULES\n")[-1]
    modules = [(int(m[3], 16), int(m[2]), m[1]) for m in re.finditer(r"^(\w+) (\d+) .* (0x[0-9a-f]+)", text, re.M)]
    symbols = sorted((int(m[1], 16), m[2], m[3]) for m in re.finditer(r"^([0-9a-f]{16}) [tT] (\S+)\s+\[(\w+)\]", text, re.M))
    starts = [s[0] for s in symbols]
    per_module, per_function = {}, {}
    for line in open(f"{run}.counts"):
        key, count = line.split()[0], int(line.split()[1])
        if key in ("user", "kother"):
            per_module[key] = per_module.get(key, 0) + count
            continue
        address = int(key, 16)
        owner = next((name for base, size, name in modules if base <= address < base + size), "vmlinux")
        per_module[owner] = per_module.get(owner, 0) + count
        if owner.startswith("nvme"):
            i = bisect.bisect_right(starts, address + 15) - 1
            if i >= 0:
                name = f"{symbols[i][2]}:{symbols[i][1]}"
                per_function[name] = per_function.get(name, 0) + count
    return per_module, per_function


def print_highest(few, many, ios, limit, form):
    extra = {name: many.get(name, 0) - few.get(name, 0) for name in few.keys() | many.keys()}
    for name, n in sorted(extra.items(), key=lambda kv: -kv[1])[:limit]:
        print(form.format(name, n / ios))


def main(run_a, run_b, ios):
    (modules_a, functions_a), (modules_b, functions_b) = load(run_a), load(run_b)
    kernel = sum(n for name, n in modules_b.items() if name != "user")
    kernel -= sum(n for name, n in modules_a.items() if name != "user")
    print(f"{'kernel':24s}{kernel / ios:12.1f}")
    print_highest(modules_a, modules_b, ios, 12, "{:24s}{:12.1f}")
    print()
    print_highest(functions_a, functions_b, ios, 40, "  {:56s}{:10.1f}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
