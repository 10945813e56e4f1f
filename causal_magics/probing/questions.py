"""Questions on a pair of variables: their wordings, and the texts that a model scores."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from causal_magics.errors import PromptError, shorten
from causal_magics.language.protocol import Pair
from causal_magics.options import check_option

__all__ = [
    "DEFAULT_QUESTIONS",
    "ENDINGS",
    "LETTERS",
    "SENTENCES",
    "Context",
    "Form",
    "Term",
    "Wording",
    "fill",
    "terms",
]

Form = Literal["letters", "sentences", "endings"]
State = Literal["forward", "backward", "absent"]

NEUTRAL = "the first variable", "the second variable"
"""What stands for the two variables in a prompt without content."""
NEUTRAL_STARTS = "something", "another variable"
"""What stands for the variable at the beginning of a statement without content."""
_SLOT = re.compile(r"\{(\w*)\}")
_ALLOWED = frozenset(("a", "b", "domain", "options"))


def _check_slots(what: str, template: str, needed: frozenset[str] | set[str] = frozenset()) -> None:
    if not isinstance(template, str):
        raise PromptError(f"Expected {what} as text, got {shorten(str(template))}.")
    found = set(_SLOT.findall(template))
    allowed = needed or _ALLOWED
    for slot in sorted(found - allowed):
        raise PromptError(
            f"Expected the slots {', '.join(f'{{{name}}}' for name in sorted(allowed))} in {what}, "
            f"got {{{slot}}}."
        )
    for slot in sorted(needed - found):
        raise PromptError(f"Expected a slot {{{slot}}} in {what}, got {shorten(template)}.")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to ask which of two variables influences the other.

    Parameters
    ----------
    text : str
        The question, with slots ``{a}`` and ``{b}`` for the variables, ``{domain}`` for the domain
        and, where letters are scored, ``{options}`` for the three answers.
    edge, absent : str
        The answers, with slots ``{a}`` and ``{b}``: that a influences b, and that neither
        influences the other.
    form : {"letters", "sentences", "endings"}
        What is scored: the letter of an option; the answer's whole sentence after the question; or
        the last variable of a statement after the rest of it. With the last, no edge is what a
        statement says that names one of the variables only.
    reverse : str
        For endings the statement that names the effect first: ``{b} is influenced by {a}``.

    Raises
    ------
    PromptError
        Where a slot is missing or unknown.
    OptionError
        Where there is no such form.
    """

    text: str
    edge: str = "{a} influences {b}."
    absent: str = "{a} has no influence on {b}, and {b} has none on {a}."
    form: Form = "sentences"
    reverse: str = ""

    def __post_init__(self) -> None:
        check_option("form", self.form, get_args(Form))
        _check_slots("the question", self.text)
        for name in ("edge", "absent"):
            _check_slots(name, getattr(self, name), {"a", "b"})
        if ("{options}" in self.text) != (self.form == "letters"):
            raise PromptError(
                "Expected the slot {options} in the question where letters are scored, and only "
                f"there, got {shorten(self.text)} with form={self.form!r}."
            )
        if self.form == "endings":
            for statement, slots in ((self.edge, ["a", "b"]), (self.reverse, ["b", "a"])):
                if _SLOT.findall(statement) != slots:
                    raise PromptError(
                        f"Expected {{{slots[0]}}} and later {{{slots[1]}}}, once each, where the "
                        f"last variable is scored, got {shorten(statement)}."
                    )
        if self.form != "endings" and not {"a", "b"} <= set(_SLOT.findall(self.text)):
            raise PromptError(
                f"Expected slots {{a}} and {{b}} in the question, got {shorten(self.text)}."
            )

    def __repr__(self) -> str:
        return f"Wording({shorten(self.text or self.edge)}, form={self.form!r})"


LETTERS = (
    Wording(
        "Which statement is most likely true of {a} and {b}?\n{options}\nAnswer:",
        form="letters",
    ),
    Wording(
        "Consider {a} and {b}. Choose what is right.\n{options}\nThe right choice is",
        edge="Changing {a} causes a change in {b}.",
        absent="Changing {a} or {b} leaves the other as it is.",
        form="letters",
    ),
)
"""Three options with letters, the letter is scored."""

SENTENCES = (
    Wording("How are {a} and {b} related?\nAnswer:"),
    Wording(
        "Which is the cause and which is the effect, {a} or {b}?\nAnswer:",
        edge="{a} is a cause of {b}.",
        absent="{a} and {b} do not cause each other.",
    ),
    Wording(
        "What happens to {a} and {b} when one of them is changed?\nAnswer:",
        edge="Changing {a} changes {b}.",
        absent="Changing {a} does not change {b}, and neither the other way round.",
    ),
)
"""A question, the whole answer is scored."""

ENDINGS = (
    Wording("", "{a} influences {b}.", form="endings", reverse="{b} is influenced by {a}."),
    Wording("", "{a} causes {b}.", form="endings", reverse="{b} is caused by {a}."),
    Wording(
        "",
        "A change in {a} leads to a change in {b}.",
        form="endings",
        reverse="A change in {b} results from a change in {a}.",
    ),
)
"""A statement, its last variable is scored: the effect, and in reverse the cause."""
DEFAULT_QUESTIONS = ENDINGS
"""SmolLM2 tells .74 of the directions (.65 to .82) of 106 Tübingen pairs by these, with PMI, and
has an AUC of .80; .75 of the pairs name the cause first. They were chosen on the same pairs."""


