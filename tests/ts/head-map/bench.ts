/** A head map in jsdom, where nothing is laid out: the page has 640 px for it, and its drawings begin at 0, 0. */
import { mountHeadMap, renderStoredHeadMap } from "../../../src/head-map";
import { parseGrid } from "../../../src/head-map/data";
import { cornerOf, layoutOf } from "../../../src/head-map/layout";
import { drawn, Kernel } from "../harness/traits";

/** jsdom has no pointer events: mouse events tell all but which pointer it was. */
export function pointerEvent(type: string, options: MouseEventInit): MouseEvent {
  return Object.assign(new MouseEvent(type, { bubbles: true, ...options }), { pointerId: 1, pointerType: "mouse" });
}

export { drawn, press } from "../harness/traits";

export interface RawGrid {
  readonly layers: number;
  readonly heads: number;
  readonly panels: readonly Record<string, unknown>[];
}

/** Values from -n/2 up, one further panel of their squares for each name after the first. */
export function raw(layers: number, heads: number, names: readonly string[] = ["NIE"]): RawGrid {
  const values = Array.from({ length: layers * heads }, (_, index) => index - Math.floor((layers * heads) / 2));
  return { layers, heads, panels: names.map((name, place) => ({ name, unit: "nats", values: place ? values.map((value) => value ** 2) : values, lower: null, upper: null, exact: null, limit: null })) };
}

export interface Bench {
  readonly kernel: Kernel;
  readonly root: HTMLElement;
  readonly close: () => void;
}

export async function open(grid: unknown, traits: Record<string, unknown> = {}): Promise<Bench> {
  const kernel = new Kernel({ grid, title: "heads", selected: [], marks: [], top: 3, markable: false, ...traits });
  const host = document.body.appendChild(document.createElement("div"));
  const close = mountHeadMap(host, kernel);
  await drawn();
  return { kernel, root: host.querySelector<HTMLElement>(".cmh")!, close };
}

export async function openStored(stored: Record<string, unknown>): Promise<HTMLElement> {
  const host = document.body.appendChild(document.createElement("div"));
  renderStoredHeadMap(host, stored);
  await drawn();
  return host.querySelector<HTMLElement>(".cmh")!;
}

export function panel(root: HTMLElement, index = 0): SVGSVGElement {
  return root.querySelectorAll<SVGSVGElement>(".cmh-drawing")[index]!;
}

export function head(root: HTMLElement, name: string, index = 0): SVGElement {
  return panel(root, index).querySelector<SVGElement>(`[data-head="${name}"]`)!;
}

/** The middle of a head's cell. */
function placeOf(grid: RawGrid, name: string): { clientX: number; clientY: number } {
  const layout = layoutOf(parseGrid(grid), grid.panels.length, 640);
  const [layer = 0, head = 0] = name.split(".").map(Number);
  const [x, y] = cornerOf(layout, grid, layer * grid.heads + head);
  return { clientX: x + layout.cellWidth / 2, clientY: y + layout.cellHeight / 2 };
}

/** Drags from one head to the last of these, through the others; one alone is a click. */
export async function drag(root: HTMLElement, grid: RawGrid, names: readonly string[], keys: MouseEventInit = {}): Promise<void> {
  const drawing = panel(root);
  const send = (type: string, name: string): unknown =>
    drawing.dispatchEvent(pointerEvent(type, { ...placeOf(grid, name), ...keys }));
  send("pointerdown", names[0]!);
  for (const name of names.slice(1)) send("pointermove", name);
  await drawn();
  send("pointerup", names.at(-1)!);
  await drawn();
}

export async function point(root: HTMLElement, grid: RawGrid, name: string): Promise<void> {
  panel(root).dispatchEvent(pointerEvent("pointermove", placeOf(grid, name)));
  await drawn();
}

export async function push(root: HTMLElement, words: string): Promise<void> {
  [...root.querySelectorAll("button")].find(({ textContent }) => textContent === words)!.click();
  await drawn();
}

export const details = (root: HTMLElement): string => root.querySelector(".cmv-details")?.textContent ?? "";
export const said = (root: HTMLElement): string => root.querySelector(".cmv-live")?.textContent?.trim() ?? "";
export const picked = (root: HTMLElement): string[] =>
  [...panel(root).querySelectorAll<SVGElement>('[aria-selected="true"]')].map(({ dataset }) => dataset.head!);
