/** Mouse, pen, touch and keys on a panel. */
import { hearKeysFirst } from "../editor/shortcuts";
import type { Grid } from "./data";
import type { HeadMap } from "./head-map";
import { headAt, type Layout } from "./layout";
import { headAfter } from "./selection";

/** Where a panel stands when something happens. */
export interface Place {
  readonly grid: Grid;
  readonly layout: Layout;
  readonly index: number;
}

/** Listens on the drawing of a panel; returns the function that ends it. */
export function attach(drawing: SVGSVGElement, map: HeadMap, place: () => Place): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const pointer = new Pointer(drawing, map, place);
  drawing.addEventListener("pointerdown", (event) => pointer.down(event), { signal });
  drawing.addEventListener("pointermove", (event) => pointer.move(event), { signal });
  drawing.addEventListener("pointerup", (event) => pointer.up(event), { signal });
  drawing.addEventListener("pointercancel", () => pointer.cancel(), { signal });
  drawing.addEventListener("keydown", (event) => onKey(map, place(), event), { signal });
  drawing.addEventListener("focus", () => lookAt(map, place()), { signal });
  drawing.addEventListener("blur", () => (map.focused.value = null), { signal });
  const endKeys = hearKeysFirst(drawing, (event) => meaning(map, place(), event) === null);
  return () => {
    ending.abort();
    endKeys();
  };
}

function lookAt(map: HeadMap, { index }: Place): void {
  map.panel.value = index;
  map.focused.value = { panel: index, index: map.focus.peek() };
}

class Pointer {
  readonly #drawing: SVGSVGElement;
  readonly #map: HeadMap;
  readonly #place: () => Place;
  /** The head that was pressed, and by which pointer. */
  #press: { readonly id: number; readonly from: number } | null = null;

  constructor(drawing: SVGSVGElement, map: HeadMap, place: () => Place) {
    this.#drawing = drawing;
    this.#map = map;
    this.#place = place;
  }

  down(event: PointerEvent): void {
    const from = this.#at(event, false);
    if (event.button !== 0 || from === null) return;
    this.#press = { id: event.pointerId, from };
    this.#map.panel.value = this.#place().index;
    this.#map.focus.value = from;
    this.#drawing.focus({ preventScroll: true });
    if (event.pointerType !== "touch") this.#drawing.setPointerCapture(event.pointerId);
  }

  move(event: PointerEvent): void {
    const map = this.#map;
    const index = this.#at(event, this.#press !== null);
    map.hover.value = index === null ? null : { panel: this.#place().index, index };
    if (index !== null && !this.#press) map.panel.value = this.#place().index;
    if (!this.#press || index === null || event.pointerType === "touch") return;
    if (map.brush.peek() || index !== this.#press.from) map.brush.value = { from: this.#press.from, to: index };
  }

  up(event: PointerEvent): void {
    const [map, press] = [this.#map, this.#press];
    const brush = map.brush.peek();
    this.cancel();
    if (press?.id !== event.pointerId) return;
    const joining = { toggles: event.ctrlKey || event.metaKey, extends: event.shiftKey };
    if (brush) map.pickAll(brush, joining.toggles || joining.extends);
    else map.pick(press.from, joining);
    map.focused.value = { panel: this.#place().index, index: map.focus.peek() };
  }

  cancel(): void {
    this.#press = null;
    this.#map.brush.value = null;
  }

  #at({ clientX, clientY }: PointerEvent, clamped: boolean): number | null {
    const { left, top } = this.#drawing.getBoundingClientRect();
    const { grid, layout } = this.#place();
    return headAt(layout, grid, clientX - left, clientY - top, clamped);
  }
}

/** What a key asks for; null where it is the page's. */
function meaning(map: HeadMap, { grid }: Place, event: KeyboardEvent): (() => void) | null {
  const { key, shiftKey } = event;
  const isHeld = event.ctrlKey || event.metaKey;
  if (event.altKey || event.isComposing) return null;
  if (isHeld && key.toLowerCase() === "z") return () => (shiftKey ? map.redo() : map.undo());
  const to = isHeld && key !== "Home" && key !== "End" ? null : headAfter(grid, map.focus.peek(), key, isHeld);
  if (to !== null) return () => map.walk(to, shiftKey);
  if (key === " ") return () => map.pick(map.focus.peek(), { toggles: true, extends: shiftKey });
  if (isHeld || shiftKey) return null;
  if (key === "Enter") return () => map.pick(map.focus.peek(), { toggles: false, extends: false });
  // What is not selected cannot be let go: then Escape leaves, as everywhere.
  if (key === "Escape" && map.selected.peek().size > 0) return () => map.clear();
  return markKey(map, key);
}

function markKey(map: HeadMap, key: string): (() => void) | null {
  if (!map.markable.peek()) return null;
  if (key === "c" || key === "k") return () => map.mark(key === "c" ? "cut" : "kept");
  return key === "Delete" || key === "Backspace" ? () => map.mark(null) : null;
}

function onKey(map: HeadMap, place: Place, event: KeyboardEvent): void {
  const act = meaning(map, place, event);
  if (!act) return;
  act();
  map.hover.value = null;
  map.focused.value = { panel: place.index, index: map.focus.peek() };
  event.preventDefault();
}
