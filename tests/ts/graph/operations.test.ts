import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OperationError } from "../../../src/graph/errors";
import type { GraphDocument } from "../../../src/graph/model";
import { applicable, applyGroup, inverse, type Operation } from "../../../src/graph/operations";
import { parseDocument, parseGroup } from "../../../src/graph/wire";

interface Case {
  readonly name: string;
  readonly document: GraphDocument;
  readonly ops: unknown;
  readonly result: GraphDocument | null;
  readonly error: { readonly kind: string; readonly cycle_path?: readonly string[] } | null;
  readonly inverse?: readonly Operation[];
}

const golden = JSON.parse(readFileSync("tests/golden/operations.json", "utf8")) as { cases: readonly Case[] };

function refusal(run: () => unknown): OperationError {
  try {
    run();
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

/** The document with its nodes and edges sorted by id. */
function sorted(document: GraphDocument): GraphDocument {
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  return { ...document, nodes: [...document.nodes].sort(byId), edges: [...document.edges].sort(byId) };
}

describe("golden cases", () => {
  for (const { name, document, ops, result, error, inverse: expected } of golden.cases) {
    it(name, () => {
      const before = JSON.stringify(document);
      if (error) {
        const refused = refusal(() => applyGroup(document, parseGroup(ops)));
        expect(refused.kind).toBe(error.kind);
        expect(refused.cyclePath).toEqual(error.cycle_path ?? null);
      } else {
        const group = parseGroup(ops);
        const after = applyGroup(document, group);
        expect(after).toEqual(result);
        expect(inverse(document, group)).toEqual(expected);
        expect(sorted(applyGroup(after, inverse(document, group)))).toEqual(sorted(document));
        expect(parseDocument(JSON.parse(JSON.stringify(after)))).toEqual(after);
      }
      expect(JSON.stringify(document)).toBe(before);
    });
  }
});

describe("applicable", () => {
  it("keeps what still applies", () => {
    const document = golden.cases.find((c) => c.name === "delete an edge")!.document;
    const group = parseGroup([
      { op: "delete_node", id: "gone" },
      { op: "set_node", id: "n1", name: "Z" },
      { op: "set_node", id: "n2", name: "Z" },
    ]);
    expect(applicable(document, group)).toEqual([group[1]]);
  });
});

describe("parseDocument", () => {
  it.each([null, [], 3, {}, { version: 2, rev: 0, nodes: [], edges: [], tiers: [] }, { version: 1, rev: -1, nodes: [], edges: [], tiers: [] }, { version: 1, rev: 0, nodes: [{}], edges: [], tiers: [] }])(
    "refuses %j",
    (raw) => expect(parseDocument(raw)).toBeNull(),
  );
});
