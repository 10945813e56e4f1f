/** Mouse, pen and touch on the canvas. */
import { indexOf } from "../graph/model";
import { refusedTargets } from "../graph/targets";
import type { Operation } from "../graph/operations";
import * as actions from "./actions";
import type { Editor } from "./editor";
import { snapTo } from "./guides";
import { entriesFor } from "./menus";
import { Pinch } from "./pinch";
import type { Places } from "./scene";
import { bandsOf, joining, type TierBand } from "./tiers";

/** A press becomes a drag after this many px. */
const THRESHOLD = 3;
/** An edge that is dragged catches a node this many px around it. */
const REACH = 10;
/** A dragged node snaps to others within this many px of the screen. */
const SNAP = 6;

interface Press {
  readonly pointerId: number;
  /** Where it began, in px of the canvas. */
  readonly x: number;
  readonly y: number;
  readonly kind: "move" | "edge" | "band" | "pan" | "place" | "click";
  /** The node or edge pressed on. */
  readonly node: string | null;
  readonly moved: boolean;
}

type Hit = { readonly node: string | null; readonly edge: string | null; readonly ring: boolean };

export class PointerControl {
  #press: Press | null = null;
  #places: Places = new Map();
  /** The tiers as they lay when the drag began: a node that moves would move its own band. */
  #bands: readonly TierBand[] = [];
  readonly #pinch: Pinch;

  readonly #editor: Editor;
  readonly #canvas: SVGSVGElement;

  constructor(
    editor: Editor,
    canvas: SVGSVGElement,
  ) {
    this.#editor = editor;
    this.#canvas = canvas;
    this.#pinch = new Pinch(editor, (event) => this.#at(event));
  }

