"""Drawing mediations with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from causal_magics.data.new_axes import new_axes
from causal_magics.probing.mediation_report import concentration_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.probing.mediation_result import Mediation

__all__ = ["plot_concentration", "plot_effects"]

_BARS = 15


def plot_effects(mediation: Mediation, ax: Axes | None) -> Axes:
    """Draw a map of heads or positions, a bar for each layer, or the largest neurons."""
    axes = new_axes() if ax is None else ax
    means = mediation.effects()
    if mediation.mediators in ("heads", "positions"):
        limit = float(np.abs(means).max()) or 1.0
        places = np.arange(means.shape[1])
        image = axes.imshow(means, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto")
        labels = places if mediation.mediators == "heads" else places - means.shape[1]
        axes.set_xticks(places, [str(label) for label in labels])
        axes.set_xlabel("head" if mediation.mediators == "heads" else "position from the end")
        axes.set_ylabel("layer")
        axes.figure.colorbar(image, ax=axes, label="indirect effect, nats")
    else:
        units = mediation.top(_BARS)
        if mediation.mediators == "layers":
            units = [(layer, 0) for layer in range(len(means))]
        values = np.array([means[unit] for unit in units])
        low, high = (np.array([end[unit] for unit in units]) for end in mediation.intervals())
        spread = np.nan_to_num(np.abs(np.array([values - low, high - values])))
        names = [mediation.name(unit) for unit in units]
        axes.barh(names, values, xerr=spread, height=0.7, color="#5b7db1", ecolor="#555")
        axes.invert_yaxis()
        axes.tick_params(axis="y", labelsize=8)
        axes.axvline(0.0, color="#888", linewidth=0.8)
        axes.set_xlabel("indirect effect, nats")
    axes.set_title(
        f"{mediation.mediators.capitalize()} ({mediation.how}), "
        f"{'1 pair' if len(mediation.pairs) == 1 else f'{len(mediation.pairs)} pairs'}"
    )
    return axes


def plot_concentration(mediation: Mediation, ax: Axes | None) -> Axes:
    """Draw the effect of the largest mediators together, over their number."""
    import narwhals as nw

    axes = new_axes() if ax is None else ax
    table = nw.from_native(concentration_frame(mediation), eager_only=True)
    sizes, effect, low, high = (
        table[name].to_numpy() for name in ("mediators", "effect", "low", "high")
    )
    axes.plot(sizes, effect, marker="o", label=f"largest {mediation.mediators} together")
    axes.fill_between(sizes, low, high, alpha=0.2, linewidth=0)
    axes.axhline(mediation.total().mean, color="#888", linestyle="--", label="total effect")
    axes.set_xscale("log")
    axes.set_xlabel(f"number of {mediation.mediators}")
    axes.set_ylabel("effect, nats")
    axes.legend()
    return axes
