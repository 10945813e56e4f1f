/** The plugin that gives every notebook its channel to the kernel. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { CellsChannel } from "./cells-channel";
import { mentionsMagic } from "./cell-text";
import { ICellsChannels } from "./tokens";

/** Whether a notebook uses our magic or loads it. */
function usesMagic(panel: NotebookPanel): boolean {
  const cells = panel.content.model?.sharedModel.cells ?? [];
  return cells.some((cell) => cell.cell_type === "code" && isOurs(cell.getSource()));
}

function isOurs(source: string): boolean {
  return mentionsMagic(source) || source.includes("causal_magics");
}

export const cellsChannels: JupyterFrontEndPlugin<ICellsChannels> = {
  id: "causal-magics:cells-channels",
  description: "Connects the cells of notebooks with the kernel's side of them.",
  autoStart: true,
  optional: [INotebookTracker],
  provides: ICellsChannels,
  activate: (_app: JupyterFrontEnd, notebooks: INotebookTracker | null): ICellsChannels => {
    const channels = new Map<NotebookPanel, CellsChannel>();
    const make = (panel: NotebookPanel): CellsChannel => {
      const channel = new CellsChannel(panel.sessionContext, () => usesMagic(panel));
      channels.set(panel, channel);
      void Promise.all([panel.context.ready, panel.sessionContext.ready]).then(() => channel.open());
      panel.disposed.connect(() => {
        channel.dispose();
        channels.delete(panel);
      });
      return channel;
    };
    // A notebook is the current one before it is said to be added: whoever asks first makes its channel.
    const of = (panel: NotebookPanel): CellsChannel | null => (panel.isDisposed ? null : (channels.get(panel) ?? make(panel)));
    notebooks?.widgetAdded.connect((_tracker, panel) => void of(panel));
    return { of };
  },
};
