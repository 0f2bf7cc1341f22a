# SPDX-License-Identifier: GPL-2.0
"""The figures as text: for the terminal, and as a part of Documentation/performance.rst."""
import counts

# Setups as people call them.
SETUPS = {
    "fcloop/1": "nvme-fcloop, one association",
    "fcloop/8": "nvme-fcloop, 8 associations",
    "fcloop/64": "nvme-fcloop, 64 associations",
    "fcloop/1024": "nvme-fcloop, 1,024 associations",
    "inline/1": "nvme-fc-loopback, completion in the call",
    "readrsp/1": "the same with READDATA_RSP",
    "device/1": "the same with a DMA device",
}
LIVES = {"connect": "connect", "reset": "reset", "disconnect": "disconnect"}
# Columns: their title, and the figures that they sum up.
INSTRUCTIONS = [
    ("nvme_fc", ["nvme_fc.own"]), ("nvme_fc and callees", ["nvme_fc.whole"]),
    ("nvmet_fc", ["nvmet_fc.own"]), ("nvmet_fc and callees", ["nvmet_fc.whole"]),
    ("kernel", ["kernel"]),
]
OTHERS = [
    ("slab allocations", ["nvme_fc.allocations", "nvmet_fc.allocations"]),
    ("pages", ["nvme_fc.pages", "nvmet_fc.pages"]),
    ("atomics, host", ["nvme_fc.atomics"]), ("atomics, target", ["nvmet_fc.atomics"]),
    ("work items", ["nvme_fc.work_items", "nvmet_fc.work_items"]),
]
# These are no sums, and no shares of an I/O.
HOLDS = [("longest hold, host", ["nvme_fc.held"]), ("longest hold, target", ["nvmet_fc.held"])]
SIZES = [("text", "text"), ("data and bss", "data")]
MEMORY = [("association", "an association with a queue of 128 entries, KiB", 1024),
          ("exchange", "an entry of a queue, bytes", 1)]


def title_of(case):
    """randread:4k:16 in words."""
    if case in LIVES:
        return case
    kind, size, depth = case.split(":")
    return f"{size[:-1]} KiB {kind.replace('rand', '')}, depth {depth}"


def number(value):
    return f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"


def ratio(row, names):
    """What ours costs by what C costs, or nothing to compare."""
    if "c" not in row or "rust" not in row or sum(row["c"][name] for name in names) < 0.5:
        return ""
    return f"{sum(row['rust'][name] for name in names) / sum(row['c'][name] for name in names):.2f}"


def cells(row, columns):
    """For each column: C, ours, ratio."""
    result = []
    for _, names in columns:
        for who in ("c", "rust"):
            result.append(number(sum(row[who][name] for name in names)) if who in row else "")
        result.append(ratio(row, names))
    return result


def highest_spread(row, suffixes=(".own", ".whole")):
    return max((value for names in row["spread"].values() for name, value in names.items() if name.endswith(suffixes)),
               default=0)


def heading(about):
    lines = ["{kernel} ({built}), rustc {rustc}, QEMU {qemu}, {date}, {version}".format(**about["about"])]
    return lines


def terminal(rows, about):
    """Everything, a block for each setup and kind of figure."""
    out = [f"# {line}" for line in heading(about)]
    for setup in dict.fromkeys(row["setup"] for row in rows):
        for columns, unit in ((INSTRUCTIONS, "instructions"), (OTHERS, "other figures"),
                              (HOLDS, "longest hold of a spinlock, instructions")):
            out.append(f"\n== {SETUPS.get(setup, setup)}: {unit} (C, ours, ratio)")
            out.append(" " * 24 + "".join(f"{name:>27s}" for name, _ in columns) + "   spread")
            for row in rows:
                if row["setup"] != setup or (row["case"] in LIVES and columns is OTHERS):
                    continue
                line = f"{title_of(row['case']):24s}"
                line += "".join(f"{cell:>{6 if i % 3 == 2 else 10}s}" + (" " if i % 3 == 2 else "")
                                for i, cell in enumerate(cells(row, columns)))
                out.append(line + f"{100 * highest_spread(row):8.2f} %")
    if about["sizes"]:
        out.append("\n== bytes (C, ours)")
    for module in counts.TRANSPORTS:
        for title, name in SIZES:
            sizes = [about["sizes"].get(who, {}).get(module, {}).get(name) for who in ("c", "rust")]
            if None not in sizes:
                out.append(f"{module + ' ' + title:32s}" + "".join(f"{size:12,d}" for size in sizes))
    for name, title, unit in MEMORY:
        values = [about["memory"].get(who, {}).get(name) for who in ("c", "rust")]
        if None not in values:
            out.append(f"{title:48s}" + "".join(f"{value / unit:12,.1f}" for value in values))
    return "\n".join(out)


def list_table(title, header, body, widths):
    out = [f".. list-table:: {title}", "   :header-rows: 1", f"   :widths: {' '.join(map(str, widths))}", ""]
    for line in [header] + body:
        for i, cell in enumerate(line):
            out.append(f"   {'* -' if i == 0 else '  -'} {cell}".rstrip())
    return "\n".join(out) + "\n"


def rst(rows, about):
    """What Documentation/performance.rst includes."""
    out = [".. SPDX-License-Identifier: GPL-2.0", ".. Made by bench/run (RENEW=1), not by hand.", ""]
    out += ["{date}, version {version}: kernel {kernel}, the C modules of which {built} built, ours by rustc {rustc};"
            " QEMU {qemu}.".format(**about["about"])]
    out.append("")
    for setup in dict.fromkeys(row["setup"] for row in rows):
        for columns, unit in ((INSTRUCTIONS, "instructions of one"), (OTHERS, "other figures of one"),
                              (HOLDS, "longest hold of a spinlock meanwhile, instructions")):
            body = []
            for row in rows:
                if row["setup"] != setup or (row["case"] in LIVES and columns is OTHERS):
                    continue
                parts = cells(row, columns)
                body.append([title_of(row["case"])] + [" / ".join(part for part in parts[i:i + 2]) +
                                                        (f" ({parts[i + 2]})" if parts[i + 2] else "")
                                                        for i in range(0, len(parts), 3)])
            if body:
                out.append(list_table(f"{SETUPS.get(setup, setup)}: {unit}, C / ours (ratio)",
                                      ["I/O"] + [name for name, _ in columns], body, [20] + [16] * len(columns)))
    body = [[f"{module}, {title}"] + [f"{about['sizes'][who][module][name]:,d}" for who in ("c", "rust")]
            for module in counts.TRANSPORTS for title, name in SIZES if len(about["sizes"]) == 2]
    body += [[title] + [f"{about['memory'][who][name] / unit:,.1f}" for who in ("c", "rust")]
             for name, title, unit in MEMORY if len(about["memory"]) == 2]
    if body:
        out.append(list_table("Bytes", ["", "C", "ours"], body, [60, 20, 20]))
    highest = max(rows, key=highest_spread)
    out.append(f"The repeats of a transport's figure lie at most {100 * highest_spread(highest):.2f} % apart"
               f" ({SETUPS.get(highest['setup'], highest['setup'])}, {title_of(highest['case'])}), those of the kernel's"
               f" up to {100 * max(highest_spread(row, ('kernel',)) for row in rows):.0f} %.")
    return "\n".join(out) + "\n"
