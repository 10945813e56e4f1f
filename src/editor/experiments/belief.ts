/** What is believed beside what is drawn. */
import { isDirected, type DocumentEdge } from "../../graph/model";
import type { ViewedEdge } from "../overlay";
import type { Believed } from "./told";

export type Misbelief = "added" | "missing" | "reversed";

/** An edge that is believed, or one that is drawn and not believed; null where both agree. */
export type BelievedEdge = ViewedEdge & { readonly status: Misbelief | null };

export function beliefBeside(believed: readonly Believed[], drawn: readonly DocumentEdge[]): readonly BelievedEdge[] {
  const key = (source: string, target: string): string => `${source} ${target}`;
  const truth = drawn.filter((edge) => isDirected(edge) && edge.knowledge !== "forbidden");
  const known = new Set(truth.map(({ source, target }) => key(source, target)));
  const held = new Set(believed.flatMap(({ source, target }) => [key(source, target), key(target, source)]));
  const edge = (source: string, target: string, confidence: number | null, status: Misbelief | null): BelievedEdge =>
    ({ source, target, mark: "->", confidence, bits: null, status });
  return [
    ...believed.map(({ source, target, confidence }) =>
      edge(source, target, confidence, known.has(key(source, target)) ? null : known.has(key(target, source)) ? "reversed" : "added")),
    ...truth.filter(({ source, target }) => !held.has(key(source, target))).map(({ source, target }) => edge(source, target, null, "missing")),
  ]; // prettier-ignore
}
