/** The graphs that are live in a kernel, as they are listed and found again. */
import type { LiveEditor } from "./cells-channel";

/** What is known of a graph that was shown, also once its editor is gone. */
export type GraphAddress = Pick<LiveEditor, "modelId" | "name" | "title" | "cell">;

export interface ListedGraph {
  readonly modelId: string;
  readonly label: string;
  /** How large it is, and where it is where another has the same label. */
  readonly detail: string;
}

/** What a graph is called on the screen. */
export function labelOf({ name, title }: Pick<LiveEditor, "name" | "title">): string {
  return name ?? (title || "Unnamed graph");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The editors as they are listed; `promptOf` gives what stands beside a cell, as in "In [3]". */
export function listGraphs(editors: readonly LiveEditor[], promptOf: (cell: string) => string | null): ListedGraph[] {
  const labels = editors.map(labelOf);
  return editors.map((editor, index) => {
    const label = labels[index] ?? "";
    const isTwin = labels.indexOf(label) !== labels.lastIndexOf(label);
    const prompt = isTwin && editor.cell !== null ? promptOf(editor.cell) : null;
    const size = `${counted(editor.nodes, "node")}, ${counted(editor.edges, "edge")}`;
    return { modelId: editor.modelId, label, detail: prompt === null ? size : `${size} · ${prompt}` };
  });
}

/**
 * The editor that shows a graph now: the one it was, or the one that its cell or its name has since the cell was run
 * again or the kernel restarted.
 */
export function findGraph(editors: readonly LiveEditor[], { modelId, name, cell }: GraphAddress): LiveEditor | null {
  const sameName = ({ name: other }: LiveEditor): boolean => other === name;
  const inCell = cell === null ? [] : editors.filter((editor) => editor.cell === cell);
  return (
    editors.find((editor) => editor.modelId === modelId) ??
    inCell.filter(sameName).at(-1) ??
    (inCell.length === 1 ? inCell[0] : null) ??
    (name === null ? null : editors.filter(sameName).at(-1)) ??
    null
  );
}
