"""Train the policy that comes with the package, and write it where `load_policy` finds it.

``python scripts/train_policy.py`` takes about two CPU minutes. ``--file`` writes it elsewhere, and
``--check`` says how the result differs from the one that is there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from causal_magics.passive.learner.policy import Policy
from causal_magics.passive.learner.policy_storage import SHIPPED
from causal_magics.passive.learner.train import train

FOLDER = Path(__file__).parents[1] / "causal_magics" / "passive" / "learner" / "shipped"


def main() -> None:
    """Train, then write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=FOLDER / f"{SHIPPED[0]}.npz")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    policy = train()
    print(f"{policy!r}: {policy.record.cpu_seconds:.0f} CPU seconds")
    if options.check:
        there = Policy.load(options.file)
        far = max(
            float(np.abs(policy.weights[name] - array).max())
            for name, array in there.weights.items()
        )
        print(f"weights differ by at most {far:g}")
    else:
        options.file.parent.mkdir(parents=True, exist_ok=True)
        policy.save(options.file)


if __name__ == "__main__":
    main()
