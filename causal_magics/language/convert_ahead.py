"""Convert the small language model before it is first asked: run by the set-up, as a module."""

from __future__ import annotations

from causal_magics.language.loading import load_model

if __name__ == "__main__":
    load_model()
