# SPDX-License-Identifier: GPL-2.0
"""What the checks of Rust sources have in common."""

import re

NO_CODE = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|(?<!\w)[bc]?r(#*)\".*?\"\1|(?<!\w)[bc]?\"(?:\\.|[^\"\\])*\"|'(?:\\.[^']*|[^\\'])'",
    re.DOTALL,
)


def code_of(text):
    """A source without its comments and with empty strings, line for line."""

    def blank(match):
        breaks = "\n" * match[0].count("\n")
        return breaks if match[0].startswith("/") else '""' + breaks

    return NO_CODE.sub(blank, text)
