/** Runs cells of ours, after the cell that loads the magic where the kernel does not have it yet. */
import type { ISessionContext } from "@jupyterlab/apputils";
import type { Cell } from "@jupyterlab/cells";
import { NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";
import type { CellsChannel } from "./cells-channel";
import { loadsMagic } from "./new-cell";

export async function runCells(
  { content, sessionContext }: NotebookPanel,
  cells: readonly Cell[],
  channel: CellsChannel | null,
  dialogs: ISessionContext.IDialogs | null,
): Promise<void> {
  // Asked once, and not by each cell.
  if (sessionContext.hasNoKernel) await dialogs?.selectKernel(sessionContext);
  if (sessionContext.hasNoKernel) return;
  const loading = channel?.editors ? undefined : content.widgets.find(({ model }) => loadsMagic(model.sharedModel.getSource()));
  const first = loading && !cells.includes(loading) ? [loading] : [];
  await NotebookActions.runCells(content, [...first, ...cells], sessionContext, dialogs ?? undefined);
}
