/** What lies over the canvas: a notice, the help sheet, and the field that connects by name. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { indexOf } from "../../graph/model";
import { refusedTargets } from "../../graph/targets";
import * as actions from "../actions";
import type { Editor } from "../editor";
import { BINDINGS } from "../keyboard";
import { nameOf } from "../wording";
import { Offers } from "./prices";

interface Props {
  readonly editor: Editor;
}

function Close({ label, run }: { readonly label: string; readonly run: () => void }): JSX.Element {
  return (
    <button type="button" class="cmg-button cmg-bare" aria-label={label} onClick={run}>
      ×
    </button>
  );
}

export function NoticeBar({ editor }: Props): JSX.Element | null {
  const { screen } = editor;
  const notice = screen.notice.value;
  if (!notice) return null;
  return (
    <div class="cmg-notice" role="group" aria-label="Notice">
      <span class="cmg-notice-text">{notice.text}</span>
      {notice.actions.map(({ label, run }) => (
        <button key={label} type="button" class="cmg-button" onClick={run}>
          {label}
        </button>
      ))}
      <Close label="Dismiss" run={() => (screen.notice.value = null)} />
    </div>
  );
}

export function Help({ editor }: Props): JSX.Element | null {
  const { screen } = editor;
  const sheet = useRef<HTMLDivElement>(null);
  const open = screen.help.value;
  const close = (): void => {
    screen.help.value = false;
    editor.takeFocus();
  };
  useLayoutEffect(() => {
    if (open) sheet.current?.focus({ preventScroll: true });
  }, [open]);
  if (!open) return null;
  return (
    <div
      ref={sheet}
      class="cmg-sheet"
      role="dialog"
      aria-label="Keys and help"
      tabIndex={-1}
      onKeyDown={(event) => (event.key === "Escape" || event.key === "?") && close()}
    >
      <Close label="Close help" run={close} />
      <p>
        Double-click the canvas for a node, a node to rename it. Drag a body to move, drag from the ring around it to draw an edge.
        Shift-drag selects, space-drag pans, Ctrl+wheel zooms.
      </p>
      <dl class="cmg-keys">
        {BINDINGS.map(({ keys, words }) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** E: the edge's other end by name; a name that is not there yet makes the node too. */
export function Connect({ editor }: Props): JSX.Element | null {
  const source = editor.screen.connecting.value;
  return source === null ? null : <ConnectField key={source} editor={editor} source={source} />;
}

function ConnectField({ editor, source }: Props & { readonly source: string }): JSX.Element {
  const { screen } = editor;
  const text = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  const id = useMemo(() => editor.session.freshId("names"), []);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);
  const end = (): void => {
    if (screen.connecting.peek() === source) screen.connecting.value = null;
    editor.takeFocus();
  };
  const { document } = editor;
  const refused = refusedTargets(document, actions.edgeToBe(editor, source, source));
  const names = document.nodes.filter((node) => !refused.has(node.id)).map(({ name }) => name);
  const commit = (typed: string): void => {
    const name = resolve(typed, names);
    const target = indexOf(document).idByName.get(name);
    if (!name) return;
    end();
    if (target !== undefined) actions.connect(editor, source, target);
    else actions.addNode(editor, name, ...actions.freePlace(editor, name), source);
  };
  return (
    <form
      class="cmg-connect"
      onSubmit={(event) => {
        event.preventDefault();
        commit(text.value);
      }}
      onKeyDown={(event) => event.key === "Escape" && end()}
    >
      <label>
        <span>{`Edge from ${nameOf(document, source)} to`}</span>
        <input
          ref={field}
          class="cmg-name-field"
          list={id}
          value={text.value}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </label>
      <datalist id={id}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="submit" class="cmg-button">
        Connect
      </button>
      <Close label="Cancel" run={end} />
      <Offers editor={editor} source={source} typed={text.value} refused={refused} choose={commit} />
    </form>
  );
}

/** The name itself, else the only name that begins like it, else what was typed. */
function resolve(typed: string, names: readonly string[]): string {
  if (names.includes(typed) || typed === "") return typed;
  const begun = names.filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()));
  return begun.length === 1 && begun[0] !== undefined ? begun[0] : typed;
}
