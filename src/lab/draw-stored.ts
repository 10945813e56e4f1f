import type { StoredGraph } from "./stored-graph";

/** Draws a graph that no kernel holds any more. */
export function drawStored(host: HTMLElement, stored: StoredGraph): void {
  host.textContent = `${stored.name ?? "graph"}: ${stored.document.nodes.length} nodes`;
}
