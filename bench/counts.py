# SPDX-License-Identifier: GPL-2.0
"""What insn_count.c writes, and what follows from it: figures of one phase, and of one I/O."""
import collections
import re
import statistics

TRANSPORTS = ("nvme_fc", "nvmet_fc")
# The slab's entry points, none of which calls another.
SLAB = re.compile(r"(kmem_cache_alloc(_lru|_node)?|__kmalloc(_cache)?(_node)?(_track_caller)?(_flags)?)_noprof$")
# Queues one work item, or none if it is queued already.
WORK = "__queue_work"
# Who may not be told apart from run to run: timers, the disk's interrupts.
INTERRUPT = "interrupt"
# A figure's repeats may differ by this much.
LIMIT = 0.01
# Figures of a transport, in the order of their columns.
OF_MODULE = ("own", "called", "atomics", "allocations", "page_allocations", "pages", "work_items")


def parse(lines):
    """The phases, in order: (name, functions, pages, holds).

    functions: (module, function, owner) -> (instructions, atomics, calls); pages: owner -> (allocations, pages);
    holds: module -> (instructions for which it held a spinlock at most, function that had taken it).
    """
    phases = []
    for line in lines:
        words = line.split()
        if line.startswith("phase "):
            phases.append((line[6:].rstrip("\n"), {}, {}, {}))
        elif words[0] == "f":
            key, new = tuple(words[1:4]), [int(word) for word in words[4:7]]
            # Two static functions may have one name.
            phases[-1][1][key] = tuple(map(sum, zip(phases[-1][1].get(key, (0, 0, 0)), new)))
        elif words[0] == "p":
            phases[-1][2][words[1]] = (int(words[2]), int(words[3]))
        elif words[0] == "l":
            phases[-1][3][words[1]] = (int(words[3]), words[2])
        else:
            raise ValueError(f"not a line of insn_count.c: {line!r}")
    return phases


def of_module(functions, pages, module):
    """The figures of one module in one phase."""
    result = collections.Counter({name: 0 for name in OF_MODULE})
    for (place, function, owner), (instructions, atomics, calls) in functions.items():
        if owner != module:
            continue
        result["own" if place == module else "called"] += instructions
        result["atomics"] += atomics
        if place == "-":
            result["allocations"] += calls if SLAB.fullmatch(function) else 0
            result["work_items"] += calls if function == WORK else 0
    result["page_allocations"], result["pages"] = pages.get(module, (0, 0))
    return result


def figures(phase):
    """All figures of one phase, flat: kernel, interrupts, and MODULE.FIGURE."""
    _, functions, pages, holds = phase
    result = collections.Counter(kernel=0, interrupts=0)
    for (_, _, owner), (instructions, _, _) in functions.items():
        result["interrupts" if owner == INTERRUPT else "kernel"] += instructions
    for module in TRANSPORTS:
        for name, value in of_module(functions, pages, module).items():
            result[f"{module}.{name}"] = value
        result[f"{module}.held"] = holds.get(module, (0,))[0]
        result[f"{module}.whole"] = result[f"{module}.own"] + result[f"{module}.called"]
    return result


def by_function(few, many, count, owner):
    """(instructions, module, function) of one I/O for OWNER, the dearest first."""
    result = []
    for key in few[1].keys() | many[1].keys():
        if key[2] == owner:
            extra = many[1].get(key, (0, 0, 0))[0] - few[1].get(key, (0, 0, 0))[0]
            result.append((extra / count, key[0], key[1]))
    return sorted(result, key=lambda entry: (-entry[0], entry[1:]))


def measured(phases):
    """(setup, case) -> who -> figure -> one value a repeat.

    A phase is named `WHO SETUP CASE PASS COUNT`: how many I/Os, or how many of what the case names. Of two phases that
    differ in COUNT alone the difference is taken, so that what begins and ends them cancels out; one alone is divided. For
    how long a lock is held at most is neither.
    """
    groups = collections.defaultdict(list)
    for phase in phases:
        who, setup, case, number, count = phase[0].split()
        groups[(setup, case), who, number].append((int(count), figures(phase)))
    result = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(list)))
    for (key, who, _), runs in groups.items():
        runs.sort(key=lambda run: run[0])
        (first, low), (last, high) = runs[0], runs[-1]
        if first == last:
            if ":" in key[1]:
                # The guest failed before the long run ended.
                continue
            first, low = 0, collections.Counter()
        for name, value in high.items():
            share = value if name.endswith(".held") else (value - low[name]) / (last - first)
            result[key][who][name].append(share)
    return {key: {who: dict(names) for who, names in whos.items()} for key, whos in result.items()}


def spread(values):
    """How far the repeats lie apart, by their median. A handful of instructions is no spread."""
    middle = statistics.median(values)
    return (max(values) - min(values)) / abs(middle) if abs(middle) > 1 else 0.0
