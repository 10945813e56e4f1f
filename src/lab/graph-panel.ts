/** The panel that lists the live graphs of the active notebook. */
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { h, render } from "preact";
import type { CellsChannel } from "./cells-channel";
import { GraphList } from "./graph-list";
import { graphIcon } from "./icons";
import { listGraphs, type GraphAddress } from "./live-graphs";
import { promptOf } from "./notebook-graphs";
import type { ICellsChannels } from "./tokens";

export interface PanelOptions {
  readonly notebooks: INotebookTracker;
  readonly channels: ICellsChannels;
  readonly open: (path: string, address: GraphAddress) => void;
  readonly add: () => void;
}

export class GraphPanel extends Widget {
  readonly #options: PanelOptions;
  #notebook: NotebookPanel | null = null;
  #channel: CellsChannel | null = null;

  constructor(options: PanelOptions) {
    super();
    this.#options = options;
    this.id = "causal-magics-live-graphs";
    this.addClass("jp-CausalGraphs");
    this.title.icon = graphIcon;
    this.title.caption = "Causal graphs";
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", "Causal graphs");
    this.node.tabIndex = -1;
    options.notebooks.currentChanged.connect(this.#follow, this);
    this.#follow();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#options.notebooks.currentChanged.disconnect(this.#follow, this);
    this.#leave();
    render(null, this.node);
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    (this.node.querySelector("button") ?? this.node).focus();
  }

  protected override onUpdateRequest(message: Message): void {
    super.onUpdateRequest(message);
    const panel = this.#notebook;
    const editors = this.#channel?.editors ?? [];
    render(
      h(GraphList, {
        notebook: panel?.title.label ?? null,
        graphs: panel ? listGraphs(editors, (cell) => promptOf(panel, cell)) : [],
        empty: this.#empty(),
        canAdd: panel !== null,
        open: (modelId) => {
          const editor = editors.find((each) => each.modelId === modelId);
          if (panel && editor) this.#options.open(panel.context.path, editor);
        },
        add: this.#options.add,
      }),
      this.node,
    );
  }

  #changed(): void {
    this.update();
  }

  #empty(): string {
    if (!this.#notebook) return "Open a notebook to see its causal graphs here.";
    if (!this.#channel?.hasKernel) return "This notebook has no running kernel. Its graphs are listed here while one has them.";
    return "No graph is open in this notebook yet. Run a %%causal graph cell, or start with an empty one.";
  }

  #follow(): void {
    this.#leave();
    const panel = this.#options.notebooks.currentWidget;
    this.#notebook = panel;
    this.#channel = panel && this.#options.channels.of(panel);
    this.#channel?.changed.connect(this.#changed, this);
    panel?.title.changed.connect(this.#changed, this);
    this.update();
  }

  #leave(): void {
    this.#channel?.changed.disconnect(this.#changed, this);
    this.#notebook?.title.changed.disconnect(this.#changed, this);
    this.#channel = this.#notebook = null;
  }
}
