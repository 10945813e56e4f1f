import { expect, test } from "vitest";
import { demandOf, demandWords, operationsFor } from "../../../src/editor/evidence/sides";
import { readChange, readOpinion, type DataSay, type ModelSays, type PairTold, type Verdict } from "../../../src/editor/evidence/told";
import { doubtWords, oddsOf, oddsWords, percent, verdictWords } from "../../../src/editor/evidence/words";
import { briefly, saving } from "../../../src/editor/wording";
import type { DocumentEdge, GraphDocument } from "../../../src/graph/model";
import { applyGroup, inverse } from "../../../src/graph/operations";
import { CHAIN, edge, node } from "./bench";

const documentOf = (...edges: DocumentEdge[]): GraphDocument => ({ ...CHAIN, nodes: [node("A"), node("B"), node("C")], edges });
const model = (verdict: Verdict, rest: Partial<ModelSays> = {}): ModelSays => ({ verdict, forward: 0.6, backward: 0.3, absent: 0.1, logOdds: 0.7, logOddsEdge: 2.2, agreement: null, ...rest });
const data = (verdict: Verdict, rest: Partial<DataSay> = {}): DataSay => ({ verdict, forward: 12, backward: 9, ...rest });
const pair = (rest: Partial<PairTold> = {}): PairTold => ({ a: "a", b: "b", model: model("->"), data: data("none"), disagree: true, settled: false, ...rest });

const ODD = [null, 3, "odd", [], {}, { rev: "1" }, { rev: Number.NaN }];

test("odd opinions and changes are none, and odd parts of them are left out", () => {
  for (const odd of ODD) expect(readOpinion(odd)).toBeNull();
  for (const odd of [null, 3, "odd", []]) expect(readChange(odd)).toBeNull();
  const pairs = [3, null, { a: "x" }, { a: "x", b: "x" }, { a: "x", b: "y", model: { forward: "much" }, data: { verdict: "odd", forward: Infinity }, disagree: true }];
  const read = readOpinion({ rev: 2, model: 4, pairs, waiting: {}, problem: [], note: 1 });
  expect([...read!.pairs.values()]).toEqual([{ a: "x", b: "y", model: null, data: { verdict: null, forward: null, backward: null }, disagree: false, settled: false }]);
  expect(read).toMatchObject({ rev: 2, model: "", waiting: "", problem: "", note: "" });
  const edges = [3, { source: "A", target: "B", what: "odd" }, { source: "A", target: "B", what: "added", mark: "=>", bits: "many" }];
  expect(readChange({ edges, bits: null, broken: [{ x: 3 }, "odd"], estimand: "odd", sets: { gone: [["a"], 3] } })).toEqual({
    edges: [{ source: "A", target: "B", sourceId: null, targetId: null, mark: null, was: null, what: "added", bits: null }],
    bits: null, broken: [{ x: [], y: [], given: [], p: null }], estimand: null, sets: { gone: [["a"], []], come: [] },
  }); // prettier-ignore
});

test.each<[string, Verdict, DocumentEdge[], string]>([
  ["a direction", "->", [edge("b", "a")], "require A → B"],
  ["the other", "<-", [edge("a", "b")], "require B → A"],
  ["none", "none", [edge("a", "b")], "forbid both directions"],
  ["either, and one drawn", "--", [edge("b", "a")], "require B → A"],
  ["either, undirected drawn", "--", [edge("b", "a", { mark: "--" })], "require A → B"],
  ["either, none drawn", "--", [], "require A → B"],
  ["either, the likelier closed by a cycle", "--", [edge("b", "c"), edge("c", "a")], "require B → A"],
])("a side demands %s", (_what, verdict, drawn, words) => {
  const document = documentOf(...drawn);
  expect(demandWords(document, demandOf(document, pair({ model: model(verdict) }), "model")!)).toBe(words);
});

test("an undecided or silent side demands nothing", () => {
  expect(demandOf(documentOf(), pair({ model: model(null) }), "model")).toBeNull();
  expect(demandOf(documentOf(), pair({ data: null }), "data")).toBeNull();
});

const FORWARD = { source: "a", target: "b" };
const A_B = ["A -> B required"];
const NONE = ["A -> B forbidden", "B -> A forbidden"];

test.each<[string, DocumentEdge[], typeof FORWARD | "none", string[]]>([
  ["nothing", [], FORWARD, A_B],
  ["the edge", [edge("a", "b", { confidence: 0.4 })], FORWARD, A_B],
  ["its opposite", [edge("b", "a")], FORWARD, A_B],
  ["an undirected edge", [edge("b", "a", { mark: "--" })], FORWARD, A_B],
  ["a bidirected edge beside it", [edge("a", "b"), edge("b", "a", { id: "both", mark: "<->" })], FORWARD, A_B],
  ["the edge forbidden", [edge("a", "b", { knowledge: "forbidden" })], FORWARD, A_B],
  ["its opposite forbidden", [edge("b", "a", { knowledge: "forbidden" })], FORWARD, [...A_B, "B -> A forbidden"]],
  ["nothing", [], "none", NONE],
  ["the edge", [edge("a", "b")], "none", NONE],
  ["its opposite", [edge("b", "a", { knowledge: "required" })], "none", NONE],
  ["a bidirected edge beside it", [edge("a", "b"), edge("b", "a", { id: "both", mark: "<->" })], "none", NONE],
  ["the edge with its opposite forbidden", [edge("a", "b"), edge("b", "a", { knowledge: "forbidden" })], "none", NONE],
])("taken where there is %s: one group that its inverse undoes", (_what, drawn, demand, expected) => {
  const document = documentOf(...drawn);
  let count = 0;
  const group = operationsFor(document, pair(), demand, () => `new-${++count}`);
  const after = applyGroup(document, group);
  const name = (id: string): string => id.toUpperCase();
  expect(after.edges.map(({ source, target, mark, knowledge }) => `${name(source)} ${mark} ${name(target)} ${knowledge}`).sort()).toEqual(expected);
  const back = applyGroup(after, inverse(document, group));
  const byId = (one: DocumentEdge, other: DocumentEdge): number => (one.id < other.id ? -1 : 1);
  expect([...back.edges].sort(byId)).toEqual([...drawn].sort(byId));
});

test("verdicts, shares, savings and odds are said in words", () => {
  const document = documentOf();
  const said = (["->", "<-", "--", "none", null] as const).map((verdict) => verdictWords(document, pair(), verdict));
  expect(said).toEqual(["A → B", "B → A", "an edge, either way", "no edge", "undecided"]);
  expect([0, 0.001, 0.824, 0.999, 1].map(percent)).toEqual(["0%", "<1%", "82%", ">99%", "100%"]);
  expect([-12.34, 3, 0.01].map(saving)).toEqual(["saves 12.3", "costs 3", "±0"]);
  expect([0.0001, 0.034, 0.41, 0.999].map(briefly)).toEqual(["<.001", ".034", ".41", "1"]);
  const backward = oddsOf(pair({ model: model("->", { agreement: 0.83 }) }), "b")!;
  expect(oddsWords(backward, "B → A")).toBe("log-odds −0.7 for B → A, +2.2 for an edge, agreement 0.83");
  expect(oddsWords(oddsOf(pair(), "a", false)!, "A ↔ B")).toBe("log-odds +2.2 for an edge");
  expect(oddsOf(pair({ model: null }), "a")).toBeNull();
  expect([doubtWords(model("->", { agreement: 0.5 })), doubtWords(model("->", { agreement: 0.7 })), doubtWords(model("->"))]).toEqual([
    "askings agree 0.5: tells more of the wording than of the pair", "", "",
  ]);
});
