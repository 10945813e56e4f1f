/** The editor in a plain page, before a kernel that lives in the page too. */
import { mountEditor, renderReadOnly } from "../../../src/editor";
import type { DocumentEdge, DocumentNode, GraphDocument, Role } from "../../../src/graph/model";
import { nodeShape } from "../../../src/graph/geometry";
import { layout } from "../../../src/graph/layout";
import { seeded } from "../editor/random-edits";
import { SimulatedKernel } from "../editor/simulated-kernel";

const node = (id: string, x: number, y: number, ...roles: Role[]): DocumentNode => ({ id, name: id, roles, x, y });
const edge = (source: string, target: string, rest: Partial<DocumentEdge> = {}): DocumentEdge => ({
  id: `${source}-${target}`, source, target, mark: "->", knowledge: null, confidence: null, bits: null, ...rest,
}); // prettier-ignore

/** The graph of the design's picture. */
const SMOKING: GraphDocument = {
  version: 1,
  rev: 42,
  nodes: [
    node("Age", 250, 45, "adjusted"), node("Smoking", 90, 80, "latent"), node("Gene", 430, 70), node("Tar", 270, 150),
    node("Treatment", 110, 190, "exposure"), node("Outcome", 430, 190, "outcome"), node("Diet", 90, 300),
    node("Hospitalised", 330, 300, "selection"),
  ],
  edges: [
    edge("Age", "Treatment"), edge("Age", "Outcome", { knowledge: "required" }), edge("Age", "Gene", { mark: "@-@" }),
    edge("Gene", "Outcome", { mark: "@->" }), edge("Smoking", "Treatment"), edge("Smoking", "Outcome"),
    edge("Treatment", "Tar", { confidence: 0.9, bits: 41.2 }), edge("Tar", "Outcome", { confidence: 0.6, bits: 12.5 }),
    edge("Diet", "Treatment", { mark: "<->" }), edge("Treatment", "Hospitalised"),
    edge("Diet", "Hospitalised", { knowledge: "forbidden" }),
  ],
  tiers: [],
}; // prettier-ignore

/** A layered random graph with twice as many edges as nodes. */
function randomDocument(count: number): GraphDocument {
  const random = seeded(count);
  const names = Array.from({ length: count }, (_, i) => `V${i}`);
  const pairs = new Map<string, [string, string]>();
  while (pairs.size < 2 * count - 4) {
    const from = Math.floor(random() * (count - 1));
    const to = Math.min(count - 1, from + 1 + Math.floor(random() * 12));
    pairs.set(`${from} ${to}`, [`V${from}`, `V${to}`]);
  }
  const ends = [...pairs.values()];
  const sizes = names.map((id) => ({ id, width: nodeShape(id).width, height: nodeShape(id).height }));
  const places = layout(sizes, ends);
  const nodes = names.map((id) => node(id, ...(places.get(id) ?? [0, 0])));
  return { version: 1, rev: 1, nodes, edges: ends.map(([a, b]) => edge(a, b)), tiers: [] };
}

function connect(document: GraphDocument, answers: boolean): { kernel: SimulatedKernel; wire: ReturnType<SimulatedKernel["connect"]> } {
  const kernel = new SimulatedKernel(document);
  const wire = kernel.connect();
  wire.traits.set("snapshot", document);
  wire.traits.set("title", "g");
  wire.traits.set("columns", ["Age", "Tar", "Income"]);
  if (answers) setInterval(() => wire.settle(), 5);
  return { kernel, wire };
}

const bench = {
  SMOKING,
  randomDocument,
  mountEditor,
  renderReadOnly,
  /** Shows a document; with `answers: false` the kernel is busy for ever. */
  open(host: HTMLElement, document: GraphDocument, answers = true) {
    const ends = connect(document, answers);
    return { ...ends, dispose: mountEditor(host, ends.wire) };
  },
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
