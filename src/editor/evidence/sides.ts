/** Taking the side of the data or of the model: what it says of a pair becomes knowledge, as one edit. */
import { indexOf, isDirected, type DocumentEdge, type GraphDocument } from "../../graph/model";
import type { Operation } from "../../graph/operations";
import { accepts } from "../../graph/targets";
import type { Editor } from "../editor";
import { nameOf } from "../wording";
import type { PairTold, Verdict } from "./told";

export type SideName = "data" | "model";

/** What taking a side comes to: an edge that is required, or none either way. */
export type Demand = { readonly source: string; readonly target: string } | "none";

/** What a side demands of the document as it is; null where the side is undecided or says nothing. */
export function demandOf(document: GraphDocument, { a, b, model, data }: PairTold, side: SideName): Demand | null {
  const says = side === "data" ? data : model;
  const verdict = says?.verdict ?? null;
  if (!says || verdict === null) return null;
  const [forward, backward] = [{ source: a, target: b }, { source: b, target: a }];
  const demands: Readonly<Record<NonNullable<Verdict>, () => Demand>> = {
    none: () => "none",
    "->": () => forward,
    "<-": () => backward,
    "--": () => {
      const drawn = edgesBetween(document, a, b).find(isDirected);
      if (drawn) return drawn.source === a ? forward : backward;
      const likely = (says.backward ?? -Infinity) > (says.forward ?? -Infinity) ? [backward, forward] : [forward, backward];
      return likely.find((ends) => isOpen(document, ends)) ?? likely[0] ?? forward;
    },
  };
  return demands[verdict]();
}

/** "require Mek → Raf" or "forbid both directions" */
export function demandWords(document: GraphDocument, demand: Demand): string {
  if (demand === "none") return "forbid both directions";
  return `require ${nameOf(document, demand.source)} → ${nameOf(document, demand.target)}`;
}

/** The group of operations that a demand comes to. */
export function operationsFor(document: GraphDocument, { a, b }: Pick<PairTold, "a" | "b">, demand: Demand, freshId: () => string): Operation[] {
  const between = edgesBetween(document, a, b);
  if (demand !== "none") return required(between, demand, freshId);
  const [forbidden, drawn] = [between.filter((edge) => !isDrawn(edge)), between.filter(isDrawn)];
  const [kept] = drawn.filter(isDirected);
  const gone = drawn.filter((edge) => edge !== kept).map(remove);
  const missing = [[a, b], [b, a]].filter(([source]) => [...forbidden, kept].every((edge) => edge?.source !== source));
  return [
    ...gone,
    ...(kept ? [{ op: "set_edge", id: kept.id, knowledge: "forbidden" } as const] : []),
    ...missing.map(([source = "", target = ""]) => ({ op: "add_edge", ...blank(freshId(), source, target), knowledge: "forbidden" }) as const),
  ];
}

function required(between: readonly DocumentEdge[], { source, target }: Exclude<Demand, "none">, freshId: () => string): Operation[] {
  const along = (edge: DocumentEdge): boolean => edge.source === source && edge.target === target;
  const standing = between.find((edge) => along(edge) && isDirected(edge));
  const gone = between.filter((edge) => edge !== standing && (isDrawn(edge) || along(edge))).map(remove);
  if (standing) return [...gone, { op: "set_edge", id: standing.id, knowledge: "required" }];
  return [...gone, { op: "add_edge", ...blank(freshId(), source, target), knowledge: "required" }];
}

/** Takes a side, as one step of undo; whether the document took it. */
export function takeSide(editor: Editor, pair: PairTold, side: SideName, sideName: string): boolean {
  const { document } = editor;
  const demand = demandOf(document, pair, side);
  if (!demand) return false;
  const ops = operationsFor(document, pair, demand, () => editor.session.freshId("e"));
  if (!editor.edit(ops, `${sideName}: ${demandWords(document, demand)}`)) return false;
  const { edges } = editor.screen.selection.peek();
  const wasHeld = edgesBetween(document, pair.a, pair.b).some(({ id }) => edges.has(id));
  if (wasHeld) editor.select([], edgesBetween(editor.document, pair.a, pair.b).slice(0, 1).map(({ id }) => id));
  return true;
}

const isDrawn = ({ knowledge }: DocumentEdge): boolean => knowledge !== "forbidden";
const remove = ({ id }: DocumentEdge): Operation => ({ op: "delete_edge", id });
const blank = (id: string, source: string, target: string): DocumentEdge => ({ id, source, target, mark: "->", knowledge: null, confidence: null, bits: null });

/** Every edge of a pair, drawn or forbidden. */
export function edgesBetween(document: GraphDocument, a: string, b: string): readonly DocumentEdge[] {
  return (indexOf(document).incident.get(a) ?? []).filter(({ source, target }) => source === b || target === b);
}

/** Whether an edge could stand once the others of its pair are gone. */
function isOpen(document: GraphDocument, { source, target }: Exclude<Demand, "none">): boolean {
  const others = new Set(edgesBetween(document, source, target));
  const without = { ...document, edges: document.edges.filter((edge) => !others.has(edge)) };
  return accepts(without, blank(" ", source, target));
}
