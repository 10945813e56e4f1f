/** Finds a node by its name; in a graph that is too large to draw, chooses what is shown. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Editor } from "../editor";

const MOST_OFFERED = 200;

export function Find({ editor }: { readonly editor: Editor }): JSX.Element | null {
  return editor.screen.finding.value ? <Field editor={editor} /> : null;
}

function Field({ editor }: { readonly editor: Editor }): JSX.Element {
  const { screen } = editor;
  const text = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const id = useMemo(() => editor.session.freshId("found"), []);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);
  const typed = text.value.toLowerCase();
  const names = typed === "" ? [] : editor.document.nodes.filter(({ name }) => name.toLowerCase().includes(typed)).slice(0, MOST_OFFERED);
  const best = names.find(({ name }) => name.toLowerCase() === typed) ?? names.find(({ name }) => name.toLowerCase().startsWith(typed)) ?? names[0];
  const end = (): void => {
    screen.finding.value = false;
    editor.takeFocus();
  };
  const go = (): void => {
    if (!best) return screen.announce(`No node is called ${text.peek()}.`);
    end();
    editor.goTo(best.id);
  };
  return (
    <form
      class="cmg-connect"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
      onKeyDown={(event) => event.key === "Escape" && end()}
    >
      <label>
        <span>Find</span>
        <input ref={field} class="cmg-name-field" list={id} value={text.value} autocomplete="off" spellcheck={false} onInput={(event) => (text.value = event.currentTarget.value)} />
      </label>
      <datalist id={id}>
        {names.map(({ id: key, name }) => (
          <option key={key} value={name} />
        ))}
      </datalist>
      <span class="cmg-faint" aria-live="polite">
        {typed === "" ? "" : `${names.length}${names.length === MOST_OFFERED ? "+" : ""} found`}
      </span>
      <button type="submit" class="cmg-button">Go</button>
    </form>
  );
}

/** What is shown of a graph that is too large to draw. */
export function Neighbourhood({ editor }: { readonly editor: Editor }): JSX.Element | null {
  const { screen, scene } = editor;
  const around = screen.around.value;
  const _shown = scene.document.value;
  if (!_shown || !editor.isTooLarge) return null;
  return (
    <div class="cmg-neighbourhood" role="group" aria-label="Neighbourhood">
      <button type="button" class="cmg-button" onClick={() => (screen.finding.value = true)}>Find …</button>
      <label>
        {"within "}
        <select value={String(around.steps)} onChange={(event) => editor.showAround(around.id, Number(event.currentTarget.value))}>
          {[1, 2, 3, 4].map((steps) => (
            <option key={steps} value={String(steps)}>{`${steps} step${steps === 1 ? "" : "s"}`}</option>
          ))}
        </select>
      </label>
      <span class="cmg-faint">{`${_shown.nodes.length} of ${editor.document.nodes.length.toLocaleString("en")} nodes; double-click one to go there`}</span>
    </div>
  );
}
