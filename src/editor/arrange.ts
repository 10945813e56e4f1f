/** Puts selected nodes in line, or at equal distances, as one step. */
import { snapped } from "./actions";
import type { Editor } from "./editor";
import { counted } from "./wording";

export type Arrangement = "row" | "column" | "spread-x" | "spread-y";

export const ARRANGEMENTS: readonly (readonly [Arrangement, string])[] = [
  ["row", "Align in a row"],
  ["column", "Align in a column"],
  ["spread-x", "Distribute across"],
  ["spread-y", "Distribute down"],
];

export function arrange(editor: Editor, how: Arrangement): void {
  const { nodes } = editor.screen.selection.peek();
  const chosen = editor.document.nodes.filter(({ id }) => nodes.has(id));
  if (chosen.length < 2) return editor.screen.announce("Select two nodes or more.");
  const axis = how === "row" || how === "spread-y" ? "y" : "x";
  const sorted = [...chosen].sort((a, b) => a[axis] - b[axis]);
  const [low, high] = [sorted[0]?.[axis] ?? 0, sorted.at(-1)?.[axis] ?? 0];
  const middle = snapped(chosen.reduce((sum, node) => sum + node[axis], 0) / chosen.length);
  const place = (index: number): number => (how === "row" || how === "column" ? middle : low + ((high - low) * index) / (sorted.length - 1));
  const positions = Object.fromEntries(
    sorted.map(({ id, x, y }, index): [string, [number, number]] => [id, axis === "x" ? [place(index), y] : [x, place(index)]]),
  );
  const word = how === "row" ? "aligned in a row" : how === "column" ? "aligned in a column" : "distributed";
  editor.edit([{ op: "move", positions }], `${counted(chosen.length, "node")} ${word}`);
}
