/** The sign of what is known of a stratum: a disc to treat, an open diamond where undecided, a square to refuse. */
import type { JSX } from "preact";
import type { Call } from "../decisions";
import { round } from "../scale";
import { CALLS } from "../wording";

const SIZE = 4;

export function Mark({ call, x, y }: { readonly call: Call; readonly x: number; readonly y: number }): JSX.Element {
  return <path class={`cmx-mark is-${CALLS[call]}`} d={pathOf(call, round(x), y)} />;
}

function pathOf(call: Call, x: number, y: number): string {
  if (call === 1) return `M${x - SIZE} ${y}a${SIZE} ${SIZE} 0 1 0 ${2 * SIZE} 0a${SIZE} ${SIZE} 0 1 0 ${-2 * SIZE} 0z`;
  const [side, tip] = [0.9 * SIZE, 1.15 * SIZE];
  if (call === -1) return `M${round(x - side)} ${round(y - side)}h${2 * side}v${2 * side}h${-2 * side}z`;
  return `M${x} ${round(y - tip)}l${tip} ${tip}l${-tip} ${tip}l${-tip} ${-tip}z`;
}
