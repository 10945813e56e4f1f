/** The pairs on which data and model disagree, and how far the model has got. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Editor } from "../editor";
import { counted, nameOf, priceOf } from "../wording";
import { Sides } from "./pair-view";
import { edgesBetween } from "./sides";
import type { DataSay, ModelSays, PairTold, Verdict } from "./told";
import { doubtWords, percent, verdictWords } from "./words";

interface Props {
  readonly editor: Editor;
}

const FIRST = 3;

export function Disputes({ editor }: Props): JSX.Element | null {
  const { evidence } = editor;
  const all = useSignal(false);
  const disputes = evidence.disputes.value;
  if (disputes.length === 0) return null;
  return (
    <section class={`cmg-disputes${evidence.isStale.value ? " is-stale" : ""}`} aria-label="Disagreements">
      <p class="cmg-row">
        <span class="cmg-alarm cmg-sign" aria-hidden="true">≠</span> <b>{`Data and ${evidence.model} disagree on ${counted(disputes.length, "edge")}`}</b>
      </p>
      <ul class="cmg-dispute-list">
        {(all.value ? disputes : disputes.slice(0, FIRST)).map((pair) => (
          <Row key={`${pair.a} ${pair.b}`} editor={editor} pair={pair} />
        ))}
      </ul>
      {disputes.length > FIRST && (
        <button type="button" class="cmg-link" onClick={() => (all.value = !all.value)}>
          {all.value ? "show fewer" : `show all ${disputes.length}`}
        </button>
      )}
    </section>
  );
}

function Row({ editor, pair }: Props & { readonly pair: PairTold }): JSX.Element {
  const { document, evidence, screen } = editor;
  const { a, b, data, model } = pair;
  const doubt = model ? doubtWords(model) : "";
  const reasons = { data: data ? bitsOf(data) : "", model: model ? shareOf(model) : "" };
  const says = (side: string, verdict: Verdict | undefined, reason: string): string => `${side}: ${verdictWords(document, pair, verdict ?? null)}, ${reason}`;
  return (
    <li>
      <button type="button" class="cmg-link" title="select it" onClick={() => choose(editor, pair)}>
        {`${nameOf(document, a)} – ${nameOf(document, b)}`}
      </button>
      {doubt && <span class="cmg-doubt">{doubt}</span>}
      {screen.readOnly.value ? (
        <p class="cmg-row">{`${says("data", data?.verdict, reasons.data)}; ${says(evidence.model, model?.verdict, reasons.model)}`}</p>
      ) : (
        <Sides editor={editor} pair={pair} reasons={reasons} />
      )}
    </li>
  );
}

/** "saves 120 bits", or that an edge costs some */
function bitsOf({ verdict, forward, backward }: DataSay): string {
  const best = verdict === "->" ? forward : verdict === "<-" ? backward : Math.max(forward ?? -Infinity, backward ?? -Infinity);
  if (best === null || !Number.isFinite(best)) return "not priced";
  return verdict === "none" ? `an edge ${priceOf(-best)}` : priceOf(-best);
}

function shareOf({ verdict, forward, backward, absent }: ModelSays): string {
  const shares = { "->": forward, "<-": backward, "--": forward + backward, none: absent };
  return verdict === null ? "undecided" : percent(shares[verdict]);
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
