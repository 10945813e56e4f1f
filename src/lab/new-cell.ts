/** What a new graph cell says, and where in a notebook it goes. */

export const LOADING = "%load_ext causal_magics";

const LOADS = /^[ \t]*%(?:re)?load_ext[ \t]+causal_magics\b/mu;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/gu;

/** Whether a cell's text loads our magic. */
export function loadsMagic(source: string): boolean {
  return LOADS.test(source);
}

/** The first of g, g2, g3 … that no text mentions and nothing is called. */
export function freeName(texts: readonly string[], taken: readonly (string | null)[] = []): string {
  const used = new Set<string | null>([...taken, ...texts.flatMap((text) => text.match(WORD) ?? [])]);
  for (let number = 2, name = "g"; ; name = `g${number}`, number += 1) {
    if (!used.has(name)) return name;
  }
}

/** A line opens an empty canvas at once; a cell waits for its body to be written. */
export function graphCell(name: string, isRun: boolean): string {
  return isRun ? `%causal graph -o ${name}` : `%%causal graph -o ${name}\n`;
}

export interface Insertion {
  /** Where the first new cell goes; the cell that stands there is replaced where it is `blank`. */
  readonly at: number;
  readonly replacesBlank: boolean;
  readonly sources: readonly string[];
}

/**
 * The cells to insert after the cell `active`; `texts` has null for what is no code. The line that loads the magic is
 * among them where none stands ahead, so that the notebook also runs from top to bottom.
 */
export function planInsertion(texts: readonly (string | null)[], active: number, graph: string, isLoaded: boolean): Insertion {
  const replacesBlank = texts[active]?.trim() === "";
  const at = replacesBlank ? active : active + 1;
  const loading = texts.findIndex((text) => text !== null && loadsMagic(text));
  const isAhead = loading >= 0 && loading < at;
  return { at, replacesBlank, sources: isAhead || (isLoaded && loading < 0) ? [graph] : [LOADING, graph] };
}
