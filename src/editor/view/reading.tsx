/** The part of the panel that answers: the effect, its paths and sets, and what the data say of the graph. */
import type { JSX } from "preact";
import type { Editor } from "../editor";
import { setOf } from "../reading";
import { round } from "../wording";
import { BoundsPart } from "./bounds";
import { Differences } from "./differences";
import { Answer } from "./effect";
import { isViewing } from "./graph-view";
import { Implications } from "./implications";

interface Props {
  readonly editor: Editor;
}

export function ReadingPart({ editor }: Props): JSX.Element | null {
  const { reading, scene } = editor;
  const overlay = reading.overlay.value;
  const comparison = reading.comparison.value;
  const bounds = reading.bounds.value;
  if (scene.document.value.nodes.length === 0 || (!overlay && !comparison)) return null;
  const isComputed = overlay !== null && !editor.isTooLarge;
  const isBounded = bounds !== null && "bounds" in bounds.told;
  const stale = overlay !== null && reading.isStale.value;
  return (
    <section class={`cmg-reading${stale ? " is-stale" : ""}`} aria-label="What the graph says" aria-busy={stale || overlay?.waiting !== ""}>
      {comparison && <Differences comparison={comparison} />}
      {isComputed && isViewing(editor) && <p class="cmg-row cmg-faint">Read of the graph itself:</p>}
      {isComputed && <Question editor={editor} />}
      {isComputed && isBounded && <BoundsPart shown={bounds} />}
      {overlay?.effect && <Answer editor={editor} effect={overlay.effect} />}
      {isComputed && bounds && !isBounded && <BoundsPart shown={bounds} />}
      {isComputed && <Implications editor={editor} overlay={overlay} />}
      {overlay?.bits && (
        <p class="cmg-row">
          <b>Bits saved</b> {round(overlay.bits.saved)} <span class="cmg-faint">{overlay.bits.source}</span>
        </p>
      )}
      {overlay?.waiting && <p class="cmg-row cmg-waiting">{`${overlay.waiting} …`}</p>}
      {overlay && overlay.missingColumns.length > 0 && (
        <p class="cmg-row cmg-faint">{`Not in the data: ${setOf(editor.document, overlay.missingColumns)}`}</p>
      )}
      {overlay?.error && <p class="cmg-row cmg-alarm">{overlay.error}</p>}
    </section>
  );
}

function Question({ editor }: Props): JSX.Element {
  return (
    <>
      <hr />
      <div class="cmg-effect">
        <b>Effect of</b>
        <RolePicker editor={editor} role="exposure" />
        <b>on</b>
        <RolePicker editor={editor} role="outcome" />
      </div>
    </>
  );
}

/** The node with a role, to choose; or the nodes that share it, to take it from each. */
function RolePicker({ editor, role }: Props & { readonly role: "exposure" | "outcome" }): JSX.Element {
  const { nodes } = editor.scene.document.value;
  const held = nodes.filter(({ roles }) => roles.includes(role));
  const disabled = editor.screen.readOnly.value;
  if (held.length > 1) {
    return (
      <span class="cmg-sets">
        {held.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            class={`cmg-chip cmg-tone-${role}`}
            disabled={disabled}
            aria-label={`${name}: no longer ${role}`}
            title={`no longer ${role}`}
            onClick={() => editor.reading.release(role, id)}
          >
            {name} <span aria-hidden="true">×</span>
          </button>
        ))}
      </span>
    );
  }
  return (
    <select aria-label={role} value={held[0]?.id ?? ""} disabled={disabled} onChange={(event) => editor.reading.choose(role, event.currentTarget.value)}>
      <option value="">{role}</option>
      {nodes.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
