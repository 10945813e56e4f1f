/** The part of the panel that answers: the effect, its paths and sets, and what the data say of the graph. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import type { Editor } from "../editor";
import type { Comparison, Effect, Independence, Overlay } from "../overlay";
import { PATH_TONES, PATH_WORDS, setOf, toneOfPath, type PathTone } from "../reading";
import { counted, nameOf, round } from "../wording";
import { FormulaView } from "./formula";

interface Props {
  readonly editor: Editor;
}

const FIRST = 5;

export function ReadingPart({ editor }: Props): JSX.Element | null {
  const { reading, scene } = editor;
  const overlay = reading.overlay.value;
  const comparison = reading.comparison.value;
  if (scene.document.value.nodes.length === 0 || (!overlay && !comparison)) return null;
  const stale = overlay !== null && reading.isStale.value;
  return (
    <section class={`cmg-reading${stale ? " is-stale" : ""}`} aria-label="What the graph says" aria-busy={stale}>
      {overlay && <EffectPart editor={editor} effect={overlay.effect} />}
      {overlay && <Implications editor={editor} overlay={overlay} />}
      {overlay?.bits && (
        <p class="cmg-row" title={overlay.bits.source}>
          <b>Bits saved</b> {round(overlay.bits.saved)} <span class="cmg-faint">{overlay.bits.source}</span>
        </p>
      )}
      {comparison && <Differences comparison={comparison} />}
      {overlay && overlay.missingColumns.length > 0 && (
        <p class="cmg-row cmg-faint">{`Not in the data: ${setOf(editor.document, overlay.missingColumns)}`}</p>
      )}
      {overlay?.error && <p class="cmg-row cmg-alarm">{overlay.error}</p>}
    </section>
  );
}

function EffectPart({ editor, effect }: Props & { readonly effect: Effect | null }): JSX.Element {
  const { nodes } = editor.scene.document.value;
  const held = (role: "exposure" | "outcome"): readonly string[] => nodes.filter(({ roles }) => roles.includes(role)).map(({ id }) => id);
  const several = held("exposure").length > 1 || held("outcome").length > 1;
  return (
    <>
      <hr />
      <div class="cmg-effect">
        <b>Effect</b>
        {several || editor.screen.readOnly.value ? (
          <span>{`${setOf(editor.document, held("exposure"))} → ${setOf(editor.document, held("outcome"))}`}</span>
        ) : (
          <>
            <RoleSelect editor={editor} role="exposure" held={held("exposure")[0] ?? ""} />
            →
            <RoleSelect editor={editor} role="outcome" held={held("outcome")[0] ?? ""} />
          </>
        )}
      </div>
      {effect && <Answer editor={editor} effect={effect} />}
    </>
  );
}

function RoleSelect({ editor, role, held }: Props & { readonly role: "exposure" | "outcome"; readonly held: string }): JSX.Element {
  return (
    <select aria-label={role} value={held} onChange={(event) => editor.reading.choose(role, event.currentTarget.value)}>
      <option value="">{role}</option>
      {editor.scene.document.value.nodes.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Answer({ editor, effect }: Props & { readonly effect: Effect }): JSX.Element {
  const { document } = editor;
  const truncated = editor.reading.overlay.value?.truncated ?? [];
  const set = (ids: readonly string[]): string => (ids.length === 0 ? "∅" : setOf(document, ids));
  return (
    <>
      <Sets title="Adjust for" none="none valid">
        {effect.adjustmentSets.map(({ nodes, current }) => (
          <button
            key={nodes.join()}
            type="button"
            class="cmg-chip cmg-tone-adjusted"
            aria-pressed={current}
            aria-label={`Adjust for ${nodes.length === 0 ? "nothing" : setOf(document, nodes)}`}
            disabled={editor.screen.readOnly.value}
            onClick={() => editor.reading.adjust(nodes)}
          >
            {set(nodes)}
          </button>
        ))}
      </Sets>
      {effect.frontDoorSets.length > 0 && <Sets title="Front door">{effect.frontDoorSets.map(set).join(" or ")}</Sets>}
      {effect.instruments.length > 0 && (
        <Sets title="Instruments">
          {effect.instruments.map(({ node, given }) => nameOf(document, node) + (given.length ? ` given ${set(given)}` : "")).join(", ")}
        </Sets>
      )}
      {effect.formula !== null && <FormulaView formula={effect.formula} label={effect.summary} />}
      {effect.assumption && <p class="cmg-row cmg-faint">{`assumes ${effect.assumption}`}</p>}
      {effect.obstacle && <p class="cmg-row">{effect.obstacle}</p>}
      {PATH_TONES.map((tone) => (
        <Paths key={tone} editor={editor} effect={effect} tone={tone} more={truncated.includes("paths")} />
      ))}
    </>
  );
}

function Sets({ title, none, children }: { readonly title: string; readonly none?: string; readonly children: ComponentChildren }): JSX.Element {
  const empty = Array.isArray(children) && children.length === 0;
  return (
    <p class="cmg-row cmg-sets">
      <b>{title}</b> {empty ? <span class="cmg-faint">{none}</span> : children}
    </p>
  );
}

interface PathsProps extends Props {
  readonly effect: Effect;
  readonly tone: PathTone;
  readonly more: boolean;
}

const TONE_WORDS: Readonly<Record<PathTone, string>> = { causal: "causal path", biasing: "open biasing path", blocked: "blocked path" };

function Paths({ editor, effect, tone, more }: PathsProps): JSX.Element | null {
  const { reading, document } = editor;
  const paths = effect.paths.filter((path) => toneOfPath(path) === tone);
  if (paths.length === 0) return tone === "blocked" ? null : <p class="cmg-row cmg-faint">{`no ${TONE_WORDS[tone]}`}</p>;
  const via = (nodes: readonly string[]): string => nodes.slice(1, -1).map((id) => nameOf(document, id)).join(", ") || "directly";
  return (
    <details class={`cmg-row cmg-paths-${tone}`} open={tone === "biasing"}>
      <summary title={`${PATH_WORDS[tone]} are ${reading.shown.value.has(tone) ? "" : "not "}shown on the canvas`}>
        <span class="cmg-swatch" aria-hidden="true" />
        {counted(paths.length, TONE_WORDS[tone]) + (more ? " or more" : "")}
      </summary>
      {paths.slice(0, 12).map((path) => (
        <button
          key={path.edges.join()}
          type="button"
          class="cmg-path-item"
          aria-label={`${TONE_WORDS[tone]}: ${path.nodes.map((id) => nameOf(document, id)).join(", ")}`}
          onMouseEnter={() => (reading.pointed.value = path)}
          onMouseLeave={() => (reading.pointed.value = null)}
          onFocus={() => (reading.pointed.value = path)}
          onBlur={() => (reading.pointed.value = null)}
          onClick={() => editor.select(path.nodes, path.edges)}
        >
          {path.nodes.length > 2 ? `via ${via(path.nodes)}` : "directly"}
        </button>
      ))}
    </details>
  );
}

function Implications({ editor, overlay }: Props & { readonly overlay: Overlay }): JSX.Element | null {
  const all = useSignal(false);
  const { independences, tests, truncated } = overlay;
  if (independences.length === 0) return null;
  const rank = ({ rejected, p }: Independence): number => (rejected ? -1 : (p ?? 2));
  const sorted = tests ? [...independences].sort((a, b) => rank(a) - rank(b)) : independences;
  const rejected = independences.filter((each) => each.rejected).length;
  const shown = all.value ? sorted : sorted.slice(0, FIRST);
  return (
    <>
      <hr />
      <p class="cmg-row">
        <b>Implications</b> {tests ? "vs data" : ""}{" "}
        <span class="cmg-faint">
          {`${independences.length}${truncated.includes("independences") ? "+" : ""}${tests ? `, ${rejected} rejected` : ""}`}
        </span>
      </p>
      <ul class="cmg-implications">
        {shown.map((each) => (
          <Implication key={[...each.x, "|", ...each.y, "|", ...each.given].join(" ")} editor={editor} statement={each} />
        ))}
      </ul>
      {sorted.length > FIRST && (
        <button type="button" class="cmg-link" onClick={() => (all.value = !all.value)}>
          {all.value ? "show fewer" : `show all ${sorted.length}`}
        </button>
      )}
      {tests && <p class="cmg-row cmg-faint">{`${tests.method}, ${tests.rows.toLocaleString("en")} rows. ${tests.note}`}</p>}
    </>
  );
}

function Implication({ editor, statement }: Props & { readonly statement: Independence }): JSX.Element {
  const { document } = editor;
  const { x, y, given, p, adjusted, rejected, note } = statement;
  const bare = (ids: readonly string[]): string => ids.map((id) => nameOf(document, id)).join(", ");
  const words = `${bare(x)} ⊥ ${bare(y)}${given.length ? ` | ${bare(given)}` : ""}`;
  const hint = p === null ? note : `p = ${p.toPrecision(3)}, adjusted p = ${(adjusted ?? p).toPrecision(3)}: ${rejected ? "the data contradict it" : "the data agree"}`;
  return (
    <li>
      <button type="button" class="cmg-path-item" title={hint} onClick={() => editor.select([...x, ...y])}>
        {words}
      </button>{" "}
      {p !== null && <span class={rejected ? "cmg-no" : "cmg-yes"}>{`${rejected ? "✗" : "✓"} p${briefly(p)}`}</span>}
      {p === null && note && <span class="cmg-faint" title={note}>untested</span>}
    </li>
  );
}

/** "=.41", "<.001" */
function briefly(p: number): string {
  return p < 0.001 ? "<.001" : `=${p.toFixed(p < 0.1 ? 3 : 2).replace(/^0/, "")}`;
}

