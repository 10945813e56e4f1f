/** Draws a graph that no kernel has, as a picture to look at. */
import { renderReadOnly } from "../editor";
import type { StoredGraph } from "./stored-graph";

export function drawStored(host: HTMLElement, { document, name, comparison, experiments }: StoredGraph): () => void {
  return renderReadOnly(host, document, { name, comparison, experiments });
}
