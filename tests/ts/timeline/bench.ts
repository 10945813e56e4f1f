/** A timeline in jsdom before a kernel that says only what it is told to say. */
import { mountTimeline, renderStoredTimeline } from "../../../src/timeline";
import { drawn, Kernel } from "../harness/traits";

export { drawn, press } from "../harness/traits";

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

export interface Bench {
  readonly kernel: Kernel;
  readonly root: HTMLElement;
  readonly close: () => void;
}

export async function open(timeline: unknown, traits: Record<string, unknown> = {}): Promise<Bench> {
  const kernel = new Kernel({ timeline, title: "telemetry", selected: null, showing: null, ...traits });
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

export const details = (root: HTMLElement): string => root.querySelector(".cmv-details")?.textContent ?? "";
export const said = (root: HTMLElement): string => root.querySelector(".cmv-live")?.textContent?.trim() ?? "";
export const link = (root: HTMLElement): string | undefined => root.querySelector<HTMLElement>("[data-link]")?.dataset.link;
