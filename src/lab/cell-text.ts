/** Where in a cell's text our notation stands. */

const CELL = /^\s*%%causal(?=\s|$)/u;
const LINE = /^\s*(?:[\w.]+\s*=\s*)?(?=%causal(?:\s|$))/u;

/** The number of the line, from 0, with which a text is a `%%causal` cell; null where it is none. */
export function openingLine(lines: Iterable<string>): number | null {
  let number = 0;
  for (const line of lines) {
    if (line.trim() !== "") return CELL.test(line) ? number : null;
    number += 1;
  }
  return null;
}

/** The column of `%causal` in a line of Python, null where there is none. */
export function magicColumn(line: string): number | null {
  const before = LINE.exec(line);
  return before ? before[0].length : null;
}

/** Whether anything in a cell's text is ours. */
export function mentionsMagic(text: string): boolean {
  if (!text.includes("%causal")) return false;
  const lines = text.split("\n");
  return openingLine(lines) !== null || lines.some((line) => magicColumn(line) !== null);
}
