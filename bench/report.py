#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Instructions per I/O, by module and by function, from two runs that differ only in their number of I/Os.

usage: report.py COUNTS_A COUNTS_B GUEST_LOG_B EXTRA_IOS

COUNTS_*: files written by insn_count.so. GUEST_LOG_B: the guest's console of run B, in which the job printed
`echo MODULES; cat /proc/modules; echo KSYMS; grep '\\[nvme' /proc/kallsyms; echo KEND` (boot with nokaslr).
EXTRA_IOS: I/Os of run B minus I/Os of run A; boot and set-up cancel out.
"""
import bisect
import re
import sys


def load(path):
    return {a: int(n) for a, n in (line.split() for line in open(path))}


def main(counts_a, counts_b, log, ios):
    a, b = load(counts_a), load(counts_b)
    text = open(log, errors="replace").read().split("MODULES\n")[-1]
    modules = [(int(m[3], 16), int(m[2]), m[1]) for m in re.finditer(r"^(\w+) (\d+) .* (0x[0-9a-f]+)", text, re.M)]
    symbols = sorted((int(m[1], 16), m[2], m[3]) for m in re.finditer(r"^([0-9a-f]{16}) [tT] (\S+)\s+\[(\w+)\]", text, re.M))
    starts = [s[0] for s in symbols]
    per_module, per_function = {}, {}
    for key in a.keys() | b.keys():
        delta = b.get(key, 0) - a.get(key, 0)
        if key in ("user", "kother"):
            per_module[key] = per_module.get(key, 0) + delta
            continue
        address = int(key, 16)
        owner = next((name for base, size, name in modules if base <= address < base + size), "vmlinux")
        per_module[owner] = per_module.get(owner, 0) + delta
        if owner.startswith("nvme"):
            i = bisect.bisect_right(starts, address + 15) - 1
            if i >= 0:
                name = f"{symbols[i][2]}:{symbols[i][1]}"
                per_function[name] = per_function.get(name, 0) + delta
    kernel = sum(n for name, n in per_module.items() if name != "user")
    print(f"{'kernel':24s}{kernel / ios:12.1f}")
    for name, n in sorted(per_module.items(), key=lambda kv: -kv[1])[:12]:
        print(f"{name:24s}{n / ios:12.1f}")
    print()
    for name, n in sorted(per_function.items(), key=lambda kv: -kv[1])[:40]:
        print(f"  {name:56s}{n / ios:10.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]))
