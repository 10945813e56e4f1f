/** Moved nodes glide to their new places, where the reader has not asked for reduced motion. */
import type { Editor } from "./editor";
import type { Places } from "./scene";
import type { Viewport } from "./screen";

const TIME = 260;
/** More nodes than this would not glide smoothly. */
const MOST_GLIDING = 200;

function wantsMotion(): boolean {
  return typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: no-preference)").matches;
}

/** What is seen now; the function shows how it becomes what is seen then, when called after the change. */
export function glideFrom(editor: Editor): () => void {
  const { scene, screen } = editor;
  const placesOf = (ids: Iterable<string>): Places => new Map([...ids].flatMap((id) => {
    const box = scene.nodeBoxes.get(id);
    return box ? [[id, [box.x, box.y] as const] as const] : [];
  })); // prettier-ignore
  const before = placesOf(scene.nodeIds.peek());
  const from = screen.viewport.peek();
  return () => {
    const after = placesOf(before.keys());
    if (before.size <= MOST_GLIDING && wantsMotion()) glide(editor, before, after, from, screen.viewport.peek());
  };
}

function glide({ scene, screen }: Editor, before: Places, after: Places, from: Viewport, to: Viewport): void {
  const start = performance.now();
  let shown = to;
  const step = (now: number): void => {
    const part = Math.min(1, Math.max(0, now - start) / TIME);
    const interrupted = screen.drag.peek() !== null || screen.viewport.peek() !== shown;
    if (part === 1 || interrupted) {
      if (!interrupted) screen.viewport.value = to;
      if (screen.drag.peek()?.kind !== "move") scene.drop();
      return;
    }
    const eased = 1 - (1 - part) ** 3;
    const between = (a: number, b: number): number => a + (b - a) * eased;
    scene.drag(new Map([...after].map(([id, [x, y]]) => {
      const [left, top] = before.get(id) ?? [x, y];
      return [id, [between(left, x), between(top, y)] as const];
    }))); // prettier-ignore
    shown = { zoom: between(from.zoom, to.zoom), left: between(from.left, to.left), top: between(from.top, to.top) };
    screen.viewport.value = shown;
    requestAnimationFrame(step);
  };
  step(start);
}
