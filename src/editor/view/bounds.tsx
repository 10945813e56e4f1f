/** The bounds on the probability of necessity and sufficiency, and what each part of the graph gains. */
import type { JSX } from "preact";
import { endsWords, gainWords, type Bounds, type Ends, type Shown } from "../bounds";
import { counted } from "../wording";

export function BoundsPart({ shown }: { readonly shown: Shown }): JSX.Element {
  const { told, before, waiting } = shown;
  if (!("bounds" in told)) return <p class="cmg-row cmg-faint cmg-no-bounds" title={told.problem}>{`No PNS: ${told.problem}`}</p>;
  const { bounds } = told;
  return (
    <div class={`cmg-bounds${waiting ? " is-waiting" : ""}`} role="group" aria-label="Bounds on the PNS" aria-busy={waiting}>
      <p class="cmg-row" title={bounds.summary}>
        <b title="Probability of necessity and sufficiency: how many have the outcome just where they are treated">PNS</b>{" "}
        {before && <span class="cmg-faint cmg-bounds-before">{`${endsWords(before)} →`}</span>}{" "}
        <span class="cmg-bounds-now">{endsWords(bounds.now)}</span>
      </p>
      <Track bounds={bounds} before={before} />
      <Steps bounds={bounds} />
      {bounds.notes.length > 0 && (
        <details class="cmg-row cmg-faint">
          <summary>{counted(bounds.notes.length, "note")}</summary>
          {bounds.notes.map((note) => (
            <p key={note} class="cmg-row">{note}</p>
          ))}
        </details>
      )}
    </div>
  );
}

/** From 0 to 1: the bounds within those before the last edit, within those without the graph. */
function Track({ bounds: { start, now }, before }: { readonly bounds: Bounds; readonly before: Ends | null }): JSX.Element {
  const part = (ends: Ends, kind: string): JSX.Element => (
    <span class={kind} style={{ left: `${ends[0] * 100}%`, width: `${(ends[1] - ends[0]) * 100}%` }} />
  );
  return (
    <div class="cmg-track" aria-hidden="true">
      {part(start, "is-start")}
      {before && part(before, "is-before")}
      {part(now, "is-now")}
    </div>
  );
}

function Steps({ bounds: { start, steps } }: { readonly bounds: Bounds }): JSX.Element {
  return (
    <ul class="cmg-steps">
      <li class="cmg-faint">
        <span>data alone</span>
        <span>{endsWords(start)}</span>
      </li>
      {steps.map(({ words, gain, reason }) => (
        <li key={words} title={reason}>
          <span>{words}</span>
          <span>{gainWords(gain)}</span>
        </li>
      ))}
    </ul>
  );
}
