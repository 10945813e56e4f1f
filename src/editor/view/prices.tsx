/** What the edge that is being made would cost or save at each candidate: on the canvas, and as a list. */
import type { JSX } from "preact";
import { ranked } from "../reading";
import type { Editor } from "../editor";
import { nameOf, priceOf } from "../wording";

interface Props {
  readonly editor: Editor;
}

/** On the canvas, while the edge is dragged; refused targets have their price too, crossed out. */
export function Prices({ editor }: Props): JSX.Element | null {
  const { reading, screen, scene } = editor;
  const drag = screen.drag.value;
  const candidates = reading.candidates.value;
  if (drag?.kind !== "edge" || candidates?.source !== drag.source) return null;
  const drawn = ranked(candidates, drag.invalid).filter(([id]) => scene.nodeBoxes.has(id));
  const best = drawn.find(([id, change]) => change < 0 && !drag.invalid.has(id))?.[0];
  return (
    <g class="cmg-prices">
      {drawn.map(([id, change]) => {
        const box = scene.nodeBoxes.get(id);
        if (!box) return null;
        const refused = drag.invalid.has(id);
        const words = `${refused ? "⊘ " : ""}${priceOf(change)}`;
        const width = words.length * 6.4 + 14;
        const state = `${change < 0 ? "is-saving" : "is-costly"}${id === best ? " is-best" : ""}${refused ? " is-refused" : ""}`;
        return (
          <g key={id} class={`cmg-price ${state}`} data-price={change} transform={`translate(${box.x} ${box.y + box.height / 2 + 13})`}>
            <rect x={-width / 2} y={-9} width={width} height={18} rx={9} />
            <text>{words}</text>
          </g>
        );
      })}
    </g>
  );
}

const OFFERED = 6;

interface OffersProps extends Props {
  readonly source: string;
  readonly typed: string;
  readonly refused: ReadonlySet<string>;
  readonly choose: (name: string) => void;
}

/** The best ends of an edge that is typed, each with its price; refused ones come last and cannot be chosen. */
export function Offers({ editor, source, typed, refused, choose }: OffersProps): JSX.Element | null {
  const candidates = editor.reading.candidates.value;
  if (candidates?.source !== source) return null;
  const begun = typed.toLowerCase();
  const offers = ranked(candidates, refused)
    .map(([id, change]) => ({ id, change, name: nameOf(editor.document, id) }))
    .filter(({ name }) => name.toLowerCase().startsWith(begun))
    .slice(0, OFFERED);
  if (offers.length === 0) return null;
  return (
    <ul class="cmg-offers" aria-label="Bits by target">
      {offers.map(({ id, change, name }) => (
        <li key={id}>
          <button type="button" class="cmg-button" disabled={refused.has(id)} onClick={() => choose(name)}>
            {refused.has(id) ? `⊘ ${name}` : name} <span class={change < 0 ? "cmg-yes" : "cmg-no"}>{priceOf(change)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
