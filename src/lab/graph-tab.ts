/** One live graph of a notebook in a tab of its own: found again when its cell runs again, its kernel restarts or the page loads. */
import type { NotebookPanel } from "@jupyterlab/notebook";
import type { Message } from "@lumino/messaging";
import { Signal } from "@lumino/signaling";
import { Panel } from "@lumino/widgets";
import type { CellsChannel } from "./cells-channel";
import { drawStored } from "./draw-stored";
import { describeLoss, type Remedy } from "./graph-status";
import { graphIcon } from "./icons";
import { LiveGraph } from "./live-graph";
import { findGraph, labelOf, type GraphAddress } from "./live-graphs";
import { findStored } from "./notebook-graphs";
import { Notice } from "./notice";

/** How long a kernel may take to say which editors it has, in ms. */
const PATIENCE = 4_000;
const REMEDIES: Readonly<Record<Remedy, string>> = { "open-notebook": "Open the notebook", "run-cell": "Run the cell" };

export interface TabOptions {
  readonly channelOf: (panel: NotebookPanel) => CellsChannel | null;
  /** Does what brings the graph back; the cell is its cell's id. */
  readonly remedy: (remedy: Remedy, cell: string | null) => void;
}

export class GraphTab extends Panel {
  /** The graph has another name or model than it had, or the notebook another path. */
  readonly moved = new Signal<this, void>(this);
  readonly #options: TabOptions;
  readonly #notice = new Notice();
  readonly #graph: LiveGraph;
  #path: string;
  #address: GraphAddress;
  #notebook: NotebookPanel | null = null;
  #isSettled = false;
  #isAwaited = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(path: string, address: GraphAddress, options: TabOptions) {
    super();
    this.#path = path;
    this.#address = address;
    this.#options = options;
    this.#graph = new LiveGraph({ draw: drawStored, rendermime: () => this.#notebook?.content.rendermime ?? null, nothing: "" });
    this.#graph.liveChanged.connect((_graph, isLive) => isLive && this.#focusLate());
    this.addClass("jp-CausalGraphTab");
    this.addClass("is-filling");
    this.node.tabIndex = -1;
    this.addWidget(this.#notice);
    this.addWidget(this.#graph);
    this.title.icon = graphIcon;
    this.title.closable = true;
    this.#refresh();
  }

  get path(): string {
    return this.#path;
  }

  get address(): GraphAddress {
    return this.#address;
  }

  /** Looks for the graph in a notebook from now on. */
  follow(panel: NotebookPanel): void {
    if (this.isDisposed || this.#notebook === panel) return;
    this.#notebook = panel;
    this.#await();
    const channel = this.#options.channelOf(panel);
    channel?.changed.connect(this.#refresh, this);
    panel.context.pathChanged.connect(this.#pathChanged, this);
    panel.disposed.connect(this.#left, this);
    void Promise.all([panel.context.ready, panel.sessionContext.ready]).then(() => this.#await());
  }

  /** Shows what there is of the graph now, and says what is missing. */
  #refresh(): void {
    if (this.isDisposed) return;
    const panel = this.#notebook;
    const channel = panel && this.#options.channelOf(panel);
    const editor = findGraph(channel?.editors ?? [], this.#address);
    if (editor) this.#move(this.#path, editor);
    const found = panel && findStored(panel, this.#address);
    // The kernel's model ends with the notebook's connection to it.
    this.#graph.showGraph(editor?.modelId ?? null, found?.stored ?? null);
    this.#retitle();
    if (editor) return this.#notice.say(null);
    const cell = found?.cell ?? this.#address.cell;
    const { text, remedy } = describeLoss(this.#address, {
      path: this.#path,
      isNotebookOpen: panel !== null,
      isSettled: this.#isSettled || channel?.editors != null,
      hasKernel: channel?.hasKernel ?? false,
      hasCell: panel?.content.widgets.some(({ model }) => model.id === cell) ?? false,
    });
    this.#notice.say(text, remedy ? REMEDIES[remedy] : "", () => remedy && this.#options.remedy(remedy, cell));
  }

  override dispose(): void {
    if (this.isDisposed) return;
    clearTimeout(this.#timer);
    this.#unfollow();
    super.dispose();
    Signal.clearData(this);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.#focus();
  }

  #await(): void {
    this.#isSettled = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isSettled = true;
      this.#refresh();
    }, PATIENCE);
    this.#refresh();
  }

  #unfollow(): void {
    const panel = this.#notebook;
    this.#notebook = null;
    if (!panel) return;
    this.#options.channelOf(panel)?.changed.disconnect(this.#refresh, this);
    panel.context.pathChanged.disconnect(this.#pathChanged, this);
    panel.disposed.disconnect(this.#left, this);
  }

  #left(): void {
    this.#unfollow();
    this.#refresh();
  }

  #pathChanged(_context: unknown, path: string): void {
    this.#move(path, this.#address);
    this.#refresh();
  }

  #move(path: string, { modelId, name, title, cell }: GraphAddress): void {
    const before = JSON.stringify([this.#path, this.#address]);
    this.#path = path;
    this.#address = { modelId, name, title, cell };
    if (JSON.stringify([path, this.#address]) !== before) this.moved.emit();
  }

  #retitle(): void {
    this.title.label = labelOf(this.#address);
    this.title.caption = `Causal graph ${this.title.label} of ${this.#path}`;
  }

  /** Gives the keyboard to the canvas, as soon as there is one. */
  #focus(): void {
    const drawing = this.node.querySelector<SVGElement>('[role="application"]');
    (drawing?.querySelector<SVGElement>('[tabindex="0"]') ?? drawing ?? this.node).focus();
    this.#isAwaited = !this.#graph.isLive;
  }

  /** The tab was given the keyboard before its editor was there, and nothing else has taken it since. */
  #focusLate(): void {
    const { activeElement: focused, body } = document;
    if (!this.#isAwaited || !(focused === body || this.node.contains(focused))) return;
    const observer = new MutationObserver(() => look());
    const look = (): void => {
      if (!this.node.querySelector('[role="application"]')) return;
      observer.disconnect();
      this.#focus();
    };
    observer.observe(this.node, { childList: true, subtree: true });
    this.disposed.connect(() => observer.disconnect());
    look();
  }
}
