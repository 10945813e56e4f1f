/** Where the rows of the forest stand, in px: only those that are seen are drawn. */

/** How high a row is: higher where there are few. */
export function rowHeight(count: number): number {
  return count <= 10 ? 26 : count <= 16 ? 22 : 18;
}

/** So many rows are seen at once. */
const MOST_ROWS = 22;
const LEAST_ROWS = 2;
/** What is drawn above and below the part that is seen, so that nothing is missing while it scrolls. */
const MARGIN = 2;

export interface Rows {
  /** The height of a row, of the part that is seen, and of all rows. */
  readonly row: number;
  readonly seen: number;
  readonly all: number;
  readonly first: number;
  readonly end: number;
}

export function rowsOf(count: number, scrollTop: number): Rows {
  const row = rowHeight(count);
  const seen = row * Math.max(LEAST_ROWS, Math.min(count, MOST_ROWS));
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / row)) - MARGIN);
  return { row, seen, all: row * count, first, end: Math.min(count, Math.ceil((scrollTop + seen) / row) + MARGIN) };
}

/** How many characters all labels begin with, up to the end of a word. */
export function sharedStart([first = "", ...others]: readonly string[]): number {
  if (others.length === 0) return 0;
  let shared = first.length;
  for (const label of others) {
    let at = 0;
    while (at < shared && label[at] === first[at]) at++;
    shared = at;
  }
  return first.lastIndexOf(" ", shared - 1) + 1;
}

/** How far to scroll so that a row is seen, and as little as does that. */
export function scrollFor(place: number, scrollTop: number, { row, seen }: Rows): number {
  const top = place * row;
  if (top < scrollTop) return top;
  return top + row > scrollTop + seen ? top + row - seen : scrollTop;
}

/** The place that a key leads to; null for other keys. */
export function placeAfter(from: number, key: string, count: number): number | null {
  const page = MOST_ROWS - 1;
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
  const step = steps[key];
  return step === undefined ? null : Math.max(0, Math.min(count - 1, from + step));
}
