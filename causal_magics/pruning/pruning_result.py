"""What `prune` gives: the heads, the model without them, and what that does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from causal_magics.errors import PruningError
from causal_magics.language.causal_lm import CausalLM
from causal_magics.language.head_masks import HeadSites, checked_heads_of
from causal_magics.language.head_note import HeadFigure
from causal_magics.language.head_panels import Head, HeadPanel, head_names
from causal_magics.language.head_removal import Removal, heads_removed
from causal_magics.language.model_folders import save_network
from causal_magics.language.removal_report import RemovalReport, removal_report
from causal_magics.options import check_path
from causal_magics.pruning.head_agreement import HeadAgreement, head_agreement
from causal_magics.pruning.head_effects import HeadEffects
from causal_magics.pruning.measure_lines import measure_of
from causal_magics.pruning.measures import BiasMeasure
from causal_magics.pruning.prompt_sets import DIMENSIONS
from causal_magics.pruning.search_result import Search
from causal_magics.pruning.sentences import Sentences, sentences
from causal_magics.pruning.workload import Change, Evaluation, Workload, evaluate_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from causal_magics.pruning.frontier_result import Frontier
    from causal_magics.pruning.transfer import Transfer

__all__ = ["Judged", "Pruning", "Strategy"]

Strategy = Literal["steps", "one-shot", "by hand"]
READ = 6
"""From how many prompts sentences are written, where none are given."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Prompts and text, and what the model says to them with all heads and without some.

    Parameters
    ----------
    workload : Workload
    heads : tuple of (layer, head)
        Those that are absent.
    before : Evaluation
    known : Evaluation, optional
        What the model says without them, where it was run; it is run where that is asked for.
    """

    workload: Workload
    heads: tuple[Head, ...]
    before: Evaluation
    known: Evaluation | None = None

    @cached_property
    def after(self) -> Evaluation:
        """What the model says without the heads."""
        return self.known or self.workload.evaluate(self.heads)

    @property
    def name(self) -> str:
        """The name of the measure."""
        return self.workload.measure.name

    @cached_property
    def bias(self) -> Change:
        """How bias changes."""
        return self.before.bias_change(self.after)

    @cached_property
    def perplexity(self) -> Change:
        """How perplexity changes."""
        return self.before.perplexity_change(self.after)


@dataclass(frozen=True, eq=False, repr=False)
class Pruning:
    """Heads that are pruned, chosen by some prompts and judged by others.

    Parameters
    ----------
    whole : CausalLM
        The model with all its heads, which is not changed.
    heads : tuple of (layer, head)
        Those that are pruned.
    kept : tuple of (layer, head)
        Those that were not to be pruned.
    effects : HeadEffects
        What each head does, by the prompts and text that heads were chosen by.
    chosen_by : Judged
        Prompts and text that heads were chosen by.
    held_out : tuple of Judged
        The same measure by other words, templates and text; after it, other measures by the same
        text.
    budget : float
        By what share perplexity could rise.
    strategy : {"steps", "one-shot", "by hand"}
        How heads were chosen.
    search : Search, optional
        The steps.
    name : str
        What the whole model is loaded by, where it was given by name.
    """

    whole: CausalLM
    heads: tuple[Head, ...]
    kept: tuple[Head, ...]
    effects: HeadEffects
    chosen_by: Judged
    held_out: tuple[Judged, ...]
    budget: float
    strategy: Strategy
    search: Search | None = None
    name: str = ""

    # ------------------------------------------------------------------ the model

    @cached_property
    def model(self) -> CausalLM:
        """The model without the heads: a copy with zeros for their weights."""
        return self.cut("zeroed")

    def cut(self, how: Removal = "zeroed") -> CausalLM:
        """Return a copy of the model without the heads.

        Parameters
        ----------
        how : {"zeroed", "padded", "removed"}
            Zeros for weights, which is exact on any architecture and no smaller; layers cut to as
            many heads as the largest needs; or each layer to its own. See `heads_removed`.

        Raises
        ------
        LanguageModelError
            Where the architecture does not allow that.
        """
        network = heads_removed(self.whole.network, self.heads, how)
        name = self.whole.model_id.rpartition(" (")[0]
        return CausalLM(
            network, self.whole.tokenizer, f"{name} without {len(self.heads)} heads",
            leading=self.whole.leading,
        )  # fmt: skip

    def save(self, folder: str | PathLike[str], how: Removal = "zeroed") -> RemovalReport:
        """Write the model without the heads, and this result, into a folder.

        `load_model` reads the model from there, and `Pruning.load` the result.

        Parameters
        ----------
        folder : path
        how : {"zeroed", "padded", "removed"}

        Returns
        -------
        RemovalReport
            Parameters, size and error.

        Raises
        ------
        OptionError
            Where the folder is no path.
        StorageError
            Where it cannot be written, or has something else in it.
        LanguageModelError
            Where the architecture does not allow that.
        """
        from causal_magics.pruning.pruning_storage import save_result

        check_path("the folder", folder)
        network = self.model.network if how == "zeroed" else self.cut(how).network
        save_network(network, self.whole.tokenizer, str(folder), lambda at: save_result(self, at))
        return removal_report(self.whole.network, network, self.whole.tokenizer)

    @classmethod
    def load(cls, folder: str | PathLike[str], model: CausalLM | str | None = None) -> Pruning:
        """Read what `save` wrote.

        Parameters
        ----------
        folder : path
        model : CausalLM or str, optional
            The whole model; the one of the name that it had where not given.

        Raises
        ------
        PruningError
            Where there is no result, or it is of another model.
        """
        from causal_magics.pruning.pruning_storage import load_result

        return load_result(folder, model)

    # ------------------------------------------------------------------ by hand

    def with_heads(self, heads: Iterable[Head], kept: Iterable[Head] | None = None) -> Pruning:
        """Return what pruning other heads does, by the same prompts and text.

        Parameters
        ----------
        heads : iterable of (layer, head)
        kept : iterable of (layer, head), optional
            As before where not given.

        Raises
        ------
        PruningError
            Where a head is not in the model, or both cut and kept.
        """
        shape = HeadSites.of(self.whole.network).shape
        cut = checked_heads_of(heads, shape)
        fast = self.kept if kept is None else checked_heads_of(kept, shape)
        if both := head_names(sorted(set(cut) & set(fast))):
            raise PruningError(f"Expected heads cut or kept, got {both} as both. Choose one.")
        if cut == self.heads:
            return replace(self, kept=fast)
        chosen_by = replace(self.chosen_by, heads=cut, known=None)
        held_out = judged(
            [each.workload for each in self.held_out], cut, [each.before for each in self.held_out]
        )
        return replace(
            self, heads=cut, kept=fast, chosen_by=chosen_by, held_out=held_out, strategy="by hand"
        )

    def head_panels(self) -> Sequence[HeadPanel]:
        """Return z_bias and z_ppl as the head map shows them."""
        return self.effects.head_panels()

    def figures(self) -> tuple[HeadFigure, ...]:
        """Return bias and perplexity before and after, by prompts that were held out."""
        found = [
            _figure(
                f"{each.workload.measure.dimension} bias", each.bias, each.workload.measure.unit
            )
            for each in self.held_out
        ]
        return (*found, _figure("perplexity", self.perplexity))

    # ------------------------------------------------------------------ what it does

    @property
    def bias(self) -> Change:
        """How bias changes, by prompts that were held out."""
        return self.held_out[0].bias

    @property
    def perplexity(self) -> Change:
        """How perplexity changes, by text that was held out."""
        return self.held_out[0].perplexity

    def sentences(
        self, prompts: Sequence[str] | None = None, *, n_tokens: int = 20, seed: int = 0
    ) -> Sentences:
        """Let the model go on from prompts, before and after, with the same random numbers.

        Parameters
        ----------
        prompts : sequence of str, optional
            Some of those that were held out where not given.
        n_tokens, seed : int
        """
        if prompts is None:
            held = dict.fromkeys(p for p, _ in self.held_out[0].workload.items.queries if p)
            every = max(1, len(held) // READ)
            prompts = list(held)[::every][:READ]
        return sentences(self.whole, self.heads, prompts, n_tokens=n_tokens, seed=seed)

    def agreement(self, other: object) -> HeadAgreement:
        """Compare z_bias with other numbers of heads, such as the indirect effects of a mediation.

        Parameters
        ----------
        other : Mediation, HeadPanel, or array_like of shape (layers, heads)

        Raises
        ------
        PruningError
            Where the other is of another number of heads.
        """
        return head_agreement(self.effects, other)

    def frontier(self, **options: Any) -> Frontier:
        """Measure bias against perplexity for other shares of pruned and protected heads.

        Parameters
        ----------
        **options
            `alphas`, `gammas`, `baselines`, `checkpoint` and others of
            `causal_magics.pruning.frontier.frontier`.

        Returns
        -------
        Frontier
            With the heads of this pruning among its points.
        """
        from causal_magics.pruning.frontier import frontier

        settings = {"effects": self.effects, "keep": self.kept, "also": {"these": self.heads}}
        return frontier(
            self.chosen_by.workload, self.held_out[0].workload, **{**settings, **options}
        )

    def transfer(self, *measures: BiasMeasure | str) -> Transfer:
        """Measure what the pruning does to biases of other kinds.

        Parameters
        ----------
        *measures : BiasMeasure or str
            By default our own of all other dimensions. The text is what was held out.

        Returns
        -------
        Transfer

        Raises
        ------
        PruningError
            Where no such measure is here.
        """
        from causal_magics.pruning.transfer import transfer

        held = self.held_out[0].workload
        own = held.measure
        asked = measures or tuple(each for each in DIMENSIONS if each != own.dimension)
        return transfer(
            self.whole, {own.dimension: self.heads},
            [own, *(measure_of(each) for each in asked)], held.text,
        )  # fmt: skip

    # ------------------------------------------------------------------ display

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know."""
        from causal_magics.pruning.pruning_report import notes_of

        return notes_of(self)

    def to_frame(self) -> Any:
        """Return one row for each bias, each group and perplexity, in a data frame.

        Columns `data` (``"held out"`` or ``"chosen by"``), `measure`, `what`, `before`, `after`,
        `change` (as a share), `low` and `high`; groups have no share.
        """
        from causal_magics.pruning.pruning_report import frame_of

        return frame_of(self)

    @property
    def table(self) -> Any:
        """The same as `to_frame`."""
        return self.to_frame()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw bias over perplexity: the sets of heads that were verified, and what is held out.

        Raises
        ------
        MissingDependencyError
            Without matplotlib.
        """
        from causal_magics.pruning.pruning_plotting import plot_pruning

        return plot_pruning(self, ax)

    def __repr__(self) -> str:
        return (
            f"<Pruning {self.held_out[0].name} of {self.whole.model_id}: {len(self.heads)} of "
            f"{self.effects.exact.size} heads, bias {self.bias}, perplexity {self.perplexity}>"
        )

    def _repr_html_(self) -> str:
        from causal_magics.pruning.pruning_report import html_of

        return html_of(self)


def judged(
    workloads: Sequence[Workload], heads: tuple[Head, ...], before: Sequence[Evaluation]
) -> tuple[Judged, ...]:
    """Evaluate workloads of one text without heads."""
    after = evaluate_all(workloads, heads)
    return tuple(
        Judged(workload, heads, *both)
        for workload, *both in zip(workloads, before, after, strict=True)
    )


def _figure(label: str, change: Change, unit: str = "") -> HeadFigure:
    return HeadFigure(label, change.before, change.after, change.lower, change.upper, unit)
