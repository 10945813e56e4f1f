/** An editor in jsdom before a simulated kernel, with hands. */
import { vi } from "vitest";
import { mountEditor, renderReadOnly, type EditorOptions } from "../../../src/editor";
import type { DocumentEdge, DocumentNode, GraphDocument, Role } from "../../../src/graph/model";
import { SimulatedKernel, type Wire } from "./simulated-kernel";

export const node = (name: string, x = 0, y = 0, ...roles: Role[]): DocumentNode => ({ id: name.toLowerCase(), name, roles, x, y });
export const edge = (source: string, target: string, rest: Partial<DocumentEdge> = {}): DocumentEdge => ({
  id: `${source}${target}`, source, target, mark: "->", knowledge: null, confidence: null, bits: null, ...rest,
}); // prettier-ignore

export const CHAIN: GraphDocument = {
  version: 1,
  rev: 4,
  nodes: [node("A", 100, 40), node("B", 100, 140), node("C", 300, 140)],
  edges: [edge("a", "b"), edge("b", "c")],
  tiers: [],
};

export interface Bench {
  readonly host: HTMLElement;
  readonly root: HTMLElement;
  readonly kernel: SimulatedKernel;
  readonly wire: Wire;
  readonly dispose: () => void;
}

/** Waits until all that is under way is carried, drawn and focused. */
export async function settle(...wires: readonly Wire[]): Promise<void> {
  for (let round = 0; round < 3; round++) {
    for (const wire of wires) wire.settle();
    await vi.advanceTimersByTimeAsync(20);
  }
}

export async function open(document: GraphDocument = CHAIN, traits: object = {}, kernel = new SimulatedKernel(document)): Promise<Bench> {
  const wire = kernel.connect();
  for (const [name, value] of Object.entries({ snapshot: document, ...traits })) wire.traits.set(name, value);
  const host = window.document.body.appendChild(window.document.createElement("div"));
  const dispose = mountEditor(host, wire, {} satisfies EditorOptions);
  await settle(wire);
  return { host, root: host.querySelector<HTMLElement>(".cmg")!, kernel, wire, dispose };
}

export async function openStored(document: GraphDocument, into?: HTMLElement): Promise<HTMLElement> {
  const host = into ?? window.document.body.appendChild(window.document.createElement("div"));
  renderReadOnly(host, document, { name: "g" });
  await settle();
  return host;
}

export function nodeElement({ host }: Pick<Bench, "host">, name: string): SVGElement {
  const found = [...host.querySelectorAll<SVGElement>("[data-node-name]")].find((el) => el.dataset.nodeName === name);
  if (!found) throw new Error(`There is no node ${name} on the canvas.`);
  return found;
}

export function canvas({ host }: Pick<Bench, "host">): SVGElement {
  return host.querySelector<SVGElement>(".cmg-svg")!;
}

export function edgeElement({ host }: Pick<Bench, "host">, key: string): SVGElement {
  const found = [...host.querySelectorAll<SVGElement>("[data-edge]")].find((el) => el.dataset.edge === key);
  if (!found) throw new Error(`There is no edge ${key} on the canvas.`);
  return found;
}

export function edges({ kernel }: Pick<Bench, "kernel">): string[] {
  const name = (id: string) => kernel.document.nodes.find((other) => other.id === id)?.name ?? "?";
  return kernel.document.edges.map(({ source, target, mark }) => `${name(source)} ${mark} ${name(target)}`).sort();
}

export function names({ kernel }: Pick<Bench, "kernel">): string[] {
  return kernel.document.nodes.map(({ name }) => name);
}

export function said({ host }: Pick<Bench, "host">): string {
  return host.querySelector(".cmg-live")?.textContent?.trim() ?? "";
}

export function button({ host }: Pick<Bench, "host">, label: string): HTMLButtonElement {
  const found = [...host.querySelectorAll("button")].find((el) => el.textContent?.trim() === label || el.getAttribute("aria-label") === label);
  if (!found) throw new Error(`There is no button ${label}.`);
  return found;
}

export function focusOn(element: HTMLElement | SVGElement): void {
  element.focus();
}

/** Presses keys where the keyboard is: "n", "Alt+ArrowUp", "Mod+z". Returns the last event. */
export async function press(bench: Bench, ...chords: readonly string[]): Promise<KeyboardEvent> {
  let event = new KeyboardEvent("keydown");
  for (const chord of chords) {
    const parts = chord === "+" ? ["+"] : chord.split("+");
    const key = parts.at(-1) ?? "";
    const held = { ctrlKey: parts.includes("Mod"), shiftKey: parts.includes("Shift"), altKey: parts.includes("Alt") };
    event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true, ...held });
    (window.document.activeElement ?? bench.root).dispatchEvent(event);
    const form = window.document.activeElement?.closest("form");
    if (key === "Enter" && form) form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    await settle(bench.wire);
  }
  return event;
}

/** Types into the field that has the keyboard. */
export async function type(bench: Bench, text: string): Promise<void> {
  const field = window.document.activeElement;
  if (!(field instanceof HTMLInputElement)) throw new Error("No field has the keyboard.");
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await settle(bench.wire);
}

/** A pointer event at a point of the canvas, which is shown at its size without a shift. */
export async function pointer(bench: Bench, kind: string, target: Element, x: number, y: number, rest: object = {}): Promise<void> {
  const event = new MouseEvent(kind, { bubbles: true, cancelable: true, composed: true, clientX: x, clientY: y, button: 0, ...rest });
  Object.defineProperties(event, { pointerId: { value: 1 }, pointerType: { value: "mouse" } });
  target.dispatchEvent(event);
  await settle(bench.wire);
}

/** Drags from a point of an element over the canvas to another point. */
export async function drag(bench: Bench, target: Element, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  await pointer(bench, "pointerdown", target, ...from);
  await pointer(bench, "pointermove", canvas(bench), (from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
  await pointer(bench, "pointermove", canvas(bench), ...to);
  await pointer(bench, "pointerup", canvas(bench), ...to);
}
