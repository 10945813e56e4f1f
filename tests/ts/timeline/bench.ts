/** A timeline in jsdom before a kernel that says only what it is told to say. */
import { vi } from "vitest";
import { mountTimeline, renderStoredTimeline, type TimelineModel } from "../../../src/timeline";

export interface RawBatch {
  readonly label: string;
  readonly rows: number;
  readonly regime: number;
  readonly bits: number | null;
  readonly per_row: number | null;
  readonly other_per_row: number | null;
  readonly alternatives: readonly object[];
  readonly changed: readonly string[];
  readonly extrapolated: readonly object[];
}

/** Batches in these regimes: ten bits a row, and 100 bits more in the other place. */
export function raw(regimes: readonly number[], labels?: readonly string[], worlds: readonly number[] = []): { batches: RawBatch[]; regimes: object[] } {
  const count = Math.max(-1, ...regimes) + 1;
  return {
    regimes: Array.from({ length: count }, (_, regime) => ({ world: worlds[regime] ?? 0, rows: 500, edges: 3, changed: regime ? ["load"] : [] })),
    batches: regimes.map((regime, place) => ({
      label: labels?.[place] ?? `b${place}`,
      rows: 500,
      regime,
      bits: 5_000,
      per_row: 10,
      other_per_row: 10.2,
      alternatives: [{ words: `regime ${regime}`, bits: 5_000, taken: true }, { words: "new world", bits: 5_100, taken: false }],
      changed: place > 0 && regimes[place - 1] !== regime ? ["load", "price"] : [],
      extrapolated: place === 1 ? [{ column: "staff", share: 0.14 }, { column: "price", share: 0.002 }] : [],
    })),
  };
}

export class Kernel implements TimelineModel {
  readonly traits: Record<string, unknown>;
  readonly selected: number[] = [];
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(traits: Record<string, unknown>) {
    this.traits = { title: "telemetry", selected: null, showing: null, ...traits };
  }

  get(trait: string): unknown {
    return this.traits[trait];
  }

  onChange(trait: string, listener: () => void): () => void {
    const held = this.#listeners.get(trait) ?? new Set();
    this.#listeners.set(trait, held.add(listener));
    return () => held.delete(listener);
  }

  onGone(listener: () => void): () => void {
    return this.onChange("gone", listener);
  }

  select(index: number): void {
    this.selected.push(index);
  }

  say(traits: Record<string, unknown>): void {
    Object.assign(this.traits, traits);
    for (const name of Object.keys(traits)) for (const listener of this.#listeners.get(name) ?? []) listener();
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

export interface Bench {
  readonly kernel: Kernel;
  readonly root: HTMLElement;
  readonly close: () => void;
}

export const drawn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(30);

export async function open(timeline: unknown, traits: Record<string, unknown> = {}): Promise<Bench> {
  const kernel = new Kernel({ timeline, ...traits });
  const host = document.body.appendChild(document.createElement("div"));
  const close = mountTimeline(host, kernel);
  await drawn();
  return { kernel, root: host.querySelector<HTMLElement>(".cmt")!, close };
}

export async function openStored(stored: Record<string, unknown>): Promise<HTMLElement> {
  const host = document.body.appendChild(document.createElement("div"));
  renderStoredTimeline(host, stored);
  await drawn();
  return host.querySelector<HTMLElement>(".cmt")!;
}

export function batch(root: HTMLElement, index: number): SVGElement {
  const found = root.querySelector<SVGElement>(`[data-batch="${index}"]`);
  if (!found) throw new Error(`There is no batch ${index}.`);
  return found;
}

export async function click(root: HTMLElement, index: number): Promise<void> {
  batch(root, index).dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true }));
  await drawn();
}

export async function point(root: HTMLElement, index: number): Promise<void> {
  batch(root, index).dispatchEvent(new MouseEvent("mouseenter"));
  await drawn();
}

/** Presses keys where the keyboard is. */
export async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true }));
    await drawn();
  }
}

export const details = (root: HTMLElement): string => root.querySelector(".cmt-details")?.textContent ?? "";
export const said = (root: HTMLElement): string => root.querySelector(".cmt-live")?.textContent?.trim() ?? "";
export const link = (root: HTMLElement): string | undefined => root.querySelector<HTMLElement>("[data-link]")?.dataset.link;
