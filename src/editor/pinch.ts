/** Two fingers on the canvas: they pan and zoom. */
import type { Editor } from "./editor";

type Point = readonly [number, number];

export class Pinch {
  readonly #fingers = new Map<number, Point>();
  readonly #editor: Editor;
  readonly #at: (event: PointerEvent) => Point;

  constructor(editor: Editor, at: (event: PointerEvent) => Point) {
    this.#editor = editor;
    this.#at = at;
  }

  get isActive(): boolean {
    return this.#fingers.size > 1;
  }

  /** Whether two fingers are down now. */
  down(event: PointerEvent): boolean {
    if (event.pointerType === "touch") this.#fingers.set(event.pointerId, this.#at(event));
    return this.isActive;
  }

  up(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
  }

  /** Follows the fingers; whether there are two. */
  move(event: PointerEvent): boolean {
    if (!this.isActive || !this.#fingers.has(event.pointerId)) return false;
    const [middle, span] = this.#measure();
    this.#fingers.set(event.pointerId, this.#at(event));
    const [next, nextSpan] = this.#measure();
    this.#editor.panBy(next[0] - middle[0], next[1] - middle[1]);
    if (span > 0 && nextSpan > 0) this.#editor.zoomBy(nextSpan / span, next);
    return true;
  }

  #measure(): readonly [Point, number] {
    const [[ax, ay] = [0, 0], [bx, by] = [0, 0]] = [...this.#fingers.values()];
    return [[(ax + bx) / 2, (ay + by) / 2], Math.hypot(bx - ax, by - ay)];
  }
}
