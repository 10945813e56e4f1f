/** The interval forest: a row for each stratum, of which those that are seen are drawn; and all of them beside it, small. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { fitLabel, labelWidth } from "../../graph/geometry-text";
import { useWidth } from "../../traits/width";
import { SORTS, type Sort } from "../decisions";
import type { Explorer } from "../explorer";
import { placeAfter, rowsOf, scrollFor, sharedStart } from "../rows";
import { extent, round, scaleOf, type Scale } from "../scale";
import { CALLS, describeStratum, figure, percent } from "../wording";
import { Mark } from "./mark";
import { Overview } from "./overview";

interface Props {
  readonly explorer: Explorer;
}

/** Labels are set in 11.5 px, and measured in 13 px. */
const LABEL_SCALE = 11.5 / 13;
const [MOST_GUTTER, GUTTER_SHARE] = [200, 0.42];
/** Beside the intervals, below them, and right of them for what is treated. */
const [SIDE, AXIS, TREATED] = [9, 20, 50];
const LEAST_SKIPPED = 8;
/** Between the figures of an axis, px. */
const APART = 8;
const SORT_WORDS: Readonly<Record<Sort, string>> = { midpoint: "midpoint", share: "share", given: "as given" };

/** Where the labels and the intervals stand across. */
export interface Across {
  readonly gutter: number;
  /** So many characters, which all labels begin with, are left out for want of room. */
  readonly skipped: number;
  readonly width: number;
  readonly scale: Scale;
  readonly x: (value: number) => number;
}

export function Forest({ explorer }: Props): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const top = useSignal(0);
  const { strata } = explorer.study.value;
  const widest = useMemo(() => strata.slice(0, 2_000).reduce((most, label) => Math.max(most, labelWidth(label) * LABEL_SCALE), 0), [strata]);
  const shared = useMemo(() => sharedStart(strata), [strata]);
  const bounds = explorer.bounds.value;
  // Intervals of other weights keep the scale, so that it does not jump as they come and go.
  const around = explorer.lastConfidence.value ?? bounds;
  const across = acrossOf(width, widest, shared, scaleOf(...extent(bounds.lower, bounds.upper, around.lower, around.upper)));
  const rows = rowsOf(bounds.lower.length, top.value);
  const go = (to: number): void => {
    if (scroller.current) scroller.current.scrollTop = to;
  };
  const prefix = useMemo(() => `cmx-row-${Math.random().toString(36).slice(2, 8)}`, []);
  const selected = explorer.selected.value;
  useEffect(() => {
    if (selected !== null) go(scrollFor(explorer.order.peek().indexOf(selected), top.peek(), rows));
  }, [selected]);
  return (
    <section class={`cmx-forest${explorer.isCurrent.value ? "" : " is-stale"}`} aria-label="Strata">
      <Caption explorer={explorer} />
      <div class="cmx-beside">
        <div
          ref={scroller}
          class="cmx-scroll"
          style={{ height: `${rows.seen}px` }}
          role="listbox"
          tabindex={0}
          data-moves
          aria-label={`Benefit of ${strata.length} strata`}
          aria-activedescendant={selected === null ? undefined : `${prefix}-${selected}`}
          onScroll={({ currentTarget }) => (top.value = currentTarget.scrollTop)}
          onKeyDown={(event) => onKey(explorer, event)}
          onMouseLeave={() => (explorer.hover.value = null)}
        >
          <svg class="cmx-rows" width={width} height={rows.all} role="presentation">
            <Ground across={across} from={rows.first * rows.row} to={rows.end * rows.row} />
            {Array.from(explorer.order.value.subarray(rows.first, rows.end), (z, place) => (
              <Row key={z} explorer={explorer} across={across} z={z} place={rows.first + place} height={rows.row} id={`${prefix}-${z}`} />
            ))}
          </svg>
        </div>
        {rows.all > rows.seen && <Overview explorer={explorer} scale={across.scale} height={rows.seen} top={top.value / rows.all} share={rows.seen / rows.all} go={(at) => go(at * rows.all - rows.seen / 2)} />}
      </div>
      <Axis across={across} />
    </section>
  );
}

function acrossOf(width: number, widest: number, shared: number, scale: Scale): Across {
  const gutter = Math.min(MOST_GUTTER, GUTTER_SHARE * width, widest + 14);
  const room = Math.max(20, width - gutter - 2 * SIDE - TREATED);
  const skipped = widest + 10 > gutter && shared >= LEAST_SKIPPED ? shared : 0;
  return { gutter, skipped, width, scale, x: (value) => round(gutter + SIDE + ((value - scale.low) / (scale.high - scale.low)) * room) };
}

