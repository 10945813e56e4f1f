/** The vocabulary of the notation: the twin of causal_magics/graph/notation_words.py. */

import type { Role } from "./model";

export const MAX_DEPTH = 32;
export const MAX_GROUP_EDGES = 100_000;

const WRAPPERS: ReadonlySet<string> = new Set(["dag", "pdag", "mag", "pag", "graph", "digraph"]);

/** Whether `word {` opens a wrapper around statements. */
export function isWrapper(word: string): boolean {
  return WRAPPERS.has(word.toLowerCase());
}

/** Whether a name must be quoted although it is one word. */
export function isReserved(word: string): boolean {
  return isWrapper(word) || word.toLowerCase() === "node" || word.toLowerCase() === "edge";
}

export const OPERATORS = ["->", "<-", "<->", "--", "@->", "<-@", "@-@", "@--", "--@"] as const;
export type Operator = (typeof OPERATORS)[number];

const MISTAKEN: Readonly<Record<Operator, string>> = {
  "->": "=> --> ==> > ~> → ⇒ ⟶",
  "<-": "<= <-- <== < ~ ← ⇐ ⟵",
  "<->": "<=> <--> <> ~~ <~> ↔ ⇔ ⟷",
  "--": "- --- == — – −",
  "@->": "o-> @> @-->",
  "<-@": "<-o <@ <--@",
  "@-@": "o-o @@ @ @--@",
  "@--": "o-- o- @-",
  "--@": "--o -o -@",
};

/** The operator that was meant by what is none. */
export function meantOperator(written: string): string | null {
  return OPERATORS.find((operator) => MISTAKEN[operator].split(" ").includes(written)) ?? closest(written, OPERATORS);
}

export const ROLE_WORDS: ReadonlyMap<string, Role> = new Map<string, Role>([
  ...["exposure", "e", "source"].map((word): [string, Role] => [word, "exposure"]),
  ...["outcome", "o", "target"].map((word): [string, Role] => [word, "outcome"]),
  ...["adjusted", "a"].map((word): [string, Role] => [word, "adjusted"]),
  ...["latent", "l", "unobserved", "u"].map((word): [string, Role] => [word, "latent"]),
  ...["selected", "selection", "s"].map((word): [string, Role] => [word, "selection"]),
  ["functional", "functional"],
]);

export const NODE_ATTRIBUTES = ["exposure", "outcome", "adjusted", "latent", "selected", "functional", "pos"] as const;
export const EDGE_ATTRIBUTES = ["required", "forbidden", "bits", "confidence"] as const;
export const KNOWN_TO_NODES = [...NODE_ATTRIBUTES, "selection", "source", "target", "unobserved"] as const;

/** Read over: DAGitty's for simulation and labels, DOT's for drawing. */
export const DRAWING_ATTRIBUTES: ReadonlySet<string> = new Set(
  (
    "bb beta eps label weight pos distribution form tags arrowhead arrowsize arrowtail bgcolor center color compound " +
    "concentrate constraint dir dpi fillcolor fixedsize fontcolor fontname fontsize headport height id layout lp " +
    "margin minlen nodesep ordering overlap pad penwidth rank rankdir ranksep ratio shape sides size splines style " +
    "tailport tooltip url width xlabel"
  ).split(" "),
);

/** The option most like `word`, or null where none is close. */
export function closest(word: string, options: readonly string[]): string | null {
  let best: string | null = null;
  let similarity = 0.6;
  for (const option of options) {
    const longest = Math.max(word.length, option.length);
    if (Math.abs(word.length - option.length) > 0.4 * longest) continue;
    const found = 1 - editDistance(word, option) / longest;
    if (found >= similarity && option !== best) {
      best = found > similarity || best === null ? option : best;
      similarity = found;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    const above = rows[i - 1] ?? [];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
