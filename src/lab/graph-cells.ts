/** The plugin that puts new graph cells into notebooks, and runs them. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, ISessionContextDialogs } from "@jupyterlab/apputils";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { CATEGORY, Commands } from "./commands";
import { graphIcon } from "./icons";
import { freeName, graphCell, planInsertion } from "./new-cell";
import { runCells } from "./running";
import { ICausalSettings, ICellsChannels } from "./tokens";

/** Puts the cells of a new graph below the active one; returns where they are. */
function insertGraph(panel: NotebookPanel, name: string, isRun: boolean, isLoaded: boolean): readonly number[] {
  const { content } = panel;
  const shared = content.model?.sharedModel;
  if (!shared) return [];
  const texts = shared.cells.map((cell) => (cell.cell_type === "code" ? cell.getSource() : null));
  const { at, replacesBlank, sources } = planInsertion(texts, content.activeCellIndex, graphCell(name, isRun), isLoaded);
  shared.transact(() => {
    shared.insertCells(at, sources.map((source) => ({ cell_type: "code", source, metadata: { trusted: true } })));
    if (replacesBlank) shared.deleteCell(at + sources.length);
  });
  return sources.map((_source, index) => at + index);
}

/** Lets the user write the body of a cell. */
async function write(panel: NotebookPanel, index: number): Promise<void> {
  const { content } = panel;
  await content.scrollToItem(index);
  content.mode = "edit";
  const editor = content.activeCell?.editor;
  editor?.setCursorPosition({ line: editor.lineCount - 1, column: 0 });
  editor?.focus();
}

type Parts = readonly [INotebookTracker, ICausalSettings, ICellsChannels, ISessionContextDialogs | null];

async function newCell(panel: NotebookPanel, [, settings, channels, dialogs]: Parts): Promise<void> {
  const { content } = panel;
  const channel = channels.of(panel);
  const isRun = settings.current.runInsertedCells;
  const texts = content.widgets.map(({ model }) => model.sharedModel.getSource());
  const name = freeName(texts, channel?.editors?.map((editor) => editor.name));
  const places = insertGraph(panel, name, isRun, channel?.editors != null);
  const last = places.at(-1);
  if (last === undefined) return;
  content.deselectAll();
  content.activeCellIndex = last;
  if (!isRun) return write(panel, last);
  await runCells(panel, content.widgets.slice(places[0], last + 1), channel, dialogs);
  await content.scrollToItem(last);
}

async function runAgain(panel: NotebookPanel, id: unknown, [, , channels, dialogs]: Parts): Promise<void> {
  const cell = panel.content.widgets.find(({ model }) => model.id === id);
  if (cell) await runCells(panel, [cell], channels.of(panel), dialogs);
}

export const graphCells: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:graph-cells",
  description: "Puts new graph cells into notebooks, from their toolbar and the command palette.",
  autoStart: true,
  requires: [INotebookTracker, ICausalSettings, ICellsChannels],
  optional: [ISessionContextDialogs, ICommandPalette],
  activate: (
    { commands }: JupyterFrontEnd,
    notebooks: INotebookTracker,
    settings: ICausalSettings,
    channels: ICellsChannels,
    dialogs: ISessionContextDialogs | null,
    palette: ICommandPalette | null,
  ) => {
    const parts: Parts = [notebooks, settings, channels, dialogs];
    commands.addCommand(Commands.newCell, {
      label: ({ toolbar }) => (toolbar ? "" : "New Graph Cell"),
      caption: "Insert a causal graph below",
      icon: graphIcon,
      isEnabled: () => notebooks.currentWidget?.content.model?.readOnly === false,
      execute: () => notebooks.currentWidget && newCell(notebooks.currentWidget, parts),
    });
    commands.addCommand(Commands.runCell, {
      label: "Run the Cell of a Graph",
      execute: ({ path, cell }) => {
        const panel = notebooks.find(({ context }) => context.path === path);
        return panel && runAgain(panel, cell, parts);
      },
    });
    notebooks.currentChanged.connect(() => commands.notifyCommandChanged(Commands.newCell));
    palette?.addItem({ command: Commands.newCell, category: CATEGORY });
  },
};
