/** A graph, or a timeline, on the page: its live widget while the kernel has it, else a picture of what is stored. */
import { MimeModel, type IRenderMimeRegistry } from "@jupyterlab/rendermime";
import type { Message } from "@lumino/messaging";
import { Signal } from "@lumino/signaling";
import { Panel, Widget } from "@lumino/widgets";
import { WIDGET_MIME, type StoredGraph } from "./stored-graph";

/** Draws what is stored into an element; returns the function that takes it away. */
export type DrawStored<Stored = StoredGraph> = (host: HTMLElement, stored: Stored) => () => void;

/**
 * When to look for the live editor, in ms after the one before: the widget manager of a notebook
 * arrives late, and asks for a model during 2 s before it gives up.
 */
const ATTEMPTS = [0, 300, 1_000, 2_500, 2_500, 5_000, 10_000, 20_000];
const PATIENCE = 2_500;

export interface LiveGraphOptions<Stored> {
  readonly draw: DrawStored<Stored>;
  /** The registry of the notebook or console: only it reaches the widgets of their kernel. */
  readonly rendermime: () => IRenderMimeRegistry | null;
  /** What is said where nothing is stored. */
  readonly nothing: string;
}

export class LiveGraph<Stored = StoredGraph> extends Panel {
  /** The live editor came, or went. */
  readonly liveChanged = new Signal<this, boolean>(this);
  readonly #options: LiveGraphOptions<Stored>;
  readonly #picture = new Widget();
  #stored: Stored | null = null;
  /** The model to look for, null where none may be shown. */
  #modelId: string | null = null;
  #shown = false;
  #live: Panel | null = null;
  #erase: () => void = () => undefined;
  #search = 0;

  constructor(options: LiveGraphOptions<Stored>) {
    super();
    this.#options = options;
    this.addClass("jp-CausalGraph");
    this.addWidget(this.#picture);
  }

  get isLive(): boolean {
    return this.#live !== null;
  }

  /** Shows the editor of a model as soon as it is found, and until then what is stored. */
  showGraph(modelId: string | null, stored: Stored | null): void {
    const sameModel = this.#shown && this.#modelId === modelId;
    this.#shown = true;
    this.#modelId = modelId;
    this.#stored = stored;
    if (this.#live && sameModel) return;
    this.#dropLive();
    this.#drawPicture();
    if (!sameModel) this.#startSearch();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#search += 1;
    this.#erase();
    super.dispose();
    Signal.clearData(this);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.#startSearch();
  }

  protected override onBeforeDetach(message: Message): void {
    this.#search += 1;
    super.onBeforeDetach(message);
  }

  #drawPicture(): void {
    this.#erase();
    const { node } = this.#picture;
    if (this.#stored) this.#erase = this.#options.draw(node, this.#stored);
    else node.textContent = this.#options.nothing;
  }

  #startSearch(): void {
    this.#search += 1;
    if (this.isAttached && !this.#live && this.#modelId) void this.#findLive(this.#search, this.#modelId);
  }

  async #findLive(search: number, modelId: string): Promise<void> {
    for (const pause of ATTEMPTS) {
      await delay(pause);
      const rendermime = this.#search === search ? this.#options.rendermime() : null;
      if (!rendermime) return;
      const view = await liveView(rendermime, modelId);
      if (this.#search === search && view) return this.#showLive(view);
      view?.dispose();
    }
  }

  #showLive(view: Panel): void {
    this.#live = view;
    this.addWidget(view);
    this.#picture.hide();
    this.#erase();
    view.widgets[0]?.disposed.connect(() => {
      if (this.isDisposed || this.#live !== view) return;
      this.#dropLive();
      this.#drawPicture();
    });
    this.liveChanged.emit(true);
  }

  #dropLive(): void {
    const view = this.#live;
    if (!view) return;
    this.#live = null;
    view.dispose();
    this.#picture.show();
    this.liveChanged.emit(false);
  }
}

/** The nearest widget of a kind around another. */
export function ancestorOf<Kind extends Widget>(inner: Widget, kind: new (...parts: never[]) => Kind): Kind | null {
  for (let widget: Widget | null = inner.parent; widget; widget = widget.parent) {
    if (widget instanceof kind) return widget;
  }
  return null;
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
