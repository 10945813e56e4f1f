/** One editor on one screen: joins what the kernel confirms, what is drawn, and what hands do. */
import { batch } from "@preact/signals";
import { OperationError } from "../graph/errors";
import { boundingBox } from "../graph/geometry";
import { indexOf, type DocumentEdge, type GraphDocument } from "../graph/model";
import type { Group } from "../graph/operations";
import { Evidence } from "./evidence/evidence";
import { Experiments } from "./experiments/experiments";
import { alternatives } from "./alternatives";
import type { Reject, Transport } from "./protocol";
import { neighbourhoodOf } from "./neighbourhood";
import { Reading } from "./reading";
import { Scene } from "./scene";
import { NOTHING, Screen, type NoticeAction } from "./screen";
import { EditSession } from "./session";
import type { Cause } from "./store";
import { counted, describeSize } from "./wording";

/** Above this many nodes the editor shows and does not edit. */
export const MOST_NODES = 1_500;
export const READ_ONLY = "This graph is read-only.";

const FLASH_TIME = 2_400;
const MARGIN = 28;

export interface EditorOptions {
  readonly title?: string;
  readonly readOnly?: boolean;
  /** No kernel is there: the graph is kept in the page, by a file. */
  readonly local?: boolean;
  /** The editor is as high as the element around it. */
  readonly fills?: boolean;
  readonly columns?: readonly string[];
  /** The differences from another graph that a stored output has. */
  readonly comparison?: unknown;
  /** The experiments that a stored output has. */
  readonly experiments?: unknown;
  /** Tells this screen's edits from those of others; random where not given. */
  readonly origin?: string;
}

export class Editor {
  readonly screen = new Screen();
  readonly scene: Scene;
  readonly session: EditSession;
  readonly evidence: Evidence;
  readonly reading: Reading;
  readonly experiments: Experiments;
  /** Set by the view: gives the keyboard to what `screen.focus` names. */
  takeFocus: () => void = () => undefined;
  /** Set by the view: gives the keyboard back to the page. */
  leave: () => void = () => undefined;
  /** Set by the view: the drawing as a picture of its own, or null where nothing is drawn yet. */
  picture: () => string | null = () => null;
  readonly #endings: (() => void)[] = [];
  #flashTimer: ReturnType<typeof setTimeout> | undefined;
  #viewIsChosen = false;

