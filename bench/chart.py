# SPDX-License-Identifier: GPL-2.0
"""The figures as a picture, for the README: bars of both modules, C above ours."""
from xml.sax.saxutils import escape

from tables import number, title_of

SETUP = "fcloop/1"
CASES = ("randread:4k:16", "randwrite:4k:16", "randread:64k:16", "randread:128k:16", "randwrite:128k:16")
MODULES = (("nvme_fc", "nvme-fc (host)"), ("nvmet_fc", "nvmet-fc (target)"))
WHO = (("c", "C", "#9aa5b1"), ("rust", "Rust", "#c2622d"))
WIDTH, LEFT, BAR, GAP, PANEL = 880, 160, 14, 12, 340
STYLE = ("text { font: 12px sans-serif; fill: #57606a } .title { font-size: 14px; font-weight: bold } "
         ".called { opacity: 0.45 }")


def bar(x, y, width, colour, kind):
    return f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>'


def label(x, y, text, kind="", anchor="start"):
    return f'<text class="{kind}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def svg(rows, about):
    """One panel a module: own instructions full, those of the kernel on its behalf pale behind them. Each pair of bars is
    as long as the longer one's panel, as an I/O of 128 KiB costs many times what one of 4 KiB does."""
    rows = [row for case in CASES for row in rows if (row["setup"], row["case"]) == (SETUP, case)]
    rows = [row for row in rows if all(who in row for who, _, _ in WHO)]
    group = 2 * BAR + GAP
    height = 78 + len(rows) * group + 24
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
           "<!-- SPDX-License-Identifier: GPL-2.0 -->", f"<style>{STYLE}</style>",
           "<title>Instructions per I/O, C and Rust</title>",
           label(10, 22, "Instructions per I/O over nvme-fcloop: the module's own (full) / with what it has the kernel do "
                 "(pale)", "title")]
    for panel, (module, title) in enumerate(MODULES):
        left = LEFT + panel * (PANEL + 25)
        out.append(label(left, 50, title, "title"))
        for index, row in enumerate(rows):
            top = 60 + index * group
            if panel == 0:
                out.append(label(LEFT - 10, top + BAR + 4, title_of(row["case"]), anchor="end"))
            scale = (PANEL - 110) / max(row[who][f"{module}.whole"] for who, _, _ in WHO)
            for line, (who, _, colour) in enumerate(WHO):
                own, whole = row[who][f"{module}.own"], row[who][f"{module}.whole"]
                y = top + line * BAR
                out += [bar(left, y, whole * scale, colour, "called"), bar(left, y, own * scale, colour, "own"),
                        label(left + whole * scale + 4, y + BAR - 3, f"{number(own)} / {number(whole)}")]
    foot = height - 14
    for index, (_, name, colour) in enumerate(WHO):
        out += [bar(LEFT + index * 70, foot - BAR + 3, BAR, colour, "own"), label(LEFT + index * 70 + 20, foot, name)]
    out.append(label(WIDTH - 10, foot, "{kernel}, rustc {rustc}, {date}".format(**about["about"]), anchor="end"))
    return "\n".join(out + ["</svg>"]) + "\n"
