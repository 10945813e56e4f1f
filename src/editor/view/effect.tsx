/** What the graph says of one effect: sets to adjust for, other ways, the formula, the paths. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Editor } from "../editor";
import { writeClipboard } from "../export";
import type { Effect, NodeSet, Path } from "../overlay";
import { blockWords, pathWords } from "../path-words";
import { PATH_TONES, PATH_WORDS, setOf, toneOfPath, type PathTone } from "../reading";
import { counted, nameOf } from "../wording";
import { FormulaView } from "./formula";

interface Props {
  readonly editor: Editor;
  readonly effect: Effect;
}

const FIRST_SETS = 6;
const FIRST_PATHS = 12;

export function Answer({ editor, effect }: Props): JSX.Element {
  const set = (ids: readonly string[]): string => setOf(editor.document, ids);
  const instrument = ({ node, given }: Effect["instruments"][number]): string =>
    nameOf(editor.document, node) + (given.length > 0 ? ` given ${set(given)}` : "");
  return (
    <>
      <AdjustmentSets editor={editor} effect={effect} />
      {effect.directSets && <DirectSets editor={editor} sets={effect.directSets} />}
      <Ways title="Front door" ways={effect.frontDoorSets.map(set)} />
      <Ways title={effect.instruments.length === 1 ? "Instrument" : "Instruments"} ways={effect.instruments.map(instrument)} />
      <Estimand editor={editor} effect={effect} />
      {PATH_TONES.map((tone) => (
        <Paths key={tone} editor={editor} effect={effect} tone={tone} />
      ))}
    </>
  );
}

function AdjustmentSets({ editor, effect }: Props): JSX.Element {
  const all = useSignal(false);
  const { adjustmentSets, adjusted } = effect;
  const shown = all.value ? adjustmentSets : adjustmentSets.slice(0, FIRST_SETS);
  const isListed = [...adjustmentSets, ...(effect.directSets ?? [])].some(({ current }) => current);
  const others = adjusted.nodes.length > 0 && !isListed ? [{ nodes: adjusted.nodes, current: true }] : [];
  const more = editor.reading.overlay.value?.truncated.includes("adjustment_sets") ? " or more" : "";
  return (
    <>
      <p class="cmg-row cmg-sets">
        <b>Adjust for</b>
        {adjustmentSets.length === 0 && <span class="cmg-faint">no set will do</span>}
        {[...shown, ...others].map(({ nodes, current }) => (
          <SetChip key={nodes.join()} editor={editor} nodes={nodes} current={current} />
        ))}
        {adjustmentSets.length > FIRST_SETS && (
          <button type="button" class="cmg-link" onClick={() => (all.value = !all.value)}>
            {all.value ? "show fewer" : `show all ${adjustmentSets.length}${more}`}
          </button>
        )}
      </p>
      <AdjustedNow editor={editor} effect={effect} />
    </>
  );
}

function DirectSets({ editor, sets }: { readonly editor: Editor; readonly sets: readonly NodeSet[] }): JSX.Element {
  return (
    <p class="cmg-row cmg-sets" title="What the exposure does to the outcome along its own edge, with the nodes between them held fixed">
      <b>For the direct effect</b>
      {sets.length === 0 && <span class="cmg-faint">no set will do</span>}
      {sets.slice(0, FIRST_SETS).map(({ nodes, current }) => (
        <SetChip key={nodes.join()} editor={editor} nodes={nodes} current={current} />
      ))}
    </p>
  );
}

function SetChip({ editor, nodes, current }: { readonly editor: Editor; readonly nodes: readonly string[]; readonly current: boolean }): JSX.Element {
  const words = setOf(editor.document, nodes);
  return (
    <button
      type="button"
      class="cmg-chip cmg-tone-adjusted"
      aria-pressed={current}
      aria-label={`Adjust for ${words}`}
      title={current && nodes.length > 0 ? "adjusted for now: click to adjust for nothing" : `adjust for ${words}`}
      disabled={editor.screen.readOnly.value}
      onClick={() => editor.reading.adjust(nodes)}
    >
      {nodes.length === 0 ? "nothing" : words}
    </button>
  );
}

/** How what is adjusted for stands to the sets, where it is none of them. */
function AdjustedNow({ editor, effect: { adjusted, directSets } }: Props): JSX.Element | null {
  const isDirect = directSets?.some(({ current }) => current) === true;
  if (adjusted.nodes.length === 0 || adjusted.minimal || isDirect) return null;
  const now = `Adjusted for ${setOf(editor.document, adjusted.nodes)}`;
  if (adjusted.suffices) return <p class="cmg-row cmg-adjusted-now">{`${now}: enough, and more than is needed.`}</p>;
  const advice = adjusted.lacks.length > 0 ? `not enough without ${setOf(editor.document, adjusted.lacks)}` : "no set that holds it will do";
  return <p class="cmg-row cmg-alarm cmg-adjusted-now">{`${now}: ${advice}.`}</p>;
}