  /** Listens; returns the function that ends it. */
  attach(): () => void {
    const ending = new AbortController();
    const { signal } = ending;
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.#move(event), { signal });
    canvas.addEventListener("pointerup", (event) => this.#up(event), { signal });
    canvas.addEventListener("pointercancel", (event) => {
      this.#pinch.up(event);
      this.#cancel();
    }, { signal });
    canvas.addEventListener("touchmove", (event) => this.#keepFromScrolling(event), { signal, passive: false });
    canvas.addEventListener("pointerleave", () => (this.#editor.screen.hover.value = this.#editor.screen.pointer.value = null), { signal });
    canvas.addEventListener("contextmenu", (event) => this.#menu(event), { signal });
    canvas.addEventListener("dblclick", (event) => this.#doubleClick(event), { signal });
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    return () => ending.abort();
  }

  /** One finger on the empty canvas scrolls the page; inside of a drawing, `touch-action` is not heard. */
  #keepFromScrolling(event: TouchEvent): void {
    const { node, kind } = this.#press ?? { node: null, kind: null };
    if (this.#pinch.isActive || node !== null || kind === "place" || kind === "band") event.preventDefault();
  }

  #at(event: MouseEvent): [number, number] {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #hit(event: Event): Hit {
    const target = event.target instanceof Element ? event.target : null;
    const node = target?.closest("[data-node-id]")?.getAttribute("data-node-id") ?? null;
    const edge = target?.closest("[data-edge-id]")?.getAttribute("data-edge-id") ?? null;
    return { node, edge, ring: target?.closest("[data-ring]") != null };
  }

  #down(event: PointerEvent): void {
    const { screen } = this.#editor;
    if (this.#pinch.down(event)) return this.#cancel();
    const other = this.#press !== null && this.#press.pointerId !== event.pointerId;
    if (other || (event.button !== 0 && event.button !== 1)) return;
    const { node, edge, ring } = this.#hit(event);
    const [x, y] = this.#at(event);
    const editable = !screen.readOnly.peek();
    if (screen.naming.peek()) screen.naming.value = null;
    if (!node && !edge) this.#editor.takeFocus();
    this.#press = { pointerId: event.pointerId, x, y, node, moved: false, kind: this.#kindOf(event, node, ring, editable) };
    if (event.button === 1 || screen.spacePressed.peek()) event.preventDefault();
    else this.#selectPressed(event, node, edge);
  }

  #adds(event: PointerEvent): boolean {
    return event.shiftKey || this.#editor.screen.mode.peek() === "several";
  }

  #kindOf(event: PointerEvent, node: string | null, ring: boolean, editable: boolean): Press["kind"] {
    const { screen } = this.#editor;
    if (event.button === 1 || screen.spacePressed.peek()) return "pan";
    if (node === null && this.#adds(event)) return "band";
    if (node === null) return editable && screen.mode.peek() === "node" ? "place" : "pan";
    if (!editable) return "click";
    return ring || screen.mode.peek() === "edge" ? "edge" : "move";
  }

  #selectPressed(event: PointerEvent, node: string | null, edge: string | null): void {
    const editor = this.#editor;
    const { nodes, edges } = editor.screen.selection.peek();
    if (node !== null) {
      editor.screen.focus.value = { kind: "node", id: node };
      if (this.#adds(event)) editor.select(toggled(nodes, node), edges);
      else if (!nodes.has(node)) editor.select([node]);
      editor.takeFocus();
    } else if (edge !== null) {
      editor.screen.focus.value = { kind: "edge", id: edge };
      editor.select(this.#adds(event) ? nodes : [], this.#adds(event) ? toggled(edges, edge) : [edge]);
      editor.takeFocus();
    } else if (!this.#adds(event)) editor.clearSelection();
  }

  #move(event: PointerEvent): void {
    const [press, editor] = [this.#press, this.#editor];
    const [x, y] = this.#at(event);
    if (this.#pinch.move(event)) return;
    editor.screen.pointer.value = editor.toDrawing(x, y);
    if (!press) {
      const { node } = this.#hit(event);
      if (editor.screen.hover.peek() !== node) editor.screen.hover.value = node;
      return;
    }
    if (event.pointerId !== press.pointerId) return;
    if (!press.moved) {
      if (Math.hypot(x - press.x, y - press.y) < THRESHOLD) return;
      this.#press = { ...press, moved: true };
      this.#canvas.setPointerCapture(event.pointerId);
      this.#begin(press);
    } else if (!editor.screen.drag.peek()) return; // cancelled meanwhile
    this.#drag(press, x, y, event);
  }

  #begin({ kind, node, x, y }: Press): void {
    const editor = this.#editor;
    const { screen } = editor;
    if (kind === "move" && node !== null) {
      const { nodes } = screen.selection.peek();
      screen.drag.value = { kind, ids: nodes.has(node) ? [...nodes] : [node] };
      this.#bands = bandsOf(editor.document.tiers, editor.scene.nodeBoxes);
    } else if (kind === "edge" && node !== null) {
      const invalid = refusedTargets(editor.document, actions.edgeToBe(editor, node, node));
      const [left, top] = editor.toDrawing(x, y);
      screen.drag.value = { kind, source: node, x: left, y: top, target: null, invalid };
    } else if (kind === "band") {
      screen.drag.value = { kind, from: editor.toDrawing(x, y), to: editor.toDrawing(x, y) };
    } else if (kind === "pan") screen.drag.value = { kind };
  }

  #drag(press: Press, x: number, y: number, event: PointerEvent): void {
    const editor = this.#editor;
    const { screen } = editor;
    const drag = screen.drag.peek();
    if (drag?.kind === "pan") editor.panBy(event.movementX, event.movementY);
    else if (drag?.kind === "band") screen.drag.value = { ...drag, to: editor.toDrawing(x, y) };
    else if (drag?.kind === "edge") {
      const [left, top] = editor.toDrawing(x, y);
      const target = editor.scene.nodeAt(left, top, REACH);
      screen.drag.value = { ...drag, x: left, y: top, target: target === drag.source ? null : target };
    } else if (drag?.kind === "move" && press.node !== null) {
      const { zoom } = screen.viewport.peek();
      const free = event.altKey;
      this.#places = movedPlaces(editor, drag.ids, press.node, [(x - press.x) / zoom, (y - press.y) / zoom], free ? 0 : SNAP / zoom);
      editor.scene.drag(this.#places);
    }
  }

  #up(event: PointerEvent): void {
    this.#pinch.up(event);
    const [press, editor] = [this.#press, this.#editor];
    if (press?.pointerId !== event.pointerId) return;
    this.#press = null;
    const drag = editor.screen.drag.peek();
    editor.screen.drag.value = null;
    editor.screen.guides.value = [];
    if (!press.moved) {
      if (press.kind === "place") this.#startName(press.x, press.y);
      if (press.node !== null && !this.#adds(event) && press.kind === "move") editor.select([press.node]);
      return;
    }
    if (drag?.kind === "move") this.#dropNodes();
    else if (drag?.kind === "band") this.#selectBand(drag.from, drag.to, this.#adds(event));
    else if (drag?.kind === "edge") this.#dropEdge(drag.source, drag.target, this.#at(event));
  }

  #dropNodes(): void {
    const [editor, places] = [this.#editor, this.#places];
    this.#places = new Map();
    const { nodes } = indexOf(editor.document);
    const moved = [...places].filter(([id, [x, y]]) => nodes.get(id)?.x !== x || nodes.get(id)?.y !== y);
    if (moved.length > 0) {
      const who = moved.length === 1 ? (nodes.get(moved[0]?.[0] ?? "")?.name ?? "") : `${moved.length} nodes`;
      const move: Operation = { op: "move", positions: Object.fromEntries(moved) };
      const join = joining(editor, moved.map(([id]) => id), this.#bands);
      // Where the tiers refuse the node, it is moved all the same and the reason stays to be read.
      if (!join || !editor.edit([move, join], `${who} moved to another tier`)) {
        const { notice } = editor.screen;
        const refused = join ? notice.peek() : null;
        editor.edit([move], `${who} moved`);
        if (refused) notice.value = refused;
      }
    }
    editor.scene.drop();
  }

  #dropEdge(source: string, target: string | null, at: readonly [number, number]): void {
    const editor = this.#editor;
    if (target !== null) return void actions.connect(editor, source, target);
    const [x, y] = editor.toDrawing(...at);
    if (editor.scene.nodeAt(x, y, REACH) === null) this.#startName(...at, source);
  }

  #selectBand(from: readonly [number, number], to: readonly [number, number], add: boolean): void {
    const editor = this.#editor;
    const within = (value: number, a: number, b: number): boolean => value >= Math.min(a, b) && value <= Math.max(a, b);
    const inside = [...editor.scene.nodeBoxes].filter(([, box]) => within(box.x, from[0], to[0]) && within(box.y, from[1], to[1]));
    const { nodes, edges } = editor.screen.selection.peek();
    editor.select([...(add ? nodes : []), ...inside.map(([id]) => id)], add ? edges : []);
  }

  #cancel(): void {
    this.#press = null;
    this.#editor.endDrag();
  }

  #doubleClick(event: MouseEvent): void {
    const { screen } = this.#editor;
    event.stopPropagation();
    const { node, edge } = this.#hit(event);
    if (node !== null && this.#editor.isTooLarge) return this.#editor.goTo(node);
    if (screen.readOnly.peek()) return;
    if (node !== null) screen.naming.value = { kind: "rename", id: node };
    else if (edge === null) this.#startName(...this.#at(event));
  }

  #startName(x: number, y: number, from: string | null = null): void {
    const [left, top] = this.#editor.toDrawing(x, y);
    this.#editor.screen.naming.value = { kind: "create", x: actions.snapped(left), y: actions.snapped(top), from };
  }

  /** With Shift the browser's own menu opens. */
  #menu(event: MouseEvent): void {
    if (event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const editor = this.#editor;
    this.#cancel();
    const { node, edge } = this.#hit(event);
    const { nodes, edges } = editor.screen.selection.peek();
    if (node !== null && !nodes.has(node)) editor.select([node]);
    if (edge !== null && !edges.has(edge)) editor.select([], [edge]);
    const byKey = event.clientX === 0 && event.clientY === 0;
    const box = byKey && node !== null ? editor.scene.nodeBoxes.get(node) : undefined;
    const { left, top, zoom } = editor.screen.viewport.peek();
    const [x, y] = box ? [box.x * zoom + left, box.y * zoom + top] : this.#at(event);
    editor.screen.menu.value = { x, y, entries: entriesFor(editor, node, edge, editor.toDrawing(x, y)) };
  }

  /** The wheel scrolls the notebook; with Ctrl, as a pinch does, it zooms. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#editor.zoomBy(Math.exp(-event.deltaY / 300), this.#at(event));
  }
}

function toggled(set: ReadonlySet<string>, id: string): string[] {
  return set.has(id) ? [...set].filter((other) => other !== id) : [...set, id];
}

/** Where dragged nodes are now: the grabbed one in line with others or on the grid, the rest with it. */
function movedPlaces(editor: Editor, ids: readonly string[], grabbed: string, by: readonly [number, number], reach: number): Places {
  const { nodes } = indexOf(editor.document);
  const [anchor, box] = [nodes.get(grabbed), editor.scene.nodeBoxes.get(grabbed)];
  if (!anchor || !box) return new Map();
  const raw = { ...box, x: anchor.x + by[0], y: anchor.y + by[1] };
  const others = [...editor.scene.nodeBoxes].filter(([id]) => !ids.includes(id)).map(([, other]) => other);
  const snap = snapTo(raw, reach > 0 ? others : [], reach);
  editor.screen.guides.value = snap.guides;
  const settle = (from: number, to: number, shift: number): number => {
    if (shift !== 0 || snap.guides.some(({ at }) => at === to)) return to + shift - from;
    return reach === 0 ? Math.round(to) - from : Math.abs(to - from) < actions.GRID / 2 ? 0 : actions.snapped(to) - from;
  };
  const [shiftX, shiftY] = [settle(anchor.x, raw.x, snap.dx), settle(anchor.y, raw.y, snap.dy)];
  const places = new Map<string, readonly [number, number]>();
  for (const id of ids) {
    const node = nodes.get(id);
    if (node) places.set(id, [node.x + shiftX, node.y + shiftY]);
  }
  return places;
}
