/** The figures of a comparison with another graph, and the legend of its signs. */
import type { JSX } from "preact";
import type { Comparison } from "../overlay";
import { round } from "../wording";

export function Differences({ comparison }: { readonly comparison: Comparison }): JSX.Element {
  const { shd, sid, f1, reference, note, edges, missing, missingElsewhere } = comparison;
  const count = (status: string): number => [...edges.values()].filter((other) => other === status).length;
  const rows: readonly (readonly [string, string, number])[] = [
    ["shared", "✓", count("shared")],
    ["added", "+", count("added")],
    ["reversed", "⇄", count("reversed")],
    ["changed", "≠", count("changed")],
    ["missing", "×", missing.length + missingElsewhere.length],
  ];
  const elsewhere = missingElsewhere.map((ends) => ends.join(" – "));
  const figures: readonly (readonly [string, number | null, string])[] = [
    ["SHD", shd, "structural Hamming distance: pairs of nodes that are joined differently"],
    ["SID", sid, "structural intervention distance: pairs whose effect this graph's parents would get wrong"],
    ["F1", f1, "F1 of the edges with their direction"],
  ];
  return (
    <div class="cmg-differences">
      <hr />
      <p class="cmg-row">
        <b>Against {reference}</b>
      </p>
      <p class="cmg-row cmg-figures">
        {figures.map(([name, value, words]) => (
          <span key={name} title={words}>{`${name} ${value === null ? "–" : round(value)}`}</span>
        ))}
      </p>
      <ul class="cmg-legend">
        {rows.filter(([, , number]) => number > 0).map(([word, sign, number]) => (
          <li key={word} class={`is-${word}`}>
            <span class="cmg-sign" aria-hidden="true">{sign}</span> {`${word} ${number}`}
          </li>
        ))}
      </ul>
      {elsewhere.length > 0 && <p class="cmg-row cmg-faint">{`Missing, not drawn: ${elsewhere.join(", ")}`}</p>}
      {note && <p class="cmg-row cmg-faint">{note}</p>}
    </div>
  );
}
