/** A line on the figures of the model with its marks, and the figures: grey where they are of other marks. */
import type { JSX } from "preact";
import type { HeadMap } from "../head-map";
import { changeText, valuesText } from "../note";

export function NoteView({ map }: { readonly map: HeadMap }): JSX.Element | null {
  const { state, words, figures } = map.note.value;
  if (figures.length === 0 && words === "") return null;
  return (
    <div class={`cmh-note is-${state}`} data-note={state} aria-busy={state === "working"}>
      <p title={words}>{words}</p>
      <dl>
        {figures.map((figure, index) => (
          <div key={index} class="cmh-note-figure">
            <dt title={figure.label}>{figure.label}</dt>
            <dd>{valuesText(figure)}</dd>
            <dd class="cmh-change">{changeText(figure)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
