/** What a policy found out by experiments, as the kernel tells it: read as it comes, so that no odd part breaks the drawing. */
import { isObject } from "../../graph/wire";
import { list, number, objects, text, texts } from "../told";

/** A node that is set, and to what. */
export interface Action {
  readonly node: string;
  readonly setting: number;
}

/** An action and how likely it is. */
export interface Weighed extends Action {
  readonly share: number;
  /** What is to be expected of the goal after it, where that is told. */
  readonly expected: number | null;
}

export interface Measured {
  readonly value: number;
  readonly moved: boolean;
  /** From the natural mean, in natural standard deviations. */
  readonly deviation: number;
}

export interface Believed {
  readonly source: string;
  readonly target: string;
  readonly confidence: number;
}

export interface Step {
  /** Null where it only watched. */
  readonly set: Action | null;
  /** "exploring 3 of 8" */
  readonly phase: string;
  /** What was done, and what moved. */
  readonly words: string;
  readonly measured: ReadonlyMap<string, Measured>;
  /** How likely each next action was before this one, the likeliest first. */
  readonly preferences: readonly Weighed[];
  /** What is believed once this was seen; null of a policy that does not tell. */
  readonly belief: readonly Believed[] | null;
}

export interface Found {
  readonly goal: string;
  readonly steps: readonly Step[];
  readonly conclusion: string;
  /** In what the graph is unlike those that the policy knows. */
  readonly notes: readonly string[];
}

export interface Told {
  readonly rev: number;
  /** Why there can be no experiments; empty where there are, or where they are still to come. */
  readonly problem: string;
  readonly found: Found | null;
}

/** What a trait or a stored output tells, or null where no policy is there. */
export function readExperiments(raw: unknown): Told | null {
  const rev = isObject(raw) ? number(raw.rev) : null;
  if (!isObject(raw) || rev === null) return null;
  const nodes = texts(raw.nodes);
  const steps = objects(raw.steps).map((step) => readStep(step, nodes));
  const found = { goal: text(raw.goal), steps, conclusion: text(raw.conclusion), notes: texts(raw.notes) };
  return { rev, problem: text(raw.problem), found: steps.length > 0 ? found : null };
}

function readStep(raw: Readonly<Record<string, unknown>>, nodes: readonly string[]): Step {
  const [values, deviations] = [list(raw.values).map(number), list(raw.deviations).map(number)];
  const [node, to] = list(raw.set);
  const [setting, moved] = [number(to), texts(raw.moved)];
  return {
    set: typeof node === "string" && setting !== null ? { node, setting } : null,
    phase: text(raw.phase),
    words: text(raw.words),
    measured: new Map(nodes.flatMap((id, place) => {
      const [value, deviation] = [values[place] ?? null, deviations[place] ?? null];
      return value === null || deviation === null ? [] : [[id, { value, deviation, moved: moved.includes(id) }] as const];
    })), // prettier-ignore
    preferences: list(raw.preferences).flatMap((item) => {
      const [id, to, share, expected] = list(item);
      return typeof id === "string" && typeof to === "number" && typeof share === "number"
        ? [{ node: id, setting: to, share, expected: number(expected) }]
        : [];
    }),
    belief: raw.belief === null ? null : list(raw.belief).flatMap((item) => {
      const [source, target, confidence] = list(item);
      return typeof source === "string" && typeof target === "string" && typeof confidence === "number"
        ? [{ source, target, confidence }]
        : [];
    }),
  }; // prettier-ignore
}
