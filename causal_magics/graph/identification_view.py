"""How an `Identification` reads: as text, as HTML, as tables."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Literal

from causal_magics.errors import GraphError, MissingDependencyError, closest
from causal_magics.graph.independence_tests import IndependenceTest
from causal_magics.graph.paths import CausalPath

if TYPE_CHECKING:
    import pandas as pd

    from causal_magics.graph.identification import Identification

Tag = Literal["th", "td"]

_SHOWN = 10
_ROOT = "div.cm-identify.cm-identify.cm-identify"  # outweighs the front-end's rules for tables
_STYLE = (
    "<style>"
    f"{_ROOT}{{color:var(--jp-content-font-color1,inherit);max-width:60em}}"
    f"{_ROOT} table{{border-collapse:collapse;margin:.3em 0 .8em}}"
    f"{_ROOT} th,{_ROOT} td{{text-align:left;padding:.15em .8em .15em 0;"
    "vertical-align:top;font-weight:normal}"
    f"{_ROOT} tr{{background:none}}"
    f"{_ROOT} th,{_ROOT} .cm-soft{{color:var(--jp-content-font-color2,inherit)}}"
    f"{_ROOT} code{{background:none;color:inherit}}"
    f"{_ROOT} .cm-bad{{color:var(--jp-error-color1,#C04F00)}}"
    "</style>"
)


def summary(result: Identification) -> str:
    """Return the result in one sentence, or two where something is in the way."""
    effect = f"The {result.effect} effect of {_names(result.exposure)} on {_names(result.outcome)}"
    if result.estimand is None and result.obstacle and result.obstacle.has_longer_formula:
        how = "is identified, but not with what is adjusted for"
        return f"{effect} {how}. {result.obstacle}"
    if result.estimand is None:
        return f"{effect} is not identified. {result.obstacle}".strip()
    how = _manner(result)
    extra = f" {result.obstacle}" if result.obstacle else ""
    return f"{effect} {how}.{extra}"


def _manner(result: Identification) -> str:
    method = None if result.estimand is None else result.estimand.method
    if method == "no effect":
        if result.graph.is_admg:
            return "is none: there is no causal path"
        return "is none: no graph of the class has a causal path"
    if method == "front-door":
        return f"is identified by the front door through {_braces(result.front_door_sets[0])}"
    if method == "do-calculus" and result.estimand is not None:
        premise = f", as {result.estimand.assumption}" if result.estimand.assumption else ""
        return f"is identified by the do-calculus{premise}"
    if method == "instrument":
        return f"is identified in a linear model by the instrument {result.instruments[0]}"
    given = result.adjustment_sets[0]
    if method == "regression":
        covariates = f" and {_braces(given)}" if given else ""
        return f"is identified in a linear model by regression on the exposure{covariates}"
    return f"is identified by adjusting for {_braces(given)}" if given else (
        "is identified without adjustment"
    )  # fmt: skip


def as_text(result: Identification) -> str:
    """Return the stable text: the sentence, then one line for each kind of finding."""
    lines = [f"<Identification: {summary(result)}"]
    if result.estimand is not None:
        lines.append(f"  estimand: {result.estimand}")
    lines += [f"  {name}: {', '.join(items)}" for name, items in _findings(result) if items]
    lines.append(f"  paths: {_path_counts(result)}")
    lines.append(f"  implied independences: {_independence_counts(result)}")
    return "\n".join(lines) + ">"


def as_html(result: Identification) -> str:
    """Return a sober page part; every name in it is escaped."""
    rows = [("estimand", [str(result.estimand)])] if result.estimand else []
    rows += [(name, items) for name, items in _findings(result) if items]
    table = "".join(
        f"<tr><th>{name}</th><td>{'<br>'.join(map(_code, items))}</td></tr>" for name, items in rows
    )
    return (
        f"{_STYLE}<div class='cm-identify'><p>{escape(summary(result))}</p><table>{table}</table>"
        f"{_path_table(result)}{_independence_table(result)}</div>"
    )


def _findings(result: Identification) -> list[tuple[str, list[str]]]:
    return [
        (
            "adjustment sets",
            _limited(map(_braces, result.adjustment_sets), result, "adjustment_sets"),
        ),
        (
            "front-door sets",
            _limited(map(_braces, result.front_door_sets), result, "front_door_sets"),
        ),
        ("instruments", _limited(map(str, result.instruments), result, "instruments")),
    ]


def _limited(items: Iterable[str], result: Identification, name: str) -> list[str]:
    every = list(items)
    more = len(every) - _SHOWN
    if more > 0:
        at_least = "at least " if name in result.truncated else ""
        return [*every[:_SHOWN], f"and {at_least}{more} more"]
    return every


def _braces(names: frozenset[str]) -> str:
    return "{" + ", ".join(sorted(names)) + "}"


def _names(names: Iterable[str]) -> str:
    return " and ".join(names)


def _path_counts(result: Identification) -> str:
    causal = [path for path in result.causal_paths if path.kind == "causal"]
    possible = [path for path in result.causal_paths if path.kind != "causal"]
    groups = (
        ("causal", causal),
        *([("possibly causal", possible)] if possible else []),
        ("open biasing", result.open_biasing_paths),
        ("blocked biasing", result.blocked_biasing_paths),
    )
    counts = ", ".join(f"{len(found)} {name}" for name, found in groups)
    return f"{counts} (the shortest {len(result.paths)})" if "paths" in result.truncated else counts


def _independence_counts(result: Identification) -> str:
    count = f"{len(result.independences)}"
    if "independences" in result.truncated:
        count += " (the first ones)"
    if result.tests is None:
        return count
    rows = f" on {result.tests[0].rows} rows" if result.tests else ""
    return f"{count}, {len(result.rejected)} rejected{rows} (Holm, 0.05)"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _row(tag: Tag, cells: Iterable[str], style: str = "") -> str:
    attribute = f" class='{style}'" if style else ""
    return "<tr>" + "".join(f"<{tag}{attribute}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _path_table(result: Identification) -> str:
    ordered = (*result.open_biasing_paths, *result.causal_paths, *result.blocked_biasing_paths)
    rows = [
        _row(
            "td",
            (_code(str(path)), path.kind, escape(_state(path))),
            "cm-bad" if path.kind == "biasing" and path.is_open else "",
        )
        for path in ordered[:_SHOWN]
    ]
    more = len(ordered) - len(rows)
    note = f"<p class='cm-soft'>and {more} more: to_frame('paths')</p>" if more > 0 else ""
    head = f"<p>Paths: {_path_counts(result)}</p>"
    return f"{head}<table>{''.join(rows)}</table>{note}" if rows else head


def _state(path: CausalPath) -> str:
    blockers = ", ".join(map(str, path.blockers))
    return f"blocked by {blockers}" if blockers else "open"


def _independence_table(result: Identification) -> str:
    head = f"<p>Implied independences: {_independence_counts(result)}</p>"
    if result.tests is None:
        shown = [str(statement) for statement in result.independences[:_SHOWN]]
        rows = [_row("td", [_code(text)]) for text in shown]
        more = len(result.independences) - len(rows)
    else:
        tests = sorted(result.tests, key=lambda t: (not t.p_value <= 1, t.p_value))
        names = ("independence", _statistic_name(tests), "p", "adjusted p (Holm)")
        rows = [_row("th", names)] if tests else []
        rows += [_test_row(test) for test in tests[:_SHOWN]]
        more = len(tests) - _SHOWN
    note = f"<p class='cm-soft'>and {more} more: to_frame()</p>" if more > 0 else ""
    return f"{head}<table>{''.join(rows)}</table>{note}" if rows else head


def _statistic_name(tests: list[IndependenceTest]) -> str:
    symbol = tests[0].symbol if tests else "r"
    return "partial r" if symbol == "r" else symbol


def _test_row(test: IndependenceTest) -> str:
    cells = (
        _code(str(test.independence)),
        f"{test.statistic:+.3f}",
        f"{test.p_value:.3g}",
        f"{test.adjusted_p_value:.3g}",
    )
    return _row("td", cells, "cm-bad" if test.adjusted_p_value < 0.05 else "")


def as_frame(result: Identification, table: str) -> pd.DataFrame:
    """Return one of the tables as a pandas data frame."""
    tables = {
        "independences": _independence_rows,
        "adjustment_sets": _set_rows,
        "paths": _path_rows,
    }
    if table not in tables:
        hint = closest(str(table), tables)
        raise GraphError(
            f"Expected a table among {', '.join(tables)}, got {table!r}."
            + (f" Did you mean {hint}?" if hint else "")
        )
    try:
        import pandas as pd
    except ImportError:
        raise MissingDependencyError("pandas", purpose="to_frame()") from None
    columns, rows = tables[table](result)
    return pd.DataFrame(rows, columns=columns)


Rows = tuple[list[str], list[tuple[object, ...]]]


def _independence_rows(result: Identification) -> Rows:
    columns = ["a", "b", "given"]
    given = [(s.a, s.b, ", ".join(sorted(s.given))) for s in result.independences]
    if result.tests is None:
        return columns, list(given)
    measures = ["statistic", "p_value", "adjusted_p_value", "rows"]
    return [*columns, *measures], [
        (*row, test.statistic, test.p_value, test.adjusted_p_value, test.rows)
        for row, test in zip(given, result.tests, strict=True)
    ]


def _set_rows(result: Identification) -> Rows:
    sets = [("adjustment", s, "") for s in result.adjustment_sets]
    sets += [("front-door", s, "") for s in result.front_door_sets]
    sets += [
        ("instrument", frozenset({i.name}), ", ".join(sorted(i.given))) for i in result.instruments
    ]
    return ["method", "nodes", "given"], [
        (method, ", ".join(sorted(names)), given) for method, names, given in sets
    ]


def _path_rows(result: Identification) -> Rows:
    return ["path", "kind", "open", "blockers"], [
        (str(path), path.kind, path.is_open, ", ".join(map(str, path.blockers)))
        for path in result.paths
    ]
