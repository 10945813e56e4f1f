"""What a model says of interventions on worlds of two variables, beside what is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from causal_magics.errors import PromptError
from causal_magics.graph.model import CausalGraph
from causal_magics.language.protocol import LanguageModel
from causal_magics.options import check_option
from causal_magics.probing.mcmilin import Study
from causal_magics.probing.prompts import Prompts
from causal_magics.probing.text_worlds import VALUES, TextWorld, intervention_text, question

__all__ = ["Answers", "SetVariable", "ask_interventions", "intervention_prompts"]

SetVariable = Literal["cause", "effect"]
"""Which variable of a world a question sets."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model says of interventions, beside what is so.

    Parameters
    ----------
    probabilities : array, shape (worlds, 2, 2, 2)
        P(other = y | do(variable = x)) of the model by world, variable set, x and y, shared out
        between the two values of y.
    kl : array, shape (worlds, 2)
        Kullback-Leibler divergence of the model's law from the true one in nats, by world and
        variable set, the mean over both of its values.
    kl_mistaken : array, shape (worlds, 2)
        The same from the law that would hold if the arrow pointed the other way.
    """

    probabilities: Floats
    kl: Floats
    kl_mistaken: Floats

    @classmethod
    def of(cls, logs: Floats, true: Floats, mistaken: Floats) -> Answers:
        """Return answers beside both laws.

        Parameters
        ----------
        logs : array, shape (worlds, 2, 2, 2)
            ln P of each value after each question, the two values of y to be shared out.
        true, mistaken : array, shape (worlds, 2, 2, 2)
            P(other = y | do(variable = x)), and what it would be if the arrow were turned.
        """
        shared = logs - np.logaddexp(logs[..., :1], logs[..., 1:])
        return cls(np.exp(shared), _divergence(true, shared), _divergence(mistaken, shared))

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether the model's law is nearer to the true one than to that of the other arrow."""
        return self.kl < self.kl_mistaken


def ask_interventions(model: LanguageModel, worlds: Sequence[TextWorld]) -> Answers:
    """Ask a model what setting either variable of each world does to the other.

    The question is ``someone set A to 1 and B became``, its answers the two values.

    Parameters
    ----------
    model : LanguageModel
    worlds : sequence of TextWorld

    Raises
    ------
    PromptError
        Where there are no worlds.
    """
    _check_worlds(worlds)
    sides = (0, 1)
    pairs = [
        (question(world, side, value), f" {answer}")
        for world in worlds for side in sides for value in (0, 1) for answer in VALUES
    ]  # fmt: skip
    logs = np.asarray(model.score(pairs), dtype=float).reshape(len(worlds), 2, 2, 2)
    true = np.array([[world.do(0), world.do(1)] for world in worlds])
    mistaken = np.array([[world.mistaken_do(0), world.mistaken_do(1)] for world in worlds])
    return Answers.of(logs, true, mistaken)


def _divergence(law: Floats, logs: Floats) -> Floats:
    """Return the divergence of answers from a law, summed over outcomes, averaged over values."""
    divergence: Floats = (law * (np.log(law) - logs)).sum(axis=-1).mean(axis=-1)
    return divergence


def intervention_prompts(worlds: Sequence[TextWorld], sets: SetVariable) -> Study:
    """Return the questions of `ask_interventions` for `probe`, a template a world.

    Their graph is that of the worlds once a variable is set: where it is the cause the arrow is
    left, ``Set -> Became``; where it is the effect the arrow into it is cut, so that a slope is
    against the graph. Slopes are those of P(became | set) of the direct questions.

    Parameters
    ----------
    worlds : sequence of TextWorld
    sets : {"cause", "effect"}

    Returns
    -------
    Study
        What ``probe(*study, model, measure="next")`` takes.

    Raises
    ------
    PromptError
        Where there are no worlds.
    OptionError
        Where `sets` is neither.

    Examples
    --------
    >>> from causal_magics.probing.text_worlds import paired_worlds
    >>> intervention_prompts(paired_worlds(1), "cause").templates[0]
    'someone set gove to {Set} and nasu became {Became}'
    """
    check_option("sets", sets, get_args(SetVariable))
    _check_worlds(worlds)
    sides = [world.cause if sets == "cause" else 1 - world.cause for world in worlds]
    templates = [
        intervention_text(world, side, "{Set}") + " {Became}"
        for world, side in zip(worlds, sides, strict=True)
    ]
    graph = CausalGraph.parse("Set -> Became" if sets == "cause" else "{Set Became}")
    values = {"Set": VALUES, "Became": {value: [value] for value in VALUES}}
    return Study(graph, Prompts.of(graph, templates, values))


def _check_worlds(worlds: Sequence[TextWorld]) -> None:
    if not worlds:
        raise PromptError("Expected worlds to ask about, got none. Make some with paired_worlds().")