  constructor(transport: Transport, readonly options: EditorOptions, document?: GraphDocument) {
    const origin = options.origin ?? Math.random().toString(36).slice(2, 10);
    this.session = new EditSession(
      transport,
      { origin, onLink: (link) => (this.screen.link.value = link), onReject: (reject) => this.#refusedByKernel(reject) },
      document,
    );
    this.scene = new Scene(this.#drawn(this.session.document));
    this.evidence = new Evidence(this, transport);
    this.reading = new Reading(this, transport, options.comparison);
    this.experiments = new Experiments(this, transport, options.experiments);
    this.#readTraits(transport);
    this.#endings.push(
      this.session.store.subscribe((next, before, cause) => this.#changed(next, before, cause)),
      ...["title", "read_only", "columns"].map((name) => transport.onChange(name, () => this.#readTraits(transport))),
    );
    this.session.sync.start();
  }

  get document(): GraphDocument {
    return this.session.document;
  }

  /** Whether only what lies around one node is drawn. */
  get isTooLarge(): boolean {
    return this.document.nodes.length > MOST_NODES;
  }

  dispose(): void {
    this.session.sync.stop();
    this.evidence.stop();
    this.reading.stop();
    this.experiments.stop();
    clearTimeout(this.#flashTimer);
    for (const end of this.#endings.splice(0)) end();
  }

  // ------------------------------------------------------------------ editing

  /** Applies an edit and says what was done; where it is refused, says why and changes nothing. */
  edit(ops: Group, label: string, merge: string | null = null): boolean {
    if (this.screen.readOnly.peek()) {
      this.screen.announce(READ_ONLY);
      return false;
    }
    try {
      this.session.edit(ops, label, merge);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      this.#refused(error, ops);
      return false;
    }
    this.#noteHistory();
    if (!this.screen.notice.peek()?.lasting) this.screen.notice.value = null;
    this.screen.flash.value = null;
    this.screen.announce(`${label}.`);
    return true;
  }

  undo(): void {
    this.#turn("undo", "Nothing to undo.");
  }

  redo(): void {
    this.#turn("redo", "Nothing to redo.");
  }

  #turn(way: "undo" | "redo", nothing: string): void {
    if (!this.#mayTurn) return;
    const turned = this.session[way]();
    this.#noteHistory();
    if (!turned) return this.screen.announce(nothing);
    const word = way === "undo" ? "Undone" : "Redone";
    if (turned.done === 0) this.screen.announce(`${turned.label} can no longer be ${word.toLowerCase()}: the graph was changed since.`);
    else this.screen.announce(`${word}: ${turned.label}${turned.skipped ? ", as far as it still applies" : ""}.`);
  }

  #refused(error: OperationError, ops: Group): void {
    const actions = alternatives(this.document, ops, (prefix) => this.session.freshId(prefix)).map(
      ({ label, group, done }): NoticeAction => ({ label, run: () => void this.edit(group, done) }),
    );
    this.warn(error.message, actions, error.cyclePath);
  }

  #refusedByKernel({ reason, cyclePath }: Reject): void {
    this.#noteHistory();
    this.warn(`Taken back: ${reason}`, [], cyclePath);
  }

  /** Shows a notice on the canvas and flashes the path of a cycle. */
  warn(text: string, actions: readonly NoticeAction[] = [], cyclePath: readonly string[] | null = null): void {
    this.screen.notice.value = { text, actions };
    this.screen.announce(text);
    if (cyclePath) this.#flash(cyclePath);
  }

  #flash(names: readonly string[]): void {
    const { idByName, incident } = indexOf(this.document);
    const ids = names.map((name) => idByName.get(name) ?? "");
    const steps = new Set(ids.slice(1).map((id, place) => `${ids[place] ?? ""} ${id}`));
    const onPath = ({ source, target }: DocumentEdge): boolean => steps.has(`${source} ${target}`);
    const edges = ids.flatMap((id) => incident.get(id) ?? []).filter(onPath);
    this.screen.flash.value = { nodes: new Set(ids), edges: new Set(edges.map(({ id }) => id)) };
    clearTimeout(this.#flashTimer);
    this.#flashTimer = setTimeout(() => (this.screen.flash.value = null), FLASH_TIME);
  }

  // ------------------------------------------------------------------ what comes from elsewhere

  #changed(next: GraphDocument, before: GraphDocument, cause: Cause): void {
    batch(() => {
      this.scene.show(this.#drawn(next));
      this.screen.waiting.value = this.session.store.pending.length;
      this.screen.readOnly.value = this.#isReadOnly(next);
      this.#noteHistory();
      if (cause.kind === "commit" && !cause.own) this.screen.announce(`Changed elsewhere, now ${describeSize(next)}.`);
      this.#forgetWhatIsGone(next, before);
    });
    if (before.nodes.length === 0 && cause.kind === "snapshot") this.fit();
    else if (cause.kind === "commit" && !cause.own && !this.#viewIsChosen && !this.#showsAll()) this.fit();
  }

  #showsAll(): boolean {
    const [left, top, width, height] = boundingBox(this.scene.nodeBoxes.values(), this.scene.routes(), 0);
    const [x, y] = this.toDrawing(0, 0);
    const [right, bottom] = this.toDrawing(...this.screen.size.peek());
    return left >= x && top >= y && left + width <= right && top + height <= bottom;
  }

  /** Ends what hands were doing with nodes that are no longer there, and says so. */
  #forgetWhatIsGone(next: GraphDocument, before: GraphDocument): void {
    const { screen } = this;
    const { nodes, edges } = indexOf(next);
    const name = (id: string): string => indexOf(before).nodes.get(id)?.name ?? "The node";
    const [drag, naming, connecting] = [screen.drag.peek(), screen.naming.peek(), screen.connecting.peek()];
    const held = drag?.kind === "move" ? drag.ids : drag?.kind === "edge" ? [drag.source] : [];
    const lost = held.find((id) => !nodes.has(id));
    if (lost !== undefined) {
      this.endDrag();
      this.warn(`${name(lost)} was deleted elsewhere; the drag is cancelled.`);
    }
    const typed = naming?.kind === "rename" ? naming.id : naming?.kind === "create" ? naming.from : connecting;
    if (typed != null && !nodes.has(typed)) {
      screen.naming.value = screen.connecting.value = null;
      this.warn(`${name(typed)} was deleted elsewhere; what you typed for it is dropped.`);
    }
    const selected = screen.selection.peek();
    const kept = {
      nodes: new Set([...selected.nodes].filter((id) => nodes.has(id))),
      edges: new Set([...selected.edges].filter((id) => edges.has(id))),
    };
    const same = kept.nodes.size === selected.nodes.size && kept.edges.size === selected.edges.size;
    if (!same) screen.selection.value = kept;
    const focus = screen.focus.peek();
    if (focus && !(focus.kind === "node" ? nodes : edges).has(focus.id)) screen.focus.value = null;
  }

  #noteHistory(): void {
    const { history } = this.session;
    this.screen.canUndo.value = this.#mayTurn && history.canUndo;
    this.screen.canRedo.value = this.#mayTurn && history.canRedo;
  }

  #readTraits(transport: Transport): void {
    const [title, columns] = [transport.get("title"), transport.get("columns")];
    this.#kernelReadOnly = transport.get("read_only") === true;
    this.screen.title.value = typeof title === "string" && title ? title : (this.options.title ?? "");
    this.screen.columns.value = Array.isArray(columns)
      ? columns.filter((name) => typeof name === "string")
      : (this.options.columns ?? []);
    this.screen.readOnly.value = this.#isReadOnly(this.document);
    this.#noteHistory();
  }

  #kernelReadOnly = false;

  /** Also in a graph that has become too large to edit, so that what made it so is undone. */
  get #mayTurn(): boolean {
    return this.options.readOnly !== true && !this.#kernelReadOnly;
  }

