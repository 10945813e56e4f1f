/** The graphs that a notebook's outputs hold. */
import { CodeCell } from "@jupyterlab/cells";
import type { NotebookPanel } from "@jupyterlab/notebook";
import type { GraphAddress } from "./live-graphs";
import { readStored, type StoredGraph } from "./stored-graph";

export interface FoundGraph {
  readonly stored: StoredGraph;
  readonly cell: string;
}

/** What the notebook keeps of a graph: by its model, else by its cell, else by its name. */
export function findStored({ content }: NotebookPanel, { modelId, name, cell }: GraphAddress): FoundGraph | null {
  const all = content.widgets.flatMap((widget) => (widget instanceof CodeCell ? storedIn(widget) : []));
  return (
    all.find(({ stored }) => stored.modelId === modelId) ??
    all.find((each) => each.cell === cell && each.stored.name === name) ??
    all.find((each) => name !== null && each.stored.name === name) ??
    null
  );
}

function storedIn({ model }: CodeCell): FoundGraph[] {
  const found: FoundGraph[] = [];
  for (let index = 0; index < model.outputs.length; index += 1) {
    const stored = readStored(model.outputs.get(index).data);
    if (stored) found.push({ stored, cell: model.id });
  }
  return found;
}

/** What stands beside a cell of a notebook, as in "In [3]"; null where it has no such cell. */
export function promptOf({ content }: NotebookPanel, id: string): string | null {
  const cell = content.widgets.find(({ model }) => model.id === id);
  return cell instanceof CodeCell ? `In [${cell.model.executionCount ?? " "}]` : null;
}