@dataclass(frozen=True, slots=True)
class Context:
    """What goes before every question.

    Parameters
    ----------
    domain : str
    descriptions : mapping of str to str
    """

    domain: str
    descriptions: Mapping[str, str]

    def before(self, names: tuple[str, ...], *, told: bool) -> str:
        """Return the domain where it is to be told, and what is said of the names, a line each."""
        lines = [f"Domain: {one_line(self.domain)}."] if told and self.domain.strip() else []
        lines += [
            f"{one_line(name)}: {one_line(self.descriptions[name])}"
            for name in names
            if name in self.descriptions
        ]
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Term:
    """What is added to the score of one answer.

    Parameters
    ----------
    asking : (int, bool)
        Number of the wording, and whether the second variable was named first.
    group : int
        Permutation of the options; scores are normalised within one.
    state : {"forward", "backward", "absent"}
        The answer, whichever variable was named first.
    pairs, neutral : tuple of (str, str)
        Prompts and continuations, and the same continuations after prompts without content; the
        mean is taken of either.
    """

    asking: tuple[int, bool]
    group: int
    state: State
    pairs: tuple[Pair, ...]
    neutral: tuple[Pair, ...]


def one_line(text: str) -> str:
    """Return a text with every run of blanks and line breaks as one blank."""
    return " ".join(text.split())


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Fill the slots of a template; braces in what is filled in are left alone."""
    return _SLOT.sub(lambda found: slots[found[1]], template)


def terms(wordings: tuple[Wording, ...], a: str, b: str, context: Context) -> Iterator[Term]:
    """Return all that is scored for one pair: wordings × both orders × options.

    The options turn round once for either order, so that both orders together have all six
    permutations of three options.
    """
    for number, wording in enumerate(wordings):
        for swapped in (False, True):
            first, second = (b, a) if swapped else (a, b)
            states: tuple[State, State] = ("backward", "forward") if swapped else (
                "forward", "backward")  # fmt: skip
            if wording.form == "endings":
                statement = wording.reverse if swapped else wording.edge
                scored = _endings(wording.text, statement, first, second, context)
            else:
                make = _letters if wording.form == "letters" else _sentences
                scored = make(wording, first, second, context)
            for group, state, pairs, neutral in scored:
                told: State = "absent" if state == 2 else states[state]
                yield Term((number, swapped), group, told, pairs, neutral)


_Scored = Iterator[tuple[int, int, tuple[Pair, ...], tuple[Pair, ...]]]


def _letters(wording: Wording, first: str, second: str, context: Context) -> _Scored:
    real = one_line(first), one_line(second)
    for turn in range(3):
        order = [(turn + place) % 3 for place in range(3)]
        prompts = []
        for names, told in ((real, (first, second)), (NEUTRAL, ())):
            answers = _answers(wording, *names)
            options = "\n".join(
                f"{letter}. {answers[state]}" for letter, state in zip("ABC", order, strict=True)
            )
            slots = {
                "a": names[0],
                "b": names[1],
                "options": options,
                "domain": one_line(context.domain),
            }
            prompts.append(_before(wording, context, told) + fill(wording.text, slots))
        for letter, state in zip("ABC", order, strict=True):
            yield turn, state, ((prompts[0], f" {letter}"),), ((prompts[1], f" {letter}"),)


def _sentences(wording: Wording, first: str, second: str, context: Context) -> _Scored:
    names = one_line(first), one_line(second)
    prompts = [
        _before(wording, context, told)
        + fill(wording.text, {"a": named[0], "b": named[1], "domain": one_line(context.domain)})
        for named, told in ((names, (first, second)), (NEUTRAL, ()))
    ]
    for state, answer in enumerate(_answers(wording, *names)):
        yield 0, state, ((prompts[0], f" {answer}"),), ((prompts[1], f" {answer}"),)


def _endings(before: str, statement: str, first: str, second: str, context: Context) -> _Scored:
    """Score the last variable of a statement in both directions; no edge is what is neutral."""
    told = "{domain}" not in before
    head = context.before((first, second), told=told)
    head += fill(before, {"a": first, "b": second, "domain": one_line(context.domain)})
    cut = statement.rindex("{")
    starts: list[Pair] = []
    for state, (cause, effect) in enumerate(((first, second), (second, first))):
        slots = {"a": one_line(cause), "b": one_line(effect)}
        rest = " " + fill(statement[cut:], slots)
        opening = _SLOT.findall(statement)[0]

        def begun(name: str, slots: dict[str, str] = slots, opening: str = opening) -> str:
            begin = fill(statement[:cut].rstrip(), {**slots, opening: name})
            return head + begin[:1].upper() + begin[1:]

        neutral = tuple((begun(name), rest) for name in NEUTRAL_STARTS)
        starts += neutral
        yield 0, state, ((begun(slots[opening]), rest),), neutral
    yield 0, 2, tuple(starts), tuple(starts)


def _answers(wording: Wording, a: str, b: str) -> tuple[str, str, str]:
    return (
        fill(wording.edge, {"a": a, "b": b}),
        fill(wording.edge, {"a": b, "b": a}),
        fill(wording.absent, {"a": a, "b": b}),
    )


def _before(wording: Wording, context: Context, names: tuple[str, ...]) -> str:
    return context.before(names, told="{domain}" not in wording.text)