  #isReadOnly(document: GraphDocument): boolean {
    return !this.#mayTurn || document.nodes.length > MOST_NODES;
  }

  // ------------------------------------------------------------------ view

  select(nodes: Iterable<string>, edges: Iterable<string> = []): void {
    const selection = { nodes: new Set(nodes), edges: new Set(edges) };
    this.screen.selection.value = selection;
    const { size } = selection.nodes;
    if (size > 1) this.screen.announce(`${counted(size, "node")} selected.`);
  }

  clearSelection(): void {
    this.screen.selection.value = NOTHING;
  }

  /** Ends a drag without doing anything. */
  endDrag(): void {
    this.screen.drag.value = null;
    this.screen.guides.value = [];
    this.scene.drop();
  }

  /** Shows the whole drawing, never larger than life. */
  fit(): void {
    const [width, height] = this.screen.size.peek();
    if (width === 0 || height === 0) return;
    const [left, top, boxWidth, boxHeight] = boundingBox(this.scene.nodeBoxes.values(), this.scene.routes(), MARGIN);
    const zoom = Math.max(0.05, Math.min(1, width / boxWidth, height / boxHeight));
    this.screen.viewport.value = {
      zoom,
      left: (width - boxWidth * zoom) / 2 - left * zoom,
      top: (height - boxHeight * zoom) / 2 - top * zoom,
    };
    this.#viewIsChosen = false;
  }

  /** Zooms around a point of the canvas; its middle where none is given. */
  zoomBy(factor: number, at?: readonly [number, number]): void {
    const [width, height] = this.screen.size.peek();
    const [x, y] = at ?? [width / 2, height / 2];
    const { left, top, zoom } = this.screen.viewport.peek();
    const next = Math.max(0.05, Math.min(4, zoom * factor));
    const ratio = next / zoom;
    this.screen.viewport.value = { zoom: next, left: x - (x - left) * ratio, top: y - (y - top) * ratio };
    this.#viewIsChosen = true;
  }

  panBy(dx: number, dy: number): void {
    const { left, top, zoom } = this.screen.viewport.peek();
    this.screen.viewport.value = { zoom, left: left + dx, top: top + dy };
    this.#viewIsChosen = true;
  }

  /** The canvas has another size; a view that nobody chose is fitted again. */
  resized(width: number, height: number): void {
    const [before] = this.screen.size.peek();
    this.screen.size.value = [width, height];
    if (before === 0 || !this.#viewIsChosen) this.fit();
  }

  /** The point of the drawing under a point of the canvas. */
  toDrawing(x: number, y: number): [number, number] {
    const { left, top, zoom } = this.screen.viewport.peek();
    return [(x - left) / zoom, (y - top) / zoom];
  }

  /** What is drawn of a document: all of it, or of a very large one what lies around one node. */
  #drawn(document: GraphDocument): GraphDocument {
    if (document.nodes.length <= MOST_NODES) return document;
    const { id, steps } = this.screen.around.peek();
    return neighbourhoodOf(document, id, steps);
  }

  /** Shows what lies around a node of a very large graph. */
  showAround(id: string, steps: number): void {
    this.screen.around.value = { id, steps };
    this.scene.show(this.#drawn(this.document));
    this.fit();
    this.screen.announce(`${counted(this.scene.nodeIds.peek().length, "node")} shown.`);
  }

  /** Selects a node and brings it into view. */
  goTo(id: string): void {
    if (this.isTooLarge) this.showAround(id, this.screen.around.peek().steps);
    this.select([id]);
    this.screen.focus.value = { kind: "node", id };
    this.reveal(id);
    this.takeFocus();
  }

  /** Zooms out as far as shows some nodes. */
  showAll(ids: readonly string[]): void {
    const boxes = ids.flatMap((id) => this.scene.nodeBoxes.get(id) ?? []);
    const [width, height] = this.screen.size.peek();
    const [left, top] = this.toDrawing(0, 0);
    const [right, bottom] = this.toDrawing(width, height);
    const inside = boxes.every(({ x, y }) => x > left && x < right && y > top && y < bottom);
    if (!inside) this.fit();
  }

  /** Pans as little as shows a node whole. */
  reveal(id: string): void {
    const box = this.scene.nodeBoxes.get(id);
    const [width, height] = this.screen.size.peek();
    if (!box || width === 0) return;
    const { left, top, zoom } = this.screen.viewport.peek();
    const shift = (centre: number, half: number, size: number): number =>
      Math.max(0, half - centre + 8) - Math.max(0, centre + half - size + 8);
    const dx = shift(box.x * zoom + left, (box.width / 2) * zoom, width);
    const dy = shift(box.y * zoom + top, (box.height / 2) * zoom, height);
    if (dx !== 0 || dy !== 0) this.panBy(dx, dy);
  }
}
