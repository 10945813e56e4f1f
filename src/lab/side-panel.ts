/** The plugin that lists the live graphs of the active notebook beside it. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { CATEGORY, Commands } from "./commands";
import { GraphPanel } from "./graph-panel";
import { graphIcon } from "./icons";
import { ICausalSettings, ICellsChannels } from "./tokens";

/** Below the table of contents. */
const RANK = 450;

export const sidePanel: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:side-panel",
  description: "Lists the live graphs of the active notebook.",
  autoStart: true,
  requires: [INotebookTracker, ICellsChannels, ICausalSettings],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    { commands, shell }: JupyterFrontEnd,
    notebooks: INotebookTracker,
    channels: ICellsChannels,
    settings: ICausalSettings,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const panel = new GraphPanel({
      notebooks,
      channels,
      open: (path, { modelId, name, title, cell }) => void commands.execute(Commands.openGraph, { path, modelId, name, title, cell }),
      add: () => void commands.execute(Commands.newCell),
    });
    const follow = (): void => {
      const { sidePanel: isWanted } = settings.current;
      if (isWanted && !panel.isAttached) shell.add(panel, "left", { rank: RANK, type: "Causal graphs" });
      else if (!isWanted) panel.parent = null;
      commands.notifyCommandChanged(Commands.showPanel);
    };
    commands.addCommand(Commands.showPanel, {
      label: "Show Live Graphs",
      caption: "Show the panel with the live graphs of the notebook",
      icon: graphIcon,
      isEnabled: () => settings.current.sidePanel,
      execute: () => shell.activateById(panel.id),
    });
    restorer?.add(panel, panel.id);
    follow();
    settings.changed.connect(follow);
    palette?.addItem({ command: Commands.showPanel, category: CATEGORY });
  },
};
