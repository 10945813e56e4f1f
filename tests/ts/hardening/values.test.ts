/** What is told is read without an exception, whatever it is. `FUZZ_VALUES=100000` reads that many of each kind. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseComparison, parseOverlay, readViewedEdge } from "../../../src/editor/overlay";
import { readBounds } from "../../../src/editor/bounds";
import { readChange, readOpinion } from "../../../src/editor/evidence/told";
import { readExperiments } from "../../../src/editor/experiments/told";
import { parseMessage } from "../../../src/editor/protocol";
import { isObject, parseDocument } from "../../../src/graph/wire";
import { parseGrid, parseHeads, parseMarks } from "../../../src/head-map/data";
import { parseNote } from "../../../src/head-map/note";
import { parseFindings } from "../../../src/lab/findings";
import { readSettings } from "../../../src/lab/settings";
import { GRAPH_MIME, readEdited, readStored } from "../../../src/lab/stored-graph";
import { parseAnswer, parseAxes, parseStudy, parseWeights } from "../../../src/payoff-explorer/data";
import { parseEpisodes } from "../../../src/timeline/data";
import { OddValues } from "./odd-values";

const VALUES = Number(process.env.FUZZ_VALUES ?? 400);
const told = JSON.parse(readFileSync("tests/golden/told.json", "utf8")) as Readonly<Record<string, never>>;
const { document, overlay, opinion, view, experiments, stored, episodes, study, answer, grid, note, marks, weights, axes } = told;
const first = (value: unknown): unknown => (value as readonly unknown[])[0];
const edgeOf = (value: unknown): unknown => first((value as { readonly edges: unknown }).edges);

const node = { id: "z1", name: "New", roles: ["latent"], x: 8, y: 8 };
const edge = { id: "z2", source: "n3", target: "n4", mark: "->", knowledge: null, confidence: 0.5, bits: 3 };
const ops = [
  { op: "add_node", ...node }, { op: "set_node", id: "n1", name: "Other" }, { op: "delete_node", id: "n1" }, { op: "add_edge", ...edge },
  { op: "set_edge", id: "e5", mark: "->" }, { op: "move", positions: { n1: [8, 8] } }, { op: "set_tiers", tiers: [["n1"], ["n2"]] },
]; // prettier-ignore
const finding = { line: 1, column: 2, end_column: 4, severity: "error", message: "no", source: "g" };
const knownGrid = parseGrid(grid);
const knownStudy = parseStudy(study);

type Reader = (raw: unknown) => unknown;

function partOf(told: unknown, part: string): unknown {
  return isObject(told) ? told[part] : null;
}

const READERS: readonly (readonly [name: string, read: Reader, ...values: readonly unknown[]])[] = [
  ["messages", parseMessage, { kind: "commit", rev: 1, gid: "g1", origin: "s", ops }, { kind: "snapshot", document, gids: ["g1"] },
    { kind: "reject", gid: "g", reason: "no", code: "cycle", cycle_path: ["A", "B"] }],
  ["documents", parseDocument, document],
  ["overlays", parseOverlay, overlay],
  ["comparisons", parseComparison, partOf(overlay, "comparison")],
  ["changes", readChange, partOf(overlay, "change")],
  ["opinions", readOpinion, opinion],
  ["bounds", readBounds, partOf(overlay, "bounds")],
  ["edges of a view", (raw) => isObject(raw) && readViewedEdge(raw), edgeOf(view)],
  ["experiments", readExperiments, experiments],
  ["stored graphs", (raw) => readStored({ [GRAPH_MIME]: raw }), stored],
  ["edited graphs", readEdited, { document, drawn: document, name: "g", svg: "<svg/>", text: "A" }],
  ["settings", (raw) => isObject(raw) && readSettings(raw), { rewriteCells: true, writePositions: "never", diagnostics: false }],
  ["findings", parseFindings, [finding], { diagnostics: [finding] }],
  ["studies", parseStudy, study],
  ["weights", (raw) => parseWeights(raw, 2), weights],
  ["axes", (raw) => parseAxes(raw, 2), axes],
  ["answers", (raw) => parseAnswer(raw, knownStudy), answer],
  ["episodes", parseEpisodes, episodes],
  ["grids", parseGrid, grid],
  ["heads", (raw) => parseHeads(raw, knownGrid), [[0, 1], [1, 2]]],
  ["marks", (raw) => parseMarks(raw, knownGrid), marks],
  ["notes", (raw) => parseNote(raw, knownGrid), note],
]; // prettier-ignore

test.each(READERS.map(([name, read, ...values]) => ({ name, read, values })))("$name", ({ read, values }) => {
  for (const value of values) expect(read(value)).not.toBeNull();
  const odd = new OddValues(7);
  for (let run = 0; run < VALUES; run++) {
    const raw = odd.from(values[run % values.length]);
    try {
      read(raw);
    } catch (error) {
      throw new Error(`value ${run}`, { cause: error });
    }
  }
  expect({}).not.toHaveProperty("polluted");
}, 120_000 + VALUES * 60);
