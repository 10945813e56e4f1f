/** A row of figures under a label: beside it, or below where the label is long. */
import type { ComponentChildren, JSX } from "preact";

/** Longer words, and longer labels, have a line of their own. */
const [LONGEST_WORD, LONGEST] = [12, 22];

interface Props {
  readonly label: string;
  /** What stands for the label, where that is more than its words. */
  readonly head?: ComponentChildren;
  readonly columns: number;
  readonly children: ComponentChildren;
}

export function LabelledRow({ label, head = label, columns, children }: Props): JSX.Element {
  const isLong = label.length > LONGEST || label.split(" ").some((word) => word.length > LONGEST_WORD);
  if (!isLong) {
    return (
      <tr>
        <th scope="row">{head}</th>
        {children}
      </tr>
    );
  }
  return (
    <>
      <tr>
        <th scope="rowgroup" colSpan={columns + 1}>{head}</th>
      </tr>
      <tr>
        <td />
        {children}
      </tr>
    </>
  );
}
