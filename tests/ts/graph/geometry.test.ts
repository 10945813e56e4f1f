import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  arrowHead,
  boundingBox,
  circleCentre,
  edgeWidth,
  fitLabel,
  labelWidth,
  nodeBox,
  nodeShape,
  routeEdges,
} from "../../../src/graph/geometry";
import type { Box, EdgeEnd, Point } from "../../../src/graph/geometry";
import type { Mark, Role } from "../../../src/graph/model";

interface GoldenEnd {
  readonly mark: string;
  readonly tip: Point;
  readonly direction: Point;
  readonly circle: Point;
  readonly head: string;
}
interface GoldenRoute {
  readonly path: string;
  readonly source: GoldenEnd;
  readonly target: GoldenEnd;
  readonly middle: Point;
}
interface RouteCase {
  readonly boxes: Readonly<Record<string, readonly [number, number, number, number, number]>>;
  readonly edges: readonly (readonly [string, string, Mark, number])[];
  readonly routes: readonly (GoldenRoute | null)[];
  readonly bounding_box: readonly number[];
}
interface ShapeCase {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly width: number;
  readonly radius: number;
  readonly ring: number;
  readonly label: string;
  readonly label_x: number;
  readonly glyphs: readonly (readonly [Role, number])[];
}
interface Golden {
  readonly labels: readonly (readonly [string, number, string])[];
  readonly shapes: readonly ShapeCase[];
  readonly routes: readonly RouteCase[];
  readonly empty_bounding_box: readonly number[];
}

const golden = JSON.parse(readFileSync("tests/golden/geometry.json", "utf8")) as Golden;

function expectNear(point: Point, [x, y]: Point): void {
  expect(Math.abs(point[0] - x)).toBeLessThanOrEqual(0.01);
  expect(Math.abs(point[1] - y)).toBeLessThanOrEqual(0.01);
}

function expectEnd(end: EdgeEnd, expected: GoldenEnd): void {
  expect(end.mark).toBe(expected.mark);
  expectNear(end.tip, expected.tip);
  expectNear(end.direction, expected.direction);
  expectNear(circleCentre(end), expected.circle);
  expect(arrowHead(end, 1.5)).toBe(expected.head);
}

describe("geometry, as in Python", () => {
  it.each(golden.labels)("measures and fits %j", (text, width, fitted) => {
    expect(labelWidth(text)).toBe(width);
    expect(fitLabel(text, 100)).toBe(fitted);
  });

  it.each(golden.shapes)("shapes $name with $roles", ({ name, roles, label_x: labelX, glyphs, ...expected }) => {
    const { labelX: x, glyphs: drawn, height, ...shape } = nodeShape(name, roles);
    expect(shape).toEqual(expected);
    expect(height).toBe(30);
    expect(x).toBeCloseTo(labelX, 3);
    expect(drawn.map(([role]) => role)).toEqual(glyphs.map(([role]) => role));
    drawn.forEach(([, place], index) => expect(place).toBeCloseTo(glyphs[index]![1], 3));
  });

  it.each(golden.routes)("routes edges, case %#", ({ boxes, edges, routes, bounding_box: around }) => {
    const drawn = new Map(
      Object.entries(boxes).map(([id, [x, y, width, height, radius]]): [string, Box] => [id, { x, y, width, height, radius }]),
    );
    const found = routeEdges(drawn, edges.map(([source, target, mark, width]) => ({ source, target, mark, width })));
    expect(found.length).toBe(routes.length);
    found.forEach((route, index) => {
      const expected = routes[index];
      if (!expected) return expect(route).toBeUndefined();
      expect(route?.path).toBe(expected.path);
      expectEnd(route!.source, expected.source);
      expectEnd(route!.target, expected.target);
      expectNear(route!.middle, expected.middle);
    });
    expect(boundingBox(drawn.values(), found.filter((route) => route !== undefined))).toEqual(around);
  });

  it("has a margin around nothing", () => {
    expect(boundingBox([])).toEqual(golden.empty_bounding_box);
  });
});

describe("geometry", () => {
  it("bows an edge around a node in its way, and keeps a free one straight", () => {
    const shape = nodeShape("X");
    const boxes = new Map([
      ["a", nodeBox(shape, 0, 0)],
      ["between", nodeBox(shape, 4, 100)],
      ["b", nodeBox(shape, 0, 200)],
    ]);
    const [through, free] = routeEdges(boxes, [
      { source: "a", target: "b", mark: "->" },
      { source: "a", target: "between", mark: "--" },
    ]);
    expect(through?.path).toContain("C");
    expect(free?.path).not.toContain("C");
  });

  it("widens edges with their confidence", () => {
    expect([null, undefined, 0, 0.5, 1, 7].map(edgeWidth)).toEqual([1.5, 1.5, 1, 2.5, 4, 4]);
  });
});
