/** A payoff explorer in jsdom, where nothing is laid out: the page has 640 px for it. */
import { mountPayoffExplorer, renderStoredExplorer } from "../../../src/payoff-explorer";
import { drawn, Kernel } from "../harness/traits";

export { drawn, press } from "../harness/traits";

/** Strata of an experiment: of each P(learned | untreated) and P(learned | treated). */
export function raw(chances: readonly (readonly [untreated: number, treated: number])[], more: Record<string, unknown> = {}): Record<string, unknown> {
  const count = chances.length;
  return {
    treatment: "incentive", outcome: "learned", untreated: "no", treated: "yes", levels: ["no", "yes"],
    strata: chances.map((_, z) => `s${z}`), share: chances.map(() => 1 / count), units: chances.map(() => 100), cost: chances.map(() => 1),
    monotone: false, sources: ["experiment"], payoff: [[0, 1], [-2, 0]],
    groups: [{ sources: "experiment", strata: chances.map((_, z) => z), cells: chances.flatMap(([b, a]) => [1 - b, b, 1 - a, a]) }],
    ...more,
  }; // prettier-ignore
}

/** One that is treated for certain, one refused, and two undecided. */
export const STUDY = raw([[0.1, 0.8], [0.9, 0.4], [0.3, 0.5], [0.4, 0.7]]);

export interface Bench {
  readonly kernel: Kernel;
  readonly root: HTMLElement;
  readonly close: () => void;
}

export async function open(study: unknown, traits: Record<string, unknown> = {}): Promise<Bench> {
  const payoff = (study as { payoff?: unknown }).payoff;
  const kernel = new Kernel({
    study, title: "whom", weights: payoff, rule: "midpoint", optimism: 0.5, budget: null, selected: null, axes: [[0, 1], [1, 0]], answer: {}, ...traits,
  }); // prettier-ignore
  const host = document.body.appendChild(document.createElement("div"));
  const close = mountPayoffExplorer(host, kernel);
  await drawn();
  return { kernel, root: host.querySelector<HTMLElement>(".cmx")!, close };
}

export async function openStored(stored: Record<string, unknown>): Promise<HTMLElement> {
  const host = document.body.appendChild(document.createElement("div"));
  renderStoredExplorer(host, stored);
  await drawn();
  return host.querySelector<HTMLElement>(".cmx")!;
}

export const slider = (root: HTMLElement, name: string): HTMLInputElement => root.querySelector<HTMLInputElement>(`[data-weight="${name}"]`)!;

/** Moves a slider, and lets go of it. */
export async function slide(root: HTMLElement, name: string, value: number, released = true): Promise<void> {
  const input = slider(root, name);
  input.value = String(value);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  if (released) input.dispatchEvent(new Event("change", { bubbles: true }));
  await drawn();
}

export async function type(root: HTMLElement, name: string, value: string): Promise<void> {
  const input = root.querySelector<HTMLInputElement>(`[data-number="${name}"]`)!;
  input.value = value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await drawn();
}

export async function choose(select: HTMLSelectElement, index: number): Promise<void> {
  select.selectedIndex = index;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await drawn();
}

/** The rows of the forest from above, with what is known of each. */
export const rows = (root: HTMLElement): string[] =>
  [...root.querySelectorAll<SVGElement>("[data-stratum]")].map((row) => `${row.querySelector("text")!.textContent} ${/is-(treat|undecided|refuse)/.exec(row.getAttribute("class")!)![1]}`);
export const shares = (root: HTMLElement): string => [...root.querySelectorAll("[data-call]")].map((each) => (each.textContent ?? "").trim()).join(", ");
export const facts = (root: HTMLElement): string => root.querySelector(".cmx-facts")!.textContent ?? "";
export const said = (root: HTMLElement): string => (root.querySelector(".cmv-live")!.textContent ?? "").trim();
