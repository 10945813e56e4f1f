/** The chart: a row for each regime, a mark for each batch, and below them the code that each batch added. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { fitLabel } from "../../graph/geometry-text";
import { chartOf, GUTTER, type Chart } from "../chart";
import type { Batch, Episodes } from "../data";
import type { Timeline } from "../timeline";
import { describeBatch, describeEpisodes } from "../wording";
import { Flag, Mark, toneClass } from "./mark";

interface Props {
  readonly timeline: Timeline;
  readonly width: number;
}

export function ChartView({ timeline, width }: Props): JSX.Element {
  const episodes = timeline.episodes.value;
  const chart = useMemo(() => chartOf(episodes, width), [episodes, width]);
  const scroller = useRef<HTMLDivElement>(null);
  const selected = timeline.selected.value;
  useEffect(() => {
    if (scroller.current && selected !== null) reveal(scroller.current, chart, selected);
  }, [selected, chart]);
  return (
    <div class="cmt-chart" style={{ height: `${chart.height}px` }}>
      <Gutter chart={chart} episodes={episodes} />
      <div class="cmt-scroll" ref={scroller} onMouseLeave={() => (timeline.hover.value = null)}>
        <svg width={chart.width} height={chart.height} role="listbox" aria-orientation="horizontal" aria-label={`Timeline: ${describeEpisodes(episodes)}`} onKeyDown={(event) => onKey(timeline, scroller.current, event)}>
          <Ground chart={chart} episodes={episodes} />
          <Curve chart={chart} batches={episodes.batches} />
          {episodes.batches.map((batch, index) => (
            <BatchView key={index} timeline={timeline} chart={chart} batch={batch} index={index} />
          ))}
        </svg>
      </div>
    </div>
  );
}

function Gutter({ chart, episodes: { regimes } }: { readonly chart: Chart; readonly episodes: Episodes }): JSX.Element {
  const [top] = chart.curve;
  const small = chart.rowHeight < 14 ? " is-small" : "";
  return (
    <svg class="cmt-gutter" width={GUTTER} height={chart.height} aria-hidden="true">
      {chart.bands.map(({ world, y, height }, place) => (
        <g key={world}>
          <rect class={`cmt-band${place % 2 ? " is-odd" : ""}`} x={0} y={y} width={GUTTER} height={height} />
          {chart.bands.length > 1 && <text class="cmt-world" x={6} y={y + chart.rowHeight / 2}>{`world ${world}`}</text>}
        </g>
      ))}
      {chart.rows.map(({ regime, y }) => (
        <g key={regime}>
          <text class={`cmt-row${small}`} x={GUTTER - 22} y={y}>{`regime ${regime}`}</text>
          <Mark regime={regime} x={GUTTER - 12} y={y} radius={4} />
          <title>{`regime ${regime}: ${regimes[regime]?.edges ?? 0} edges, ${regimes[regime]?.rows ?? 0} rows`}</title>
        </g>
      ))}
      <text class="cmt-axis-title" x={6} y={top - 10}>bits a row</text>
      {chart.ticks.map(({ y, text }) => (
        <text key={text} class="cmt-tick" x={GUTTER - 8} y={y}>{text}</text>
      ))}
    </svg>
  );
}

/** What lies behind the marks. */
function Ground({ chart, episodes: { batches } }: { readonly chart: Chart; readonly episodes: Episodes }): JSX.Element {
  const { width, bands, curve, ticks, labels } = chart;
  const way = batches.map(({ regime }, index) => `${index ? "L" : "M"}${chart.x(index)} ${chart.rowOf(regime)}`).join("");
  return (
    <g aria-hidden="true">
      {bands.map(({ world, y, height }, place) => (
        <rect key={world} class={`cmt-band${place % 2 ? " is-odd" : ""}`} x={0} y={y} width={width} height={height} />
      ))}
      {ticks.map(({ y }) => <path key={y} class="cmt-grid" d={`M0 ${y}H${width}`} />)}
      <path class="cmt-way" d={way} />
      {labels.map(({ index, text }) => (
        <g key={index}>
          <path class="cmt-grid" d={`M${chart.x(index)} ${curve[1] + 2}v4`} />
          <text class="cmt-label" x={chart.x(index)} y={curve[1] + 15}>{text}</text>
        </g>
      ))}
    </g>
  );
}

