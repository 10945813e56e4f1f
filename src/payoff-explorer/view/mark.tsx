/** The mark of a stratum: which way it points tells what is known, how full it is, what the rule does. */
import type { JSX } from "preact";
import { CALLS } from "../wording";
import type { Call } from "../decisions";
import { round } from "../scale";

const SIZE = 4;

export function Mark({ call, x, y, part }: { readonly call: Call; readonly x: number; readonly y: number; readonly part: number }): JSX.Element {
  const path = pathOf(call, round(x), y);
  return (
    <g class={`cmx-mark is-${CALLS[call]}`}>
      <path class="cmx-ground" d={path} />
      <path class="cmx-sign" d={path} fill-opacity={round(part)} />
    </g>
  );
}

function pathOf(call: Call, x: number, y: number): string {
  if (call === 0) return `M${x - SIZE} ${y}a${SIZE} ${SIZE} 0 1 0 ${2 * SIZE} 0a${SIZE} ${SIZE} 0 1 0 ${-2 * SIZE} 0z`;
  const way = call * (SIZE + 1);
  return `M${round(x - way)} ${y - SIZE}v${2 * SIZE}L${round(x + way)} ${y}z`;
}
