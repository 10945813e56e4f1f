"""Discovery on the data of Sachs et al.: edges, SHD, SID, F1 and seconds.

Run ``python tests/benchmarks/bench_sachs.py [--peers]``. Single thread; the second of two runs is
timed, so that compiling does not count.
"""

from __future__ import annotations

import argparse
import time

from bench_discovery import Method, ges, ours, pc

from causal_magics.data.samples import sample
from causal_magics.graph.comparison import compare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="PC and GES of causal-learn too")
    methods: dict[str, Method] = {"ours": ours}
    if parser.parse_args().peers:
        methods |= {"PC": pc, "GES": ges}
    data = sample("sachs")
    names = tuple(data.frame.columns)
    first = data.conditions == "cd3cd28"
    print("| rows | method | edges | SHD | SID | F1 | precision | recall | skeleton F1 | s |")
    print(f"|{'---|' * 10}")
    for label, rows in (("pooled", first | True), ("cd3cd28 only", first)):
        values = data.frame[rows].to_numpy()
        for method_name, method in methods.items():
            method(values[:200], names)
            start = time.perf_counter()
            learned = method(values, names)
            seconds = time.perf_counter() - start
            found = compare(learned, data.network)
            edges = len(found.edge_statuses()) - len(found.missing)
            print(
                f"| {label} ({len(values):,}) | {method_name} | {edges} "
                f"| {found.shd} | {'–' if found.sid is None else found.sid} | {found.f1:.3f} "
                f"| {found.precision:.3f} | {found.recall:.3f} | {found.skeleton_f1:.3f} "
                f"| {seconds:.3f} |",
                flush=True,
            )
    print(f"\n{data.network!r}; SHD and F1 count the feedback edge, SID does not.")


if __name__ == "__main__":
    main()
