/** Draws a cell's graph, keeps what is edited in the cell's output, and writes it into the cell's text. */
import { CodeCell } from "@jupyterlab/cells";
import type { ISessionContext } from "@jupyterlab/apputils";
import { OutputArea } from "@jupyterlab/outputarea";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Message } from "@lumino/messaging";
import { Widget } from "@lumino/widgets";
import { KERNEL_EVENT, STORED_EVENT } from "../editor";
import type { GraphDocument } from "../graph/model";
import type { CellText, Rewritten } from "./cell-rewrite";
import { inPlace } from "./in-place";
import { ancestorOf, LiveGraph, type DrawStored } from "./live-graph";
import { readEdited, readStored, withEdited, type Edited, type StoredGraph } from "./stored-graph";

/** Writes an edit into the text of the cell that the graph came from. */
export type Rewrite = (cell: CellText, before: GraphDocument, after: GraphDocument) => Rewritten;

type Output = IRenderMime.IMimeModel;

/** A kernel that another page restarts closes nothing here: only its state tells of it. */
const ANEW = ["starting", "dead"];

export class GraphRenderer extends LiveGraph implements IRenderMime.IRenderer {
  private output: Output | null = null;
  /** What is shown, and what of it the cell's text says, as far as is known. */
  private known: Pick<StoredGraph, "document" | "drawn"> | null = null;
  private readonly warning = new Widget();
  private session: Pick<ISessionContext, "statusChanged"> | null = null;

  constructor(
    draw: DrawStored,
    private readonly rewrite: Rewrite = () => "none",
  ) {
    super({
      draw,
      rendermime: () => ancestorOf(this, OutputArea)?.rendermime ?? null,
      nothing: "This output holds no graph that this version can read.",
    });
    this.warning.addClass("jp-CausalGraph-warning");
    this.warning.hide();
    this.addWidget(this.warning);
    this.node.addEventListener(STORED_EVENT, (event) => this.keep(event));
  }

  /** Shows an output; called again when its data changed. */
  renderModel(output: Output): Promise<void> {
    const stored = readStored(output.data);
    this.output = output;
    this.known ??= stored;
    this.showGraph(output.trusted ? (stored?.modelId ?? null) : null, stored);
    return Promise.resolve();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.session = sessionAround(this);
    this.session?.statusChanged.connect(this.hearKernel);
  }

  protected override onBeforeDetach(message: Message): void {
    this.session?.statusChanged.disconnect(this.hearKernel);
    super.onBeforeDetach(message);
  }

  private readonly hearKernel = (_session: unknown, status: string): void => {
    if (!ANEW.includes(status)) return;
    for (const editor of this.node.querySelectorAll(".cmg")) editor.dispatchEvent(new CustomEvent(KERNEL_EVENT, { bubbles: true }));
  };

  /** Writes what the live editor shows into the output, so that the saved notebook has it. */
  private keep(event: Event): void {
    event.stopPropagation();
    const edited = readEdited((event as CustomEvent<unknown>).detail);
    if (edited) this.writeIntoCell(edited);
    const data = edited && this.output ? withEdited(this.output.data, edited) : null;
    if (data && this.output) this.output.setData({ data: data as Output["data"], metadata: this.output.metadata });
  }

  /** What Python did is not written: the cells that did it would find it done when they run again. */
  private writeIntoCell({ document, drawn }: Edited): void {
    const cell = ancestorOf(this, CodeCell);
    if (!cell || !this.known || cell.model.getMetadata("editable") === false) return;
    const { sharedModel } = cell.model;
    const { known } = this;
    const outcome = inPlace(this.node, () => (
      drawn ? this.rewrite(sharedModel, known.drawn, drawn) : this.rewrite(sharedModel, known.document, document)
    )); // prettier-ignore
    this.known = { document, drawn: drawn ?? document };
    this.warning.node.textContent = "The text of this cell was left as it is: it cannot be read, or holds {{expressions}}.";
    this.warning.setHidden(outcome !== "kept");
  }
}

/** The session of the notebook or console around a widget. */
function sessionAround(widget: Widget): Pick<ISessionContext, "statusChanged"> | null {
  for (let around = widget.parent; around; around = around.parent) {
    if ("sessionContext" in around) return around.sessionContext as ISessionContext;
  }
  return null;
}
