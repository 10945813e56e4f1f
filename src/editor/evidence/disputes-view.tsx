/** The pairs on which data and model disagree, and how far the model has got. */
import type { JSX } from "preact";
import type { Editor } from "../editor";
import { counted, nameOf, priceOf } from "../wording";
import { Sides } from "./pair-view";
import { edgesBetween } from "./sides";
import type { DataSay, ModelSays, PairTold } from "./told";
import { doubtWords, percent, verdictWords } from "./words";

interface Props {
  readonly editor: Editor;
}

export function Disputes({ editor }: Props): JSX.Element | null {
  const { evidence } = editor;
  const disputes = evidence.disputes.value;
  if (disputes.length === 0) return null;
  return (
    <section class={`cmg-disputes${evidence.isStale.value ? " is-stale" : ""}`} aria-label="Disagreements">
      <p class="cmg-row">
        <span class="cmg-alarm cmg-sign" aria-hidden="true">≠</span> <b>{`Data and ${evidence.model} disagree on ${counted(disputes.length, "edge")}`}</b>
      </p>
      <ul class="cmg-dispute-list">
        {disputes.map((pair) => (
          <Row key={`${pair.a} ${pair.b}`} editor={editor} pair={pair} />
        ))}
      </ul>
    </section>
  );
}

function Row({ editor, pair }: Props & { readonly pair: PairTold }): JSX.Element {
  const { document, evidence } = editor;
  const { a, b, data, model } = pair;
  const doubt = model ? doubtWords(model) : "";
  return (
    <li>
      <button type="button" class="cmg-link" title="select it" onClick={() => choose(editor, pair)}>
        {`${nameOf(document, a)} – ${nameOf(document, b)}`}
      </button>
      <span class="cmg-views">
        <span>data</span> <span class="cmg-held">{`${verdictWords(document, pair, data?.verdict ?? null)}${data ? bitsOf(data) : ""}`}</span>
        <span>{evidence.model}</span> <span>{`${verdictWords(document, pair, model?.verdict ?? null)}${model ? shareOf(model) : ""}`}</span>
      </span>
      {doubt && <span class="cmg-doubt">{doubt}</span>}
      <Sides editor={editor} pair={pair} />
    </li>
  );
}

function bitsOf({ verdict, forward, backward }: DataSay): string {
  const best = verdict === "->" ? forward : verdict === "<-" ? backward : Math.max(forward ?? -Infinity, backward ?? -Infinity);
  return best === null || !Number.isFinite(best) ? "" : `: ${verdict === "none" ? "an edge " : ""}${priceOf(-best)}`;
}

function shareOf({ verdict, forward, backward, absent }: ModelSays): string {
  const shares = { "->": forward, "<-": backward, "--": forward + backward, none: absent };
  return verdict === null ? "" : `: ${percent(shares[verdict])}`;
}

/** Selects the drawn edge of a pair, or else both nodes. */
function choose(editor: Editor, { a, b }: PairTold): void {
  const [edge] = edgesBetween(editor.document, a, b);
  if (edge) editor.select([], [edge.id]);
  else editor.select([a, b]);
}

/** What the model is doing, and what stands against relying on it. */
export function ModelState({ editor }: Props): JSX.Element | null {
  const opinion = editor.evidence.opinion.value;
  if (!opinion) return null;
  return (
    <>
      {opinion.waiting && <p class="cmg-row cmg-waiting">{`${opinion.waiting} …`}</p>}
      {opinion.problem && <p class="cmg-row cmg-alarm">{opinion.problem}</p>}
      {opinion.note && <p class="cmg-row cmg-faint">{opinion.note}</p>}
    </>
  );
}
