/** The signs of the chart: a regime has its colour, its shape and its row; a change has a flag. */
import type { JSX } from "preact";

export const TONES = 8;
const SHAPES = ["circle", "square", "diamond"] as const;

/** The class that gives a regime its colour. */
export function toneClass(regime: number): string {
  return `cmt-tone-${regime % TONES}`;
}

interface Props {
  readonly regime: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Regimes whose colours are the same differ in shape. */
export function Mark({ regime, x, y, radius }: Props): JSX.Element {
  const shape = SHAPES[Math.floor(regime / TONES) % SHAPES.length];
  const held = { class: `cmt-mark ${toneClass(regime)}` };
  if (shape === "circle") return <circle {...held} cx={x} cy={y} r={radius} />;
  if (shape === "square") return <rect {...held} x={x - radius * 0.9} y={y - radius * 0.9} width={radius * 1.8} height={radius * 1.8} />;
  return <path {...held} d={`M${x} ${y - radius}l${radius} ${radius}l${-radius} ${radius}l${-radius} ${-radius}z`} />;
}

export function Flag({ x, y, wide }: { readonly x: number; readonly y: number; readonly wide: boolean }): JSX.Element {
  const half = wide ? 4.5 : 2.5;
  return <path class="cmt-flag" d={`M${x - half} ${y + 4}h${2 * half}L${x} ${y - 4}z`} />;
}