function Ways({ title, ways }: { readonly title: string; readonly ways: readonly string[] }): JSX.Element | null {
  if (ways.length === 0) return null;
  const more = ways.length - FIRST_SETS;
  return (
    <p class="cmg-row">
      <b>{title}</b> {ways.slice(0, FIRST_SETS).join(" or ")}
      {more > 0 && <span class="cmg-faint" title={ways.slice(FIRST_SETS).join(" or ")}>{` and ${more} more`}</span>}
    </p>
  );
}

const METHOD_WORDS: Readonly<Record<string, string>> = {
  adjustment: "by adjustment",
  "do-calculus": "by the do-calculus",
  "front-door": "by the front door",
  instrument: "by an instrument",
  "no effect": "no causal path",
};

function Estimand({ editor, effect }: Props): JSX.Element {
  const { formula, latex, method, assumption, obstacle, summary } = effect;
  if (formula === null) return <p class="cmg-row cmg-not-identified">{summary}</p>;
  return (
    <>
      <p class="cmg-row cmg-sets">
        <b>Estimand</b> <span class="cmg-faint">{METHOD_WORDS[method] ?? method}</span>
        {latex && (
          <button type="button" class="cmg-link" title="Copy the formula as LaTeX" onClick={() => void copy(editor, latex)}>
            LaTeX
          </button>
        )}
      </p>
      <FormulaView formula={formula} label={summary} />
      {assumption && <p class="cmg-row cmg-faint">{`assumes ${assumption}`}</p>}
      {obstacle && <p class="cmg-row">{obstacle}</p>}
    </>
  );
}

async function copy({ screen }: Editor, latex: string): Promise<void> {
  await writeClipboard(latex);
  screen.announce("Copied as LaTeX.");
}

const TONE_WORDS: Readonly<Record<PathTone, string>> = { causal: "causal path", biasing: "open biasing path", blocked: "blocked path" };

function Paths({ editor, effect, tone }: Props & { readonly tone: PathTone }): JSX.Element | null {
  const { reading } = editor;
  const paths = effect.paths.filter((path) => toneOfPath(path) === tone);
  if (paths.length === 0) return tone === "blocked" ? null : <p class="cmg-row cmg-faint">{`no ${TONE_WORDS[tone]}`}</p>;
  const more = reading.overlay.value?.truncated.includes("paths") ? " or more" : "";
  return (
    <details class={`cmg-row cmg-paths-${tone}`} open={tone === "biasing"}>
      <summary title={`${PATH_WORDS[tone]} are ${reading.shown.value.has(tone) ? "" : "not "}shown on the canvas`}>
        <span class="cmg-swatch" aria-hidden="true" />
        {counted(paths.length, TONE_WORDS[tone]) + more}
      </summary>
      {paths.slice(0, FIRST_PATHS).map((path) => (
        <PathItem key={path.edges.join()} editor={editor} path={path} tone={tone} />
      ))}
      {paths.length > FIRST_PATHS && <span class="cmg-faint">{`and ${paths.length - FIRST_PATHS}${more} longer ones`}</span>}
    </details>
  );
}

function PathItem({ editor, path, tone }: { readonly editor: Editor; readonly path: Path; readonly tone: PathTone }): JSX.Element {
  const { reading, document } = editor;
  const point = (): void => void (reading.pointed.value = path);
  const leave = (): void => void (reading.pointed.value = null);
  const words = pathWords(document, path);
  const blocked = blockWords(document, path);
  return (
    <button
      type="button"
      class="cmg-path-item"
      aria-label={[`${TONE_WORDS[tone]}: ${words}`, blocked].filter(Boolean).join(", ")}
      aria-pressed={reading.chosen.value === path}
      title={blocked || "click: this path alone"}
      onMouseEnter={point}
      onMouseLeave={leave}
      onFocus={point}
      onBlur={leave}
      onClick={() => reading.choosePath(path)}
    >
      {words}
      {blocked && <span class="cmg-faint">{` ${blocked}`}</span>}
    </button>
  );
}