function Curve({ chart, batches }: { readonly chart: Chart; readonly batches: readonly Batch[] }): JSX.Element {
  const line = (of: (batch: Batch) => number | null): string => {
    let broken = true;
    return batches.map((batch, index) => {
      const bits = of(batch);
      const start = broken;
      broken = bits === null;
      return bits === null ? "" : `${start ? "M" : "L"}${chart.x(index)} ${chart.yOf(bits)}`;
    }).join("");
  };
  return (
    <g aria-hidden="true">
      <path class="cmt-other" d={line(({ otherPerRow }) => otherPerRow)} />
      <path class="cmt-line" d={line(({ perRow }) => perRow)} />
    </g>
  );
}

interface BatchProps {
  readonly timeline: Timeline;
  readonly chart: Chart;
  readonly batch: Batch;
  readonly index: number;
}

function BatchView({ timeline, chart, batch, index }: BatchProps): JSX.Element {
  const { step, radius, rowHeight, height } = chart;
  const [x, y] = [chart.x(index), chart.rowOf(batch.regime)];
  const selected = useComputed(() => timeline.selected.value === index).value;
  const shown = useComputed(() => timeline.shown.value === index).value;
  const isStop = useComputed(() => isTabStop(timeline, index)).value;
  const bar = Math.max(2.5, step - 2);
  return (
    <g
      class={`cmt-batch${selected ? " is-selected" : ""}${shown ? " is-shown" : ""}`}
      data-batch={index}
      role="option"
      aria-selected={selected}
      aria-label={describeBatch(batch)}
      tabindex={isStop ? 0 : -1}
      onClick={(event) => {
        event.currentTarget.focus({ preventScroll: true });
        timeline.select(index);
      }}
      onMouseEnter={() => (timeline.hover.value = index)}
      onFocus={() => (timeline.focus.value = index)}
      onBlur={() => (timeline.focus.value = null)}
    >
      <rect class="cmt-hit" x={x - step / 2} y={1} width={step} height={height - 2} rx={2} />
      {batch.changed.length > 0 && <Flag x={x} y={11} wide={step >= 9} />}
      {radius > 0 ? (
        <>
          <Mark regime={batch.regime} x={x} y={y} radius={radius} />
          {radius >= 7 && <text class="cmt-number" x={x} y={y}>{batch.regime}</text>}
        </>
      ) : (
        <rect class={`cmt-mark ${toneClass(batch.regime)}`} x={x - bar / 2} y={y - rowHeight / 2 + 2} width={bar} height={rowHeight - 4} rx={1} />
      )}
      {batch.perRow !== null && step >= 7 && <Mark regime={batch.regime} x={x} y={chart.yOf(batch.perRow)} radius={selected ? 4.5 : 3} />}
      <title>{fitLabel(batch.label, 600)}</title>
    </g>
  );
}

/** One batch is reached by Tab: what has the keyboard, else what is selected, else the last. */
function isTabStop({ focus, selected, batches }: Timeline, index: number): boolean {
  return index === (focus.value ?? selected.value ?? batches.length - 1);
}

function onKey(timeline: Timeline, scroller: HTMLElement | null, event: KeyboardEvent): void {
  const from = timeline.focus.peek() ?? timeline.selected.peek() ?? 0;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" || event.key === " ") timeline.select(from);
  else {
    const to = placeAfter(timeline, from, event.key);
    if (to === null) return;
    timeline.focus.value = to;
    timeline.hover.value = null;
    scroller?.querySelector<SVGElement>(`[data-batch="${to}"]`)?.focus();
  }
  event.preventDefault();
  event.stopPropagation();
}

function placeAfter(timeline: Timeline, from: number, key: string): number | null {
  switch (key) {
    case "ArrowRight": return timeline.step(from, 1);
    case "ArrowLeft": return timeline.step(from, -1);
    case "PageDown": return timeline.step(from, 10);
    case "PageUp": return timeline.step(from, -10);
    case "ArrowDown": return timeline.nextChange(from, 1);
    case "ArrowUp": return timeline.nextChange(from, -1);
    case "Home": return 0;
    case "End": return timeline.batches.length - 1;
    default: return null;
  }
}

/** Scrolls sideways alone, and as little as shows a batch. */
function reveal(scroller: HTMLElement, chart: Chart, index: number): void {
  const [left, right] = [chart.x(index) - 2 * chart.step, chart.x(index) + 2 * chart.step];
  if (left < scroller.scrollLeft) scroller.scrollLeft = left;
  else if (right > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = right - scroller.clientWidth;
}
