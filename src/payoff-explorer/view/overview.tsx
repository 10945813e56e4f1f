/** All strata at once, a line for each, and which of them the forest shows. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Explorer } from "../explorer";
import type { Scale } from "../scale";
import { css, usePalette, type Palette } from "./palette";

interface Props {
  readonly explorer: Explorer;
  readonly scale: Scale;
  readonly height: number;
  /** Where the part that is seen begins, and how much it is, as shares of the whole. */
  readonly top: number;
  readonly share: number;
  readonly go: (at: number) => void;
}

const WIDTH = 46;
const FINE = 2;

export function Overview({ explorer, scale, height, top, share, go }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette(place);
  const [bounds, order, calls] = [explorer.bounds.value, explorer.order.value, explorer.calls.value];
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) paint(context, explorer, scale, palette);
  }, [bounds, order, calls, scale.low, scale.high, palette, height]);
  const point = ({ clientY, buttons }: PointerEvent): void => {
    const box = place.current?.getBoundingClientRect();
    if (box && buttons === 1) go((clientY - box.top) / height);
  };
  return (
    <div
      ref={place}
      class="cmx-overview"
      style={{ height: `${height}px` }}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={point}
    >
      <canvas ref={canvas} width={FINE * WIDTH} height={FINE * height} />
      <div class="cmx-window" style={{ top: `${top * height}px`, height: `${share * height}px` }} />
    </div>
  );
}

function paint(context: CanvasRenderingContext2D, explorer: Explorer, { low, high }: Scale, palette: Palette): void {
  const { width, height } = context.canvas;
  const { lower, upper } = explorer.bounds.peek();
  const [order, calls] = [explorer.order.peek(), explorer.calls.peek()];
  const tones = [palette.refuse, palette.undecided, palette.treat].map(css);
  const x = (value: number): number => 2 + ((value - low) / (high - low)) * (width - 4);
  // Of more strata than there are lines, every so many-th has one.
  const lines = Math.min(order.length, height);
  context.clearRect(0, 0, width, height);
  for (let line = 0; line < lines; line++) {
    const z = order[Math.floor(((line + 0.5) * order.length) / lines)] ?? 0;
    const from = x(lower[z] ?? 0);
    context.fillStyle = tones[(calls[z] ?? 0) + 1] ?? "";
    context.fillRect(from, (line * height) / lines, Math.max(2, x(upper[z] ?? 0) - from), Math.max(1, height / lines));
  }
  context.fillStyle = css(palette.undecided);
  context.fillRect(x(0) - 0.5, 0, 1, height);
}
