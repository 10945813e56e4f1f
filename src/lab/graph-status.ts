/** Why a graph cannot be edited in its tab, in words, and what would bring it back. */
import { labelOf, type GraphAddress } from "./live-graphs";

export interface Surroundings {
  readonly path: string;
  readonly isNotebookOpen: boolean;
  /** Notebook and kernel are known, and the kernel has had the time to say what it has. */
  readonly isSettled: boolean;
  readonly hasKernel: boolean;
  /** The notebook still has the cell that opened the graph. */
  readonly hasCell: boolean;
}

export type Remedy = "open-notebook" | "run-cell";

export interface Loss {
  readonly text: string;
  readonly remedy: Remedy | null;
}

export function describeLoss(address: GraphAddress, around: Surroundings): Loss {
  const file = around.path.replace(/^.*\//u, "");
  const label = labelOf(address);
  if (!around.isNotebookOpen) return { text: `${file} is closed. Open it to go on editing ${label}.`, remedy: "open-notebook" };
  if (!around.isSettled) return { text: `Looking for ${label} in ${file} …`, remedy: null };
  const reason = around.hasKernel ? `${label} is no longer open in the kernel.` : `The kernel of ${file} is not running.`;
  if (!around.hasCell) return { text: `${reason} The cell that opened it is gone, too.`, remedy: null };
  return { text: `${reason} Run the cell of ${label} again to go on editing.`, remedy: "run-cell" };
}
