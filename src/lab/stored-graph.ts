/** The graph that a cell's output holds: what a notebook keeps when its kernel is gone. */
import { parseDocument } from "../graph/wire";
import type { GraphDocument } from "../graph/model";

export const GRAPH_MIME = "application/vnd.causal-magics.graph+json";
export const WIDGET_MIME = "application/vnd.jupyter.widget-view+json";
const SVG_MIME = "image/svg+xml";
const TEXT_MIME = "text/plain";

type Bundle = Readonly<Record<string, unknown>>;

export interface StoredGraph {
  readonly document: GraphDocument;
  /** What hands drew of it, which the text of its cell says. */
  readonly drawn: GraphDocument;
  readonly name: string | null;
  /** The live editor's model in the kernel, null where there never was one. */
  readonly modelId: string | null;
  readonly comparison: unknown;
  readonly experiments: unknown;
}

/** What a live editor says about the graph that it shows now. */
export interface Edited {
  readonly document: GraphDocument;
  /** What hands drew of it; absent where nobody knows. */
  readonly drawn?: GraphDocument;
  readonly name?: string | null;
  /** What a policy found on it; absent where there is none. */
  readonly experiments?: unknown;
  readonly svg?: string;
  readonly text?: string;
}

function fieldsOf(value: unknown): Bundle | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Bundle) : null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The graph of an output, or null where the output holds none that can be read. */
export function readStored(bundle: Bundle): StoredGraph | null {
  const fields = fieldsOf(bundle[GRAPH_MIME]);
  const document = parseDocument(fields?.document);
  if (fields?.version !== 1 || !document) return null;
  const view = fieldsOf(bundle[WIDGET_MIME]);
  return {
    document,
    drawn: parseDocument(fields.drawn) ?? document,
    name: textOrNull(fields.name),
    modelId: textOrNull(fields.model_id) ?? textOrNull(view?.model_id),
    comparison: fields.comparison ?? null,
    experiments: fields.experiments ?? null,
  };
}

export function readEdited(detail: unknown): Edited | null {
  const fields = fieldsOf(detail);
  const document = parseDocument(fields?.document);
  if (!fields || !document) return null;
  const svg = textOrNull(fields.svg);
  const text = textOrNull(fields.text);
  return {
    document,
    ...("drawn" in fields ? { drawn: parseDocument(fields.drawn) ?? document } : {}),
    ...("name" in fields ? { name: textOrNull(fields.name) } : {}),
    ...("experiments" in fields ? { experiments: fields.experiments } : {}),
    ...(svg === null ? {} : { svg }),
    ...(text === null ? {} : { text }),
  };
}

/** The output's data with the edited graph in place of the one it held, or null where nothing is new. */
export function withEdited(bundle: Bundle, edited: Edited): Bundle | null {
  const fields = fieldsOf(bundle[GRAPH_MIME]);
  if (!fields) return null;
  const { document, drawn = document } = edited;
  const graph: Record<string, unknown> = { ...fields, document, drawn };
  if ("name" in edited) graph.name = edited.name;
  if ("experiments" in edited) graph.experiments = edited.experiments;
  if (drawn === document) delete graph.drawn;
  const next: Record<string, unknown> = { ...bundle, [GRAPH_MIME]: graph };
  if (edited.svg !== undefined) next[SVG_MIME] = edited.svg;
  if (edited.text !== undefined) next[TEXT_MIME] = edited.text;
  return JSON.stringify(next) === JSON.stringify(bundle) ? null : next;
}
