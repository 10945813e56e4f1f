"""Discovery on simulated data: F1, SHD, SID and seconds, beside peers.

Run ``python tests/benchmarks/bench_discovery.py [--seeds 10] [--nodes 10 20 50 100 200] [--kinds gp
sigmoid joint polynomial linear] [--methods ours pc ges boss grasp topic camuv lingam] [--limit 120]
[--python PYTHON]``. Single thread, 1,000 rows, two edges expected at a node, columns standardised.
Every method runs in a process of its own and is warm when it is timed; seconds include reading the
table and the Gram matrix. One that is over the limit is left out of larger sizes and named below.
TOPIC (``causalchange``), CAM-UV and DirectLiNGAM (``lingam``) need another numpy: give as
``--python`` the interpreter of an environment with ``causalchange lingam pgmpy gadjid narwhals``.
``--variant 'LABEL:{"edge_floor": 0}'`` adds ours with other options of `discover`,
``--methods before ours --before FOLDER`` an older checkout.
"""

from __future__ import annotations

import argparse

from engines import add_engine_arguments, engines_of
from measures import Table
from yardstick import KINDS, SOURCE, standard, usable


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--nodes", type=int, nargs="+", default=[10, 20, 50])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=[*KINDS])
    add_engine_arguments(parser, ["ours"])
    options = parser.parse_args()
    print(f"Data of {SOURCE}; {options.rows:,} rows, single thread.\n")
    table = Table(engines_of(options))
    for kind in options.kinds:
        for nodes in sorted(options.nodes):

            def cases(kind: str = kind, nodes: int = nodes) -> list:
                seeds = range(options.seeds)
                return list(usable(standard(kind, nodes, options.rows, s) for s in seeds))

            table.rows(kind, nodes, cases)
    table.close()


if __name__ == "__main__":
    main()
