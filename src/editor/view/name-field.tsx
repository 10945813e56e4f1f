/** The field in which a name is typed, at the node's place on the canvas. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { indexOf, nameProblem } from "../../graph/model";
import { labelWidth } from "../../graph/geometry";
import { addNode, freePlace, rename } from "../actions";
import type { Editor } from "../editor";
import type { Naming } from "../screen";

const LEAST_WIDTH = 96;
const MOST_WIDTH = 320;

export function NameField({ editor }: { readonly editor: Editor }): JSX.Element | null {
  const naming = editor.screen.naming.value;
  if (!naming) return null;
  const key = naming.kind === "rename" ? naming.id : `${naming.x} ${naming.y}`;
  return <Field key={key} editor={editor} naming={naming} />;
}

interface Entry {
  readonly text: Signal<string>;
  readonly problem: Signal<string | null>;
  readonly commit: () => void;
  readonly leave: () => void;
  readonly blur: () => void;
}

/** What is typed, and what becomes of it: Enter keeps it, Esc drops it, a click elsewhere keeps it if it can. */
function useEntry(editor: Editor, naming: Naming, before: string): Entry {
  const { naming: current } = editor.screen;
  const text = useSignal(before);
  const problem = useSignal<string | null>(null);
  const end = (): void => {
    if (current.peek() === naming) current.value = null;
  };
  const leave = (): void => {
    end();
    editor.takeFocus();
  };
  const commit = (): void => {
    problem.value = problemWith(editor, naming, text.peek());
    if (problem.peek() !== null) return;
    end();
    keep(editor, naming, text.peek());
    editor.takeFocus();
  };
  const blur = (): void => {
    if (current.peek() !== naming) return;
    end();
    if (problemWith(editor, naming, text.peek()) === null) keep(editor, naming, text.peek());
  };
  return { text, problem, commit, leave, blur };
}

function Field({ editor, naming }: { readonly editor: Editor; readonly naming: Naming }): JSX.Element {
  const before = naming.kind === "rename" ? (indexOf(editor.document).nodes.get(naming.id)?.name ?? "") : "";
  const { text, problem, commit, leave, blur } = useEntry(editor, naming, before);
  const field = useRef<HTMLInputElement>(null);
  const id = useMemo(() => editor.session.freshId("names"), []);
  useLayoutEffect(() => {
    field.current?.focus({ preventScroll: true });
    field.current?.select();
  }, []);
  const { zoom, left, top } = editor.screen.viewport.value;
  const [x, y] = placeOf(editor, naming);
  const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, labelWidth(text.value) + 36));
  return (
    <div class="cmg-naming" style={{ left: `${x * zoom + left}px`, top: `${y * zoom + top}px` }}>
      <input
        ref={field}
        class="cmg-name-field"
        style={{ width: `${width}px` }}
        value={text.value}
        list={id}
        aria-label={naming.kind === "rename" ? `New name of ${before}` : "Name of the new node"}
        aria-invalid={problem.value !== null}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => {
          text.value = event.currentTarget.value;
          problem.value = null;
        }}
        onBlur={blur}
        onKeyDown={({ key, isComposing }) => {
          if (isComposing) return;
          if (key === "Enter") commit();
          if (key === "Escape") leave();
        }}
      />
      <Columns editor={editor} id={id} />
      {problem.value !== null && (
        <span class="cmg-problem" role="alert">
          {problem.value}
        </span>
      )}
    </div>
  );
}

/** Columns of the data that are not on the canvas yet. */
function Columns({ editor, id }: { readonly editor: Editor; readonly id: string }): JSX.Element {
  const taken = indexOf(editor.document).idByName;
  const names = editor.screen.columns.value.filter((name) => !taken.has(name));
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

function placeOf(editor: Editor, naming: Naming): [number, number] {
  if (naming.kind === "create") return [naming.x, naming.y];
  const scene = editor.scene.node(naming.id)?.value;
  return [scene?.x ?? 0, scene?.y ?? 0];
}

function problemWith(editor: Editor, naming: Naming, name: string): string | null {
  const owner = indexOf(editor.document).idByName.get(name);
  const own = naming.kind === "rename" && owner === naming.id;
  return nameProblem(name) ?? (owner !== undefined && !own ? "Another node has this name." : null);
}

function keep(editor: Editor, naming: Naming, name: string): void {
  if (naming.kind === "rename") rename(editor, naming.id, name);
  else {
    const [x, y] = naming.anywhere ? freePlace(editor, name) : [naming.x, naming.y];
    addNode(editor, name, x, y, naming.from);
  }
}