function Differences({ comparison }: { readonly comparison: Comparison }): JSX.Element {
  const { shd, sid, f1, reference, note, edges, missing, missingNodes } = comparison;
  const count = (status: string): number => [...edges.values()].filter((other) => other === status).length;
  const rows: readonly (readonly [string, string, number])[] = [
    ["shared", "✓", count("shared")],
    ["added", "+", count("added")],
    ["reversed", "⇄", count("reversed")],
    ["changed", "≠", count("changed")],
    ["missing", "×", missing.length],
  ];
  return (
    <div class="cmg-differences">
      <hr />
      <p class="cmg-row">
        <b>Against {reference}</b>
      </p>
      <p class="cmg-row cmg-figures">
        {[["SHD", shd], ["SID", sid], ["F1", f1]].map(([name, value]) => (
          <span key={name}>{`${name ?? ""} ${typeof value === "number" ? round(value) : "–"}`}</span>
        ))}
      </p>
      <ul class="cmg-legend">
        {rows.filter(([, , number]) => number > 0).map(([word, sign, number]) => (
          <li key={word} class={`is-${word}`}>
            <span class="cmg-sign" aria-hidden="true">{sign}</span> {`${word} ${number}`}
          </li>
        ))}
      </ul>
      {missingNodes.length > 0 && <p class="cmg-row cmg-faint">{`Only there: ${missingNodes.join(", ")}`}</p>}
      {note && <p class="cmg-row cmg-faint">{note}</p>}
    </div>
  );
}
