/** Tiers on the canvas and in the panel, and the lines that dragged nodes snap to. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { Editor } from "../editor";
import { bandsOf, namesIn, raiseTier, rankOf, setRank } from "../tiers";

interface Props {
  readonly editor: Editor;
}

export function TierBands({ editor }: Props): JSX.Element | null {
  const bands = useComputed(() => {
    const { tiers } = editor.scene.document.value;
    return tiers.length === 0 ? [] : bandsOf(tiers, editor.scene.nodeBoxes);
  }).value;
  if (bands.length === 0) return null;
  return (
    <g class="cmg-tiers" aria-hidden="true">
      {bands.map(({ rank, left, top, width, height, direction }) => (
        <g key={rank} class={`cmg-tier is-${rank % 2 ? "odd" : "even"} is-${direction}`} data-tier={rank}>
          <rect x={left} y={top} width={width} height={height} rx={direction === "free" ? 10 : 0} />
          <text x={left + 8} y={top + 12}>{`tier ${rank}`}</text>
        </g>
      ))}
    </g>
  );
}

export function Guides({ editor }: Props): JSX.Element | null {
  const guides = editor.screen.guides.value;
  if (guides.length === 0) return null;
  return (
    <g class="cmg-guides" aria-hidden="true">
      {guides.map(({ axis, at, from, to }) => (
        <path key={axis} d={axis === "x" ? `M${at} ${from}V${to}` : `M${from} ${at}H${to}`} />
      ))}
    </g>
  );
}

/** Which tier nodes are in, to be chosen. */
export function TierSelect({ editor, ids, label }: Props & { readonly ids: readonly string[]; readonly label: string }): JSX.Element {
  const document = editor.scene.document.value;
  const ranks = new Set(ids.map((id) => rankOf(document, id)));
  const [only] = ranks;
  const choices = document.tiers.map((_, place) => place + 1);
  return (
    <select
      aria-label={label}
      disabled={editor.screen.readOnly.value}
      value={ranks.size === 1 ? String(only) : ""}
      onChange={(event) => {
        const rank = Number(event.currentTarget.value);
        if (!setRank(editor, ids, rank)) event.currentTarget.value = ranks.size === 1 ? String(only) : "";
      }}
    >
      {ranks.size > 1 && <option value="">several</option>}
      <option value="0">no tier</option>
      {choices.map((rank) => (
        <option key={rank} value={String(rank)}>{`tier ${rank}`}</option>
      ))}
      <option value={String(choices.length + 1)}>new tier</option>
    </select>
  );
}

/** The tiers of the graph, in their order. */
export function TierList({ editor }: Props): JSX.Element | null {
  const document = editor.scene.document.value;
  if (document.tiers.length === 0) return null;
  return (
    <ol class="cmg-tier-list" aria-label="Tiers">
      {document.tiers.map((tier, place) => (
        <li key={tier.join()}>
          <button type="button" class="cmg-path-item" onClick={() => editor.select(tier)}>
            {namesIn(document, tier)}
          </button>
          {place > 0 && !editor.screen.readOnly.value && (
            <button type="button" class="cmg-link" aria-label={`Move tier ${place + 1} up`} title="earlier" onClick={() => raiseTier(editor, place + 1)}>
              ↑
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
