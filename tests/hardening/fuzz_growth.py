"""How the time to read a text grows with its length, for texts that would make a bad parser slow.

Run ``python tests/hardening/fuzz_growth.py``: each kind of text is doubled up to one megabyte. A
ratio of 2 is linear; 4 would be quadratic. Both parsers are measured, in CPU seconds.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from hardening.fuzz_twin import harness
from widgets.screen_process import ScreenProcess

from causal_magics.errors import CausalMagicsError
from causal_magics.graph.notation import format_graph, parse_cell, parse_graph

LARGEST = 1_000_000
DOUBLINGS = 4
TIMES = 3
LINEAR = 2.3
MEASURABLE = 0.02
"""Seconds below which a ratio says nothing."""


def repeated(unit: str, front: str = "", back: str = "") -> Callable[[int], str]:
    """Return the texts that repeat a unit, by length."""
    return lambda length: front + unit * (length // len(unit)) + back


def numbered(unit: str, joint: str = "\n", front: str = "", back: str = "") -> Callable[[int], str]:
    """Return the texts that repeat a unit with a number in it, by length."""

    def text(length: int) -> str:
        each = len(unit.format(10_000, 10_001)) + len(joint)
        return front + joint.join(unit.format(i, i + 1) for i in range(length // each)) + back

    return text


def two_groups(length: int) -> str:
    """Return two groups with an arrow between them; their edges grow as the square root does."""
    names = [f"x{i}" for i in range(min(300, length // 10))]
    rest = " ".join(f"y{i}" for i in range((length - 8 * len(names)) // 7))
    return f"{{{' '.join(names)}}} -> {{z}}; {{{rest}}}"


FAMILIES: dict[str, Callable[[int], str]] = {
    "braces opened": repeated("{"),
    "braces closed": repeated("}"),
    "pairs of braces": repeated("{}"),
    "brackets opened": repeated("["),
    "attributes never closed": repeated("a,", "x ["),
    "quotes": repeated('"'),
    "pairs of quotes": repeated('""'),
    "a quote never closed": repeated("a", '"'),
    "escapes": repeated("\\", '"'),
    "escaped quotes": repeated('\\"', '"'),
    "quotes never closed": repeated('"a\n'),
    "arrows": repeated("->"),
    "dashes": repeated("-"),
    "half a key": repeated("a-", "", "a"),
    "keys without colon": repeated("a-b "),
    "blanks before no colon": repeated(" ", "a", "b"),
    "tabs between words": repeated("a\t\t\t\t\t\t\t\t"),
    "commas": repeated(",", "{", "}"),
    "comments": repeated("# c\n"),
    "one comment": repeated("#"),
    "slashes": repeated("/"),
    "blank lines": repeated("\n"),
    "carriage returns": repeated("\r"),
    "settings": numbered("key{0}: value"),
    "one setting": repeated("k: v\n"),
    "settings of blanks": repeated("k:        \n"),
    "a setting of hashes": repeated(" x#", "k: "),
    "words of a wrapper": repeated("dag "),
    "wrappers opened": repeated("dag {"),
    "wrappers": repeated("dag {} "),
    "nodes": numbered("n{0} [latent]"),
    "edges": numbered("a{0} -> b{0}"),
    "a star": numbered("hub -> b{0}"),
    "a chain": numbered("a{0}", " -> "),
    "a path": numbered("a{0} -> a{1}"),
    "a cycle": numbered("a{0} -> a{1}", back="\na20 -> a0"),
    "one edge again and again": repeated("a -> b\n"),
    "a group": numbered("a{0}", " ", "{", "}"),
    "groups in a row": numbered("{{a{0} b{0}}} -> c{0}"),
    "two groups": two_groups,
    "tiers": numbered("a{0}", " | ", "tiers: "),
    "a tier": numbered("a{0}", " ", "tiers: "),
    "forbidden": numbered("a{0} -> b{0} [forbidden]"),
    "required": numbered("a{0} -> a{1} [required]"),
    "wide characters": repeated("𝒳"),
    "halves of characters": repeated("\ud800"),
    "circles": repeated("o-> "),
    "an unknown attribute": repeated("x", "a [", "]"),
    "an unknown edge": repeated("~", "a ", " b"),
    "a long number": repeated("9", "a -> b [bits=", "]"),
    "a long quoted number": repeated(" ", 'a -> b [bits="1', 'x"]'),
}  # fmt: skip


def parse_time(text: str) -> float:
    """Return the CPU seconds that Python needs to read a text and to write and read it again."""
    best = float("inf")
    for _ in range(TIMES):
        gc.collect()
        gc.disable()
        before = time.process_time()
        try:
            cell = parse_cell(text)
            parse_graph(format_graph(cell.graph))
        except CausalMagicsError:
            pass
        finally:
            best = min(best, time.process_time() - before)
            gc.enable()
        if best > 0.3:
            break
    return best


def script_time(process: ScreenProcess, text: str) -> float:
    """Return the CPU seconds that TypeScript needs for the same."""
    answers: list[Any] = process.ask([text] * TIMES)  # type: ignore[list-item]
    return float(min(answer["cpu"] for answer in answers))


def row(name: str, seconds: Callable[[str], float]) -> tuple[str, float]:
    """Return the times of a kind of text as words, and its worst ratio."""
    sizes = [LARGEST >> step for step in reversed(range(DOUBLINGS))]
    times = [seconds(FAMILIES[name](size)) for size in sizes]
    pairs = pairwise(times)
    ratios = [after / before if before > MEASURABLE else 0.0 for before, after in pairs]
    shown = " ".join(f"{ratio:5.2f}" if ratio else "    –" for ratio in ratios)
    return f"{times[-1]:8.3f}  {shown}", max(ratios)


def main() -> int:
    chosen = [name for name in FAMILIES if not sys.argv[1:] or name in sys.argv[1:]]
    command, slow = harness(), []
    print(f"{'1 MB of':<26}{'Python: s  ratios by doubling':<32}TypeScript: s  ratios")
    with ExitStack() as stack:
        process = None if command is None else stack.enter_context(ScreenProcess(command))
        for name in chosen:
            words, worst = row(name, parse_time)
            other, worst_other = "", 0.0
            if process is not None:
                other, worst_other = row(name, lambda text: script_time(process, text))
            if max(worst, worst_other) > LINEAR:
                slow.append(name)
            print(f"{name:<26}{words:<32}{other}", flush=True)
    print(f"{len(chosen)} kinds, {len(slow)} above {LINEAR}: {', '.join(slow) or 'none'}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
