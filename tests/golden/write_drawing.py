"""Writes layout.json and geometry.json, which both languages are held to.

Run it when a drawing is meant to change, and look at what changed:
    python tests/golden/write_drawing.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from causal_magics.graph.elements import MARKS, ROLES
from causal_magics.graph.geometry import bounding_box, node_box, node_shape
from causal_magics.graph.geometry_curves import EdgeEnd, arrow_head, circle_centre
from causal_magics.graph.geometry_routes import RouteEdge, route_edges
from causal_magics.graph.geometry_text import fit_label, label_width
from causal_magics.graph.layout import layout_with_bends

HERE = Path(__file__).parent
Pair = tuple[str, str]

TEXTS = (
    "", "X", "Treatment", "blood pressure", "iiiiiiiiii", "WWWWWWWWWW", "Größe", "年齢", "Возраст",
    "β-catenin", "e\u0301", "a\u200bb", "😀", "<b>\"x\" & 'y'</b>", "a rather long name of a thing",
    "a name so long that it cannot be drawn in full", "W" * 40, "年" * 30,
)  # fmt: skip

HAND_MADE: dict[str, dict[str, Any]] = {
    "nothing": {"names": [], "edges": []},
    "alone": {"names": ["A"], "edges": []},
    "isolated": {"names": list("ABCDEFGHIJK"), "edges": []},
    "chain": {"names": list("ABC"), "edges": [("A", "B"), ("B", "C")]},
    "confounded": {
        "names": ["Age", "Smoking", "Treatment", "Tar", "Outcome"],
        "edges": [
            ("Age", "Treatment"), ("Age", "Outcome"), ("Smoking", "Treatment"),
            ("Smoking", "Outcome"), ("Treatment", "Tar"), ("Tar", "Outcome"),
        ],
        "soft": [("Age", "Smoking")],
    },
    "cycle": {"names": list("ABCD"), "edges": [("A", "B"), ("B", "C"), ("C", "A"), ("C", "D")]},
    "both ways": {"names": list("AB"), "edges": [("A", "B"), ("B", "A"), ("A", "A")]},
    "only soft": {"names": list("ABCD"), "edges": [], "soft": [("A", "C"), ("B", "D"), ("C", "D")]},
    "undirected": {
        "names": list("ABCDE"),
        "edges": [("B", "A")],
        "undirected": [("A", "B"), ("B", "C"), ("C", "D"), ("D", "A"), ("E", "D")],
    },
    "unknown ends": {"names": list("AB"), "edges": [("A", "Z"), ("A", "B")], "soft": [("Y", "B")]},
    "two parts": {
        "names": list("ABCDEF"),
        "edges": [("A", "B"), ("A", "C"), ("B", "C"), ("D", "E")],
        "soft": [("E", "C")],
    },
}  # fmt: skip


def random_case(count: int, n_edges: int, seed: int) -> dict[str, Any]:
    """Cyclic edges, undirected and soft ones, and boxes of odd sizes."""
    draw = random.Random(seed)
    names = [f"X{index}" for index in range(count)]

    def pairs(size: int) -> list[Pair]:
        return [(draw.choice(names), draw.choice(names)) for _ in range(size)]

    ordered = [(a, b) if int(a[1:]) < int(b[1:]) else (b, a) for a, b in pairs(n_edges)]
    case: dict[str, Any] = {"names": names, "edges": ordered}
    if seed % 2:
        case |= {
            "edges": pairs(n_edges),
            "undirected": pairs(count // 5),
            "soft": pairs(count // 5),
        }
        case["widths"] = [draw.choice([64, 73.5, 120, 220]) for _ in names]
    return case


def layout_cases() -> dict[str, Any]:
    """Each case with the positions and bends that Python gives it."""
    sizes = [(6, 8), (9, 15), (12, 12), (20, 24), (30, 45), (50, 60), (120, 140)]
    randomly = {
        f"random {count} {seed}": random_case(count, n_edges, seed)
        for count, n_edges in sizes
        for seed in (0, 1)
    }
    return {name: laid_out(case) for name, case in (HAND_MADE | randomly).items()}


def laid_out(case: dict[str, Any]) -> dict[str, Any]:
    """Write the case as both languages read it, and its layout."""
    names = case["names"]
    widths = case.get("widths") or [node_shape(name).width for name in names]
    nodes = [(name, width, 30) for name, width in zip(names, widths, strict=True)]
    options = {key: case[key] for key in ("undirected", "soft") if key in case}
    result = layout_with_bends(nodes, case["edges"], **options)
    return {
        "nodes": nodes,
        "edges": case["edges"],
        "undirected": case.get("undirected", []),
        "soft": case.get("soft", []),
        "positions": result.positions,
        "bends": result.bends,
    }


def written_end(end: EdgeEnd) -> dict[str, Any]:
    """Write an end rounded to four decimals."""
    return {
        "mark": end.mark,
        "tip": [round(value, 4) for value in end.tip],
        "direction": [round(value, 4) for value in end.direction],
        "circle": [round(value, 4) for value in circle_centre(end)],
        "head": arrow_head(end, 1.5),
    }


def route_case(count: int, n_edges: int, seed: int, extent: float) -> dict[str, Any]:
    """Boxes strewn over a square, and edges of all marks and widths, some of them parallel."""
    draw = random.Random(seed)
    shapes = {
        f"X{index}": node_shape(
            "X" * draw.randint(1, 14), draw.sample(ROLES, draw.choice([0, 0, 1]))
        )
        for index in range(count)
    }
    boxes = {
        name: node_box(shape, draw.uniform(0, extent), draw.uniform(0, extent))
        for name, shape in shapes.items()
    }
    pairs = [tuple(draw.sample(sorted(boxes), 2)) for _ in range(n_edges)]
    pairs += [("X0", "X1"), ("X1", "X0"), ("X0", "X1"), ("X1", "X2"), ("X2", "X1")]
    marks = [draw.choice(MARKS) for _ in pairs]
    marks[-2:] = ["->", "<->"]
    edges = [
        RouteEdge(a, b, mark, draw.choice([1, 1.5, 4]))
        for (a, b), mark in zip(pairs, marks, strict=True)
    ]
    edges += [RouteEdge("X0", "X0"), RouteEdge("X0", "nobody")]
    routes = route_edges(boxes, edges)
    return {
        "boxes": {n: [b.x, b.y, b.width, b.height, b.radius] for n, b in boxes.items()},
        "edges": [[e.source, e.target, e.mark, e.width] for e in edges],
        "routes": [
            route
            and {
                "path": route.path,
                "source": written_end(route.source),
                "target": written_end(route.target),
                "middle": [round(value, 4) for value in route.middle],
            }
            for route in routes
        ],
        "bounding_box": bounding_box(boxes.values(), [route.hull for route in routes if route]),
    }


def geometry_cases() -> dict[str, Any]:
    """Widths, shapes and routes as Python gives them."""
    roles: list[tuple[str, ...]] = [(), ("latent",), ("adjusted",), ("selection",), tuple(ROLES)]
    shapes = []
    for text in TEXTS:
        for held in roles:
            shape = node_shape(text, held)  # type: ignore[arg-type]
            shapes.append(
                {
                    "name": text,
                    "roles": held,
                    "width": shape.width,
                    "radius": shape.radius,
                    "ring": shape.ring,
                    "label": shape.label,
                    "label_x": round(shape.label_x, 4),
                    "glyphs": [[role, round(x, 4)] for role, x in shape.glyphs],
                }
            )
    return {
        "labels": [[text, label_width(text), fit_label(text, 100)] for text in TEXTS],
        "shapes": shapes,
        "empty_bounding_box": bounding_box([]),
        "routes": [
            route_case(2, 1, 1, 300),
            route_case(8, 10, 2, 500),
            route_case(20, 25, 3, 700),
            route_case(30, 20, 4, 250),
            route_case(160, 60, 5, 3000),
        ],
    }


def write(name: str, cases: dict[str, Any]) -> None:
    """Write the entries of a mapping on a line each."""
    lines = (
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in cases.items()
    )
    (HERE / name).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write("layout.json", layout_cases())
    write("geometry.json", geometry_cases())
