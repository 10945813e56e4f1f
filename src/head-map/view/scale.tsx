/** The colours of a panel and what they stand for: 0 in the middle, or at one end where no value is on the other side. */
import type { JSX } from "preact";
import type { Panel } from "../data";
import { figure } from "../wording";

const STEPS = 20;
const [WIDTH, HEIGHT] = [72, 9];

export function Scale({ panel }: { readonly panel: Panel }): JSX.Element {
  const [isBelow, isAbove] = [panel.values.some((value) => (value ?? 0) < 0), panel.values.some((value) => (value ?? 0) > 0)];
  const sides = [isBelow || !isAbove ? -1 : 0, isAbove || !isBelow ? 1 : 0] as const;
  const [low, high] = sides;
  const step = (high - low) / STEPS;
  const middles = Array.from({ length: STEPS }, (_, place) => low + (place + 0.5) * step);
  const end = (side: number): string => (side === 0 ? "0" : figure(side * panel.limit));
  return (
    <span class="cmh-scale">
      {end(low)}
      <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
        {middles.map((at, place) => (
          <rect
            key={place}
            class={`cmh-cell ${at < 0 ? "is-negative" : "is-positive"}`}
            style={{ "--share": `${Math.abs(at) * 100}%` }}
            x={(place * WIDTH) / STEPS}
            width={WIDTH / STEPS + 0.3}
            height={HEIGHT}
          />
        ))}
        <path class="cmh-zero" d={`M${(-low / (high - low)) * WIDTH} 0V${HEIGHT}`} />
      </svg>
      {end(high)}
    </span>
  );
}
