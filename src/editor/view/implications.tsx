/** The independences that the graph implies, and what the data say to each. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Editor } from "../editor";
import type { Independence, Overlay } from "../overlay";
import { briefly, independenceWords } from "../wording";

interface Props {
  readonly editor: Editor;
}

const FIRST = 5;

export function Implications({ editor, overlay }: Props & { readonly overlay: Overlay }): JSX.Element {
  const all = useSignal(false);
  const { independences, tests, truncated } = overlay;
  const rank = ({ rejected, p }: Independence): number => (rejected ? -1 : (p ?? 2));
  const sorted = tests ? [...independences].sort((a, b) => rank(a) - rank(b)) : independences;
  const rejected = independences.filter((each) => each.rejected).length;
  const more = truncated.includes("independences") ? " or more" : "";
  const count = independences.length === 0 ? "none" : `${independences.length}${more}${tests ? `, ${rejected} rejected` : ""}`;
  return (
    <>
      <hr />
      <p class="cmg-row">
        <b>Implications</b> <span class="cmg-faint">{count}</span>
      </p>
      <ul class="cmg-implications">
        {tests && (
          <li class="cmg-faint" aria-hidden="true">
            <span />
            <span class="cmg-p">p</span>
            <span>Holm p</span>
          </li>
        )}
        {(all.value ? sorted : sorted.slice(0, FIRST)).map((each) => (
          <Implication key={[...each.x, "|", ...each.y, "|", ...each.given].join(" ")} editor={editor} statement={each} />
        ))}
      </ul>
      {sorted.length > FIRST && (
        <button type="button" class="cmg-link" onClick={() => (all.value = !all.value)}>
          {all.value ? "show fewer" : `show all ${sorted.length}`}
        </button>
      )}
      {tests && <p class="cmg-row cmg-faint">{`${tests.method}, ${tests.rows}. ${tests.note}`}</p>}
    </>
  );
}

function Implication({ editor, statement }: Props & { readonly statement: Independence }): JSX.Element {
  const { document } = editor;
  const { x, y, p, adjusted, rejected, note, isNew } = statement;
  const words = independenceWords(document, statement);
  return (
    <li>
      <button type="button" class="cmg-path-item" title={hintOf(statement)} onClick={() => editor.select([...x, ...y])}>
        {isNew && <span class="cmg-new" title="new since the last edit">+ </span>}
        {words}
      </button>
      {p === null && note && <span class="cmg-faint cmg-untested" title={note}>untested</span>}
      {p !== null && <span class="cmg-p">{briefly(p)}</span>}
      {p !== null && adjusted !== null && <span class={rejected ? "cmg-no" : "cmg-yes"}>{`${rejected ? "✗" : "✓"} ${briefly(adjusted)}`}</span>}
    </li>
  );
}

function hintOf({ p, adjusted, statistic, rejected, note }: Independence): string {
  if (p === null) return note;
  const parts = [statistic === null ? "" : `statistic ${statistic.toPrecision(3)}`, `p = ${p.toPrecision(3)}`];
  if (adjusted !== null) parts.push(`corrected p = ${adjusted.toPrecision(3)}: ${rejected ? "the data contradict it" : "the data agree"}`);
  return parts.filter(Boolean).join(", ");
}
