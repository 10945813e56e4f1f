import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { layout, layoutWithBends } from "../../../src/graph/layout";
import type { LayoutEdge } from "../../../src/graph/layout";

type Place = readonly [number, number];
interface Case {
  readonly nodes: readonly (readonly [string, number, number])[];
  readonly edges: readonly LayoutEdge[];
  readonly undirected: readonly LayoutEdge[];
  readonly soft: readonly LayoutEdge[];
  readonly positions: Readonly<Record<string, Place>>;
  readonly bends: readonly (readonly Place[])[];
}

const golden = JSON.parse(readFileSync("tests/golden/layout.json", "utf8")) as Record<string, Case>;

function expectNear(place: Place | undefined, expected: Place): void {
  expect(place).toBeDefined();
  expect(Math.abs(place![0] - expected[0])).toBeLessThanOrEqual(0.01);
  expect(Math.abs(place![1] - expected[1])).toBeLessThanOrEqual(0.01);
}

describe("layout", () => {
  it.each(Object.entries(golden))("draws as Python does: %s", (_, { nodes, edges, undirected, soft, positions, bends }) => {
    const sizes = nodes.map(([id, width, height]) => ({ id, width, height }));
    const drawn = layoutWithBends(sizes, edges, { undirected, soft });
    expect([...drawn.positions.keys()]).toEqual(nodes.map(([id]) => id));
    for (const [id, place] of drawn.positions) expectNear(place, positions[id]!);
    expect(drawn.bends.map((points) => points.length)).toEqual(bends.map((points) => points.length));
    drawn.bends.forEach((points, edge) => points.forEach((point, index) => expectNear(point, bends[edge]![index]!)));
  });

  it("stands causes above effects and keeps boxes apart", () => {
    const nodes = Array.from({ length: 40 }, (_, index) => ({ id: `${index}`, width: 64 + index, height: 30 }));
    const edges = nodes.slice(1).map(({ id }, index): LayoutEdge => [`${(index * 7) % (index + 1)}`, id]);
    const places = layout(nodes, edges);
    for (const [a, b] of edges) expect(places.get(a)![1]).toBeLessThan(places.get(b)![1]);
    for (const a of nodes)
      for (const b of nodes) {
        if (a.id >= b.id) continue;
        const [[ax, ay], [bx, by]] = [places.get(a.id)!, places.get(b.id)!];
        expect(Math.abs(ax - bx) >= (a.width + b.width) / 2 || Math.abs(ay - by) >= 30).toBe(true);
      }
  });

  it("is the same every time", () => {
    const nodes = Array.from({ length: 500 }, (_, index) => ({ id: `${index}`, width: 70, height: 30 }));
    const edges = nodes.slice(1).map(({ id }, index): LayoutEdge => [`${(index * 31) % (index + 1)}`, id]);
    expect([...layout(nodes, edges)]).toEqual([...layout(nodes, edges)]);
  });
});
