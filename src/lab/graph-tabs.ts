/** The plugin that opens live graphs in tabs of their own, beside their notebooks. */
import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, InputDialog, MainAreaWidget, WidgetTracker } from "@jupyterlab/apputils";
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import { UUID, type ReadonlyPartialJSONObject } from "@lumino/coreutils";
import { CATEGORY, Commands } from "./commands";
import { GraphTab } from "./graph-tab";
import { listGraphs, type GraphAddress } from "./live-graphs";
import { graphIcon } from "./icons";
import { promptOf } from "./notebook-graphs";
import { ICellsChannels } from "./tokens";

type Tab = MainAreaWidget<GraphTab>;

interface Target {
  readonly path: string;
  readonly address: GraphAddress;
  /** The id of the tab, where a tab of an earlier page is restored. */
  readonly tab?: string | null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** The graph that a command's arguments name, null where they name none. */
function targetOf({ path, modelId, name, title, cell, tab }: ReadonlyPartialJSONObject): Target | null {
  if (typeof path !== "string" || typeof modelId !== "string") return null;
  const address = { modelId, name: textOrNull(name), title: textOrNull(title) ?? "", cell: textOrNull(cell) };
  return { path, address, tab: textOrNull(tab) };
}

class Tabs {
  readonly tracker = new WidgetTracker<Tab>({ namespace: "causal-magics-graphs" });

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly notebooks: INotebookTracker,
    private readonly channels: ICellsChannels,
    private readonly isLab: boolean,
  ) {
    notebooks.widgetAdded.connect((_tracker, panel) => {
      void panel.context.ready.then(() => this.tracker.forEach(({ content }) => content.path === panel.context.path && content.follow(panel)));
    });
  }

  /** Opens a graph, or the tab that shows it already. */
  open(target: Target): Tab {
    const { path, address } = target;
    const shown = this.tracker.find(({ content }) => content.path === path && content.address.modelId === address.modelId);
    const tab = shown ?? this.make(target);
    this.app.shell.activateById(tab.id);
    return tab;
  }

  /** The graph that is meant where none is named: the active cell's, the only one, or the one that is chosen. */
  async choose(): Promise<Target | null> {
    const panel = this.notebooks.currentWidget;
    const editors = (panel && this.channels.of(panel)?.editors) ?? [];
    if (!panel || editors.length === 0) return null;
    const cell = panel.content.activeCell?.model.id;
    const near = editors.filter((editor) => editor.cell === cell);
    const [only, ...others] = near.length > 0 ? near : editors;
    if (only && others.length === 0) return { path: panel.context.path, address: only };
    const items = listGraphs(editors, (id) => promptOf(panel, id)).map(({ label, detail }) => `${label} (${detail})`);
    const { value } = await InputDialog.getItem({ title: "Open which graph?", items });
    const chosen = editors[items.indexOf(value ?? "")];
    return chosen ? { path: panel.context.path, address: chosen } : null;
  }

  hasLive(): boolean {
    const panel = this.notebooks.currentWidget;
    return panel !== null && (this.channels.of(panel)?.editors ?? []).length > 0;
  }

  private notebook(path: string): NotebookPanel | null {
    return this.notebooks.find(({ context }) => context.path === path) ?? null;
  }

  private make({ path, address, tab: id }: Target): Tab {
    const { commands, shell } = this.app;
    const content: GraphTab = new GraphTab(path, address, {
      channelOf: (panel) => this.channels.of(panel),
      remedy: (remedy, cell) =>
        void (remedy === "open-notebook"
          ? commands.execute("docmanager:open", { path: content.path, options: { mode: "split-left", ref: tab.id } })
          : commands.execute(Commands.runCell, { path: content.path, cell })),
    });
    const tab = new MainAreaWidget({ content });
    tab.toolbar.hide();
    tab.id = id ?? `causal-graph-${UUID.uuid4()}`;
    const panel = this.notebook(path);
    const beside = this.tracker.find((other) => other.content.path === path && other.isAttached);
    const placed = beside ? { mode: "tab-after", ref: beside.id } : { mode: "split-right", ref: panel?.id ?? null };
    void this.tracker.add(tab);
    shell.add(tab, this.isLab ? "main" : "right", placed as Parameters<typeof shell.add>[2]);
    content.moved.connect(() => void this.tracker.save(tab));
    if (panel) content.follow(panel);
    return tab;
  }
}

export const graphTabs: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:graph-tabs",
  description: "Opens live graphs in tabs of their own, beside their notebooks.",
  autoStart: true,
  requires: [INotebookTracker, ICellsChannels],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    channels: ICellsChannels,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
  ) => {
    const tabs = new Tabs(app, notebooks, channels, labShell !== null);
    app.commands.addCommand(Commands.openGraph, {
      label: "Open Graph in Its Own Tab",
      caption: "Open a live graph of the notebook beside it",
      icon: graphIcon,
      isEnabled: (args) => targetOf(args) !== null || tabs.hasLive(),
      execute: async (args) => {
        const target = targetOf(args) ?? (await tabs.choose());
        return target && tabs.open(target);
      },
    });
    void restorer?.restore(tabs.tracker, {
      command: Commands.openGraph,
      args: ({ content, id }) => ({ path: content.path, ...content.address, tab: id }),
      // The layout keeps this name, so it stays when the graph gets another.
      name: ({ id }) => id,
    });
    palette?.addItem({ command: Commands.openGraph, category: CATEGORY });
  },
};