function Caption({ explorer }: Props): JSX.Element {
  const sort = explorer.sort.value;
  return (
    <div class="cmx-caption">
      <b>Benefit by stratum</b>
      <label class="cmv-faint">
        {"by "}
        <select aria-label="Order of the strata" onChange={({ currentTarget }) => (explorer.sort.value = SORTS[currentTarget.selectedIndex] ?? "midpoint")}>
          {SORTS.map((each) => <option key={each} selected={each === sort}>{SORT_WORDS[each]}</option>)}
        </select>
      </label>
    </div>
  );
}

function Ground({ across: { scale, x }, from, to }: { readonly across: Across; readonly from: number; readonly to: number }): JSX.Element {
  return (
    <g aria-hidden="true">
      {scale.ticks.map((tick) => <path key={tick} class={Math.abs(tick) < 1e-12 ? "cmx-zero" : "cmx-grid"} d={`M${x(tick)} ${from}V${to}`} />)}
    </g>
  );
}

interface RowProps extends Props {
  readonly across: Across;
  readonly z: number;
  readonly place: number;
  readonly height: number;
  readonly id: string;
}

function Row({ explorer, across, z, place, height, id }: RowProps): JSX.Element {
  const { lower, upper } = explorer.bounds.value;
  const [low, high] = [lower[z] ?? 0, upper[z] ?? 0];
  const call = explorer.callAt(z);
  const label = explorer.study.value.strata[z] ?? "";
  const confidence = explorer.confidence.value;
  const isSelected = explorer.selected.value === z;
  const y = (place + 0.5) * height;
  const within = (value: number): number => Math.max(across.gutter, Math.min(across.width - TREATED, across.x(value)));
  const part = explorer.parts.value[z] ?? 0;
  const [from, to] = [across.x(low), across.x(high)];
  return (
    <g
      id={id}
      class={`cmx-row is-${CALLS[call]}${isSelected ? " is-selected" : ""}${explorer.shown.value === z ? " is-shown" : ""}`}
      role="option"
      aria-selected={isSelected}
      aria-setsize={lower.length}
      aria-posinset={place + 1}
      aria-label={describeStratum(explorer, z)}
      data-stratum={z}
      onClick={() => explorer.select(isSelected ? null : z)}
      onMouseEnter={() => (explorer.hover.value = z)}
    >
      <rect class="cmx-hit" x={1} y={place * height + 0.5} width={Math.max(0, across.width - 2)} height={height - 1} rx={2} />
      <text x={6} y={y}>{fitLabel(across.skipped ? `…${label.slice(across.skipped)}` : label, (across.gutter - 10) / LABEL_SCALE)}</text>
      {confidence && <path class="cmx-whisker" d={whisker(within(confidence.lower[z] ?? 0), within(confidence.upper[z] ?? 0), y)} />}
      <rect class="cmx-bar" x={from} y={y - 4} width={round(Math.max(1.5, to - from))} height={8} rx={1} />
      <Mark call={call} x={(from + to) / 2} y={y} />
      <text class="cmx-treated" x={across.width - TREATED / 2} y={y} text-anchor="middle">{part <= 0 ? "" : part < 1 ? percent(part) : "✓"}</text>
    </g>
  );
}

function whisker(from: number, to: number, y: number): string {
  return `M${from} ${y}H${to}M${from} ${y - 3}v6M${to} ${y - 3}v6`;
}

function Axis({ across: { scale, x, width } }: { readonly across: Across }): JSX.Element {
  const step = (scale.ticks[1] ?? 1) - (scale.ticks[0] ?? 0);
  const widest = Math.max(...scale.ticks.map((tick) => labelWidth(figure(tick)) * LABEL_SCALE));
  const every = Math.max(1, Math.ceil((widest + APART) / (x(step) - x(0))));
  const shown = scale.ticks.filter((tick) => Math.round(tick / step) % every === 0);
  return (
    <svg class="cmx-axis" width={width} height={AXIS} aria-hidden="true">
      {shown.map((tick) => <text key={tick} x={x(tick)} y={9} text-anchor="middle">{figure(tick)}</text>)}
      <text x={width - TREATED / 2} y={9} text-anchor="middle">treated</text>
    </svg>
  );
}

function onKey(explorer: Explorer, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const order = explorer.order.peek();
  const selected = explorer.selected.peek();
  if (event.key === "Escape") explorer.select(null);
  else {
    const from = selected === null ? -1 : order.indexOf(selected);
    const to = placeAfter(from, event.key, order.length);
    if (to === null) return;
    explorer.hover.value = null;
    explorer.select(order[to] ?? null);
  }
  event.preventDefault();
}
