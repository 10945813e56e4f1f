/** Draws a cell's graph: the live editor while the kernel has it, else a picture from the stored document. */
import { CodeCell } from "@jupyterlab/cells";
import { OutputArea } from "@jupyterlab/outputarea";
import { MimeModel, type IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Message } from "@lumino/messaging";
import { Panel, Widget } from "@lumino/widgets";
import { STORED_EVENT } from "../editor";
import type { GraphDocument } from "../graph/model";
import type { CellText, Rewritten } from "./cell-rewrite";
import { readEdited, readStored, WIDGET_MIME, withEdited, type StoredGraph } from "./stored-graph";

/** Draws a stored graph into an element; returns the function that takes it away. */
export type DrawStored = (host: HTMLElement, stored: StoredGraph) => () => void;

/** Writes an edit into the text of the cell that the graph came from. */
export type Rewrite = (cell: CellText, before: GraphDocument, after: GraphDocument) => Rewritten;

/**
 * When to look for the live editor, in ms after the one before: the widget manager of a notebook
 * arrives late, and asks for a model during 2 s before it gives up.
 */
const ATTEMPTS = [0, 300, 1_000, 2_500, 2_500, 5_000, 10_000, 20_000];
const PATIENCE = 2_500;

type Output = IRenderMime.IMimeModel;

export class GraphRenderer extends Panel implements IRenderMime.IRenderer {
  private readonly picture = new Widget();
  private output: Output | null = null;
  private stored: StoredGraph | null = null;
  private live: Panel | null = null;
  private erase: () => void = () => undefined;
  private search = 0;
  /** What the cell's text says, as far as is known. */
  private written: GraphDocument | null = null;
  private readonly warning = new Widget();

  constructor(
    private readonly draw: DrawStored,
    private readonly rewrite: Rewrite = () => "none",
  ) {
    super();
    this.addClass("jp-CausalGraph");
    this.addWidget(this.picture);
    this.warning.addClass("jp-CausalGraph-warning");
    this.warning.hide();
    this.addWidget(this.warning);
    this.node.addEventListener(STORED_EVENT, (event) => this.keep(event));
  }

  /** Shows an output; called again when its data changed. */
  renderModel(output: Output): Promise<void> {
    const before = this.stored;
    this.output = output;
    this.stored = readStored(output.data);
    this.written ??= this.stored?.document ?? null;
    const sameModel = before !== null && before.modelId === this.stored?.modelId;
    if (this.live && sameModel) return Promise.resolve();
    this.dropLive();
    this.drawPicture();
    if (!sameModel) this.startSearch();
    return Promise.resolve();
  }

  override dispose(): void {
    this.search += 1;
    this.erase();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.startSearch();
  }

  protected override onBeforeDetach(message: Message): void {
    this.search += 1;
    super.onBeforeDetach(message);
  }

  private drawPicture(): void {
    this.erase();
    this.erase = this.stored ? this.draw(this.picture.node, this.stored) : () => undefined;
    if (!this.stored) this.picture.node.textContent = "This output holds no graph that this version can read.";
  }

  /** Writes what the live editor shows into the output, so that the saved notebook has it. */
  private keep(event: Event): void {
    event.stopPropagation();
    const edited = readEdited((event as CustomEvent<unknown>).detail);
    if (edited) this.writeIntoCell(edited.document);
    const data = edited && this.output ? withEdited(this.output.data, edited) : null;
    if (data && this.output) this.output.setData({ data: data as Output["data"], metadata: this.output.metadata });
  }

  private writeIntoCell(document: GraphDocument): void {
    const cell = this.ancestor(CodeCell);
    if (!cell || !this.written || cell.model.getMetadata("editable") === false) return;
    const outcome = this.rewrite(cell.model.sharedModel, this.written, document);
    this.written = document;
    this.warning.node.textContent = "The text of this cell was left as it is: it cannot be read, or holds {{expressions}}.";
    this.warning.setHidden(outcome !== "kept");
  }

  private ancestor<Kind extends Widget>(kind: new (...parts: never[]) => Kind): Kind | null {
    for (let widget: Widget | null = this.parent; widget; widget = widget.parent) {
      if (widget instanceof kind) return widget;
    }
    return null;
  }

  private startSearch(): void {
    this.search += 1;
    if (this.isAttached && !this.live && this.stored?.modelId && this.output?.trusted) {
      void this.findLive(this.search, this.stored.modelId);
    }
  }

  private async findLive(search: number, modelId: string): Promise<void> {
    for (const pause of ATTEMPTS) {
      await delay(pause);
      const rendermime = this.search === search ? this.rendermime() : null;
      if (!rendermime) return;
      const view = await liveView(rendermime, modelId);
      if (this.search === search && view) return this.showLive(view);
      view?.dispose();
    }
  }

  /** The registry of the notebook or console around this output: only it reaches their kernel's widgets. */
  private rendermime(): IRenderMimeRegistry | null {
    return this.ancestor(OutputArea)?.rendermime ?? null;
  }

  private showLive(view: Panel): void {
    this.live = view;
    this.addWidget(view);
    this.picture.hide();
    this.erase();
    view.widgets[0]?.disposed.connect(() => {
      if (this.isDisposed || this.live !== view) return;
      this.dropLive();
      this.drawPicture();
    });
  }

  private dropLive(): void {
    const view = this.live;
    this.live = null;
    view?.dispose();
    this.picture.show();
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The view of a model in the kernel, or null where its manager does not have it (yet). */
async function liveView(rendermime: IRenderMimeRegistry, modelId: string): Promise<Panel | null> {
  if (!rendermime.getFactory(WIDGET_MIME)) return null;
  const view = rendermime.createRenderer(WIDGET_MIME);
  const data = { [WIDGET_MIME]: { version_major: 2, version_minor: 0, model_id: modelId } };
  // Without a manager this never ends; the next attempt starts over.
  await Promise.race([view.renderModel(new MimeModel({ data, trusted: true })), delay(PATIENCE)]);
  if (view instanceof Panel && view.widgets.length > 0) return view;
  view.dispose();
  return null;
}
