"""Discovery where it is hard: joint and product mechanisms, heavy tails, other noise, labels.

Run ``python tests/benchmarks/bench_weak.py [--kinds "products" "linear" …] [--networks asia child]
[--seeds 10] [--rows 1000] [--network-rows 5000] [--methods ours before pc ges boss lingam hc-bic
hc-bdeu] [--before FOLDER] [--variant LABEL:JSON] [--limit 120] [--python PYTHON]``.

For a table before / after, unpack an older commit and name it: ``git archive 3de396a | tar -x -C
FOLDER``, then ``--methods before ours --before FOLDER``. 20 nodes, single thread. Networks of pgmpy
are compared by equivalence class, learned and true; all else by the graph. ``pc``, ``ges``,
``boss`` and ``grasp`` take labels by chi-square and BDeu; ``hc-bic`` and ``hc-bdeu`` are pgmpy's
hill climbing, for labels, the first for mixed columns too; TOPIC, CAM-UV and DirectLiNGAM run on
numbers. A method is left out where columns are not of its kind; what it refuses stands in its row.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from engines import add_engine_arguments, engines_of
from measures import Table
from weak_data import CONTINUOUS, NETWORKS, NODES, network
from yardstick import SOURCE, Case, usable


def cases_of(make: Callable[[int, int], Case], rows: int, seeds: int) -> Callable[[], list[Case]]:
    return lambda: list(usable(make(rows, seed) for seed in range(seeds)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="*", choices=[*CONTINUOUS], default=[*CONTINUOUS])
    parser.add_argument("--networks", nargs="*", default=[*NETWORKS])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--network-rows", type=int, default=5000)
    add_engine_arguments(parser, ["ours"])
    options = parser.parse_args()
    print(
        f"Data of {SOURCE} and pgmpy; {options.rows:,} rows, networks {options.network_rows:,}, "
        "single thread.\n"
    )
    table = Table(engines_of(options))
    for kind in options.kinds:
        table.rows(kind, NODES, cases_of(CONTINUOUS[kind], options.rows, options.seeds))
    for name in options.networks:
        cases = cases_of(network(name), options.network_rows, options.seeds)
        found = cases()
        nodes = len(found[0][1]) if found else 0
        table.rows(f"network {name}", nodes, lambda found=found: found, classes=True)
    table.close()


if __name__ == "__main__":
    main()
