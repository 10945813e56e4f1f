"""Lets the notation's parser and the other readers of text read very many texts.

Run ``python tests/hardening/fuzz_notation.py --inputs 1000000``; it prints what became of the
texts, and each failure with its number and the shortest text that still fails.
``--reader json`` takes another reader, ``--number N`` shows one text again.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from hardening.fuzz_formats import texts_of
from hardening.fuzz_properties import PROPERTIES, Property, failure, kinds_of
from hardening.fuzz_texts import minimised

HANG_SECONDS = 20
SHOWN = 10


class HangError(Exception):
    """A text that took too long."""


def _hang(_signal: int, _frame: object) -> None:
    raise HangError(f"no answer in {HANG_SECONDS} CPU seconds")


def fuzzed(
    reader: str, seed: int, inputs: int, start: int = 0
) -> tuple[Counter[str], list[tuple[int, str]], float]:
    """Return what became of texts, what failed by number, and the longest CPU time of one."""
    check, texts = PROPERTIES[reader], texts_of(reader, seed)
    outcomes: Counter[str] = Counter()
    failures: list[tuple[int, str]] = []
    longest = 0.0
    signal.signal(signal.SIGPROF, _hang)
    for number in range(start, start + inputs):
        text = texts[number]
        before = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
        try:
            outcomes[check(text)] += 1
        except Exception as error:  # noqa: BLE001  (what is sought)
            outcomes["failed"] += 1
            failures.append((number, f"{type(error).__name__}: {error}"[:300]))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        longest = max(longest, time.process_time() - before)
        if number % 100_000 == 99_999:
            print(f"  {number + 1:,} texts, {len(failures)} failures", file=sys.stderr, flush=True)
    return outcomes, failures, longest


def tell(check: Property, text: str, why: str, number: int) -> None:
    """Print a failure with the shortest text that still has it."""
    first = why.split(":", maxsplit=1)[0]
    short = minimised(text, lambda part: (failure(check, part) or "").startswith(first))
    print(f"text {number}: {why}\n    {short[:300]!a}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", choices=[*PROPERTIES], default="notation")
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--number", type=int, help="show one text and what becomes of it")
    chosen = parser.parse_args()
    check = PROPERTIES[chosen.reader]
    if chosen.number is not None:
        text = texts_of(chosen.reader, chosen.seed)[chosen.number]
        print(ascii(text))
        print(failure(check, text) or check(text))
        return 0
    before = time.process_time()
    outcomes, failures, longest = fuzzed(chosen.reader, chosen.seed, chosen.inputs, chosen.start)
    spent = time.process_time() - before
    print("reader        texts       read    refused   failed  longest, s  CPU, s")
    counts = "".join(f"{outcomes[kind]:>11,}" for kind in ("read", "refused", "failed"))
    print(f"{chosen.reader:<9}{sum(outcomes.values()):>10,}{counts}{longest:>12.2f}{spent:>8.0f}")
    for kind, count in kinds_of(failures).most_common():
        print(f"{count:>9,} × {kind}")
    texts = texts_of(chosen.reader, chosen.seed)
    shown = {why[:60]: (number, why) for number, why in reversed(failures)}
    for number, why in sorted(shown.values())[:SHOWN]:
        tell(check, texts[number], why, number)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
