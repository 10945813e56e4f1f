/** A `.dag` file in the graph editor: its text and its graph follow each other. */
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import { Widget } from "@lumino/widgets";
import { mountEditor } from "../editor";
import { LocalKernel } from "../editor/local-kernel";
import { toDocument, toNotation } from "../graph/conversion";
import { changeOf, editedText } from "../graph/edited-text";
import type { GraphDocument } from "../graph/model";
import { formatGraph, NotationError, parseCell } from "../graph/notation";
import type { WritePositions } from "../graph/notation-rewrite";

type Context = DocumentRegistry.IContext<DocumentRegistry.IModel>;

export interface FileOptions {
  readonly positions: () => WritePositions;
  readonly openAsText: () => void;
}

export class GraphFileView extends Widget {
  readonly #context: Context;
  readonly #options: FileOptions;
  readonly #kernel: LocalKernel;
  readonly #problem = document.createElement("div");
  readonly #canvas = document.createElement("div");
  #dispose: () => void = () => undefined;
  /** The text that the graph on the canvas was read from or written to. */
  #text: string | null = null;
  #ids = 0;

  constructor(context: Context, options: FileOptions) {
    super();
    this.#context = context;
    this.#options = options;
    this.addClass("jp-CausalGraphFile");
    this.#problem.className = "jp-CausalGraphFile-problem";
    this.#problem.hidden = true;
    this.#canvas.className = "jp-CausalGraphFile-canvas";
    this.node.append(this.#problem, this.#canvas);
    this.#kernel = new LocalKernel({ onEdit: (before, after) => this.#write(before, after) });
    void context.ready.then(() => {
      if (this.isDisposed) return;
      this.#read();
      this.#dispose = mountEditor(this.#canvas, this.#kernel, { title: context.path.replace(/^.*\//u, ""), fills: true, local: true });
      context.model.contentChanged.connect(this.#read, this);
    });
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#context.model.contentChanged.disconnect(this.#read, this);
    this.#dispose();
    super.dispose();
  }

  /** Takes over what the text says, with the ids and the places of what was there. */
  #read(): void {
    const text = this.#context.model.toString();
    if (text === this.#text) return;
    this.#text = text;
    try {
      const { graph } = parseCell(text);
      this.#kernel.show(toDocument(graph, { previous: this.#kernel.document, freshId: (prefix) => `${prefix}-f${++this.#ids}` }));
      this.#complain(null);
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      this.#complain(`Line ${error.line}: ${error.message}`);
    }
  }

  #write(before: GraphDocument, after: GraphDocument): void {
    const text = this.#context.model.toString();
    const next = editedText(text, before, after, this.#options.positions()) ?? `${formatGraph(toNotation(after))}\n`;
    this.#text = next;
    if (next === text) return;
    const change = changeOf(text, next);
    const shared = this.#context.model.sharedModel as Partial<{ updateSource(start: number, end: number, text: string): void }>;
    if (shared.updateSource) shared.updateSource(change.start, change.end, change.text);
    else this.#context.model.fromString(next);
  }

  #complain(problem: string | null): void {
    this.#kernel.readOnly = problem !== null;
    this.#problem.hidden = problem === null;
    this.#problem.replaceChildren();
    if (problem === null) return;
    const button = document.createElement("button");
    button.className = "jp-mod-styled";
    button.textContent = "Open as text";
    button.addEventListener("click", () => this.#options.openAsText());
    this.#problem.append(document.createTextNode(`${problem} The file is left as it is. `), button);
  }
}
