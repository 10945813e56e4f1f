/** A text that follows the document which was made from it. */
import { toNotation } from "./conversion";
import { indexOf, type GraphDocument } from "./model";
import { rewriteNotation, type WritePositions } from "./notation-rewrite";

/** The text after an edit of its document; null where it cannot be read. */
export function editedText(text: string, before: GraphDocument, after: GraphDocument, positions: WritePositions): string | null {
  const { nodes } = indexOf(before);
  const renamed = new Map(
    after.nodes.flatMap(({ id, name }): [string, string][] => {
      const old = nodes.get(id)?.name;
      return old === undefined || old === name ? [] : [[old, name]];
    }),
  );
  return rewriteNotation(text, toNotation(before), toNotation(after), { renamed, positions });
}

export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The one stretch of a text that differs from another, so that cursors elsewhere stay where they are. */
export function changeOf(before: string, after: string): Change {
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < least - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
