/** The budget: what it brings as it grows, in the order of benefit for each unit of cost. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { useWidth } from "../../traits/width";
import type { Curve, Envelope } from "../budget";
import type { Explorer } from "../explorer";
import { extent, round, scaleOf } from "../scale";
import { figure, percent } from "../wording";

interface Props {
  readonly explorer: Explorer;
}

const [GUTTER, TOP, DEPTH, FOOT, RIGHT] = [34, 5, 108, 15, 6];
/** So many points of a curve are drawn. */
const MOST_POINTS = 160;
const STEPS = 200;

export function BudgetView({ explorer }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const { whole } = explorer.envelope.value;
  const budget = explorer.budget.value;
  const spent = explorer.spending.value.spent;
  const isCounted = explorer.study.value.cost.every((each) => each === 1);
  const shown = budget === null ? "no budget" : `${compact(budget)} (${percent(whole > 0 ? budget / whole : 0)})`;
  return (
    <section class="cmx-budget" ref={place} aria-label="Budget">
      <div class="cmx-caption">
        <b>Total benefit by budget</b>
        <span class="cmv-faint">{isCounted ? "units treated" : "cost"}</span>
      </div>
      {width > 0 && <Chart envelope={explorer.envelope.value} width={width} spent={spent} budget={budget} />}
      <label class="cmx-weight">
        <span>budget</span>
        <input
          type="range"
          min={0}
          max={STEPS}
          step={1}
          value={budget === null || whole === 0 ? STEPS : (STEPS * budget) / whole}
          data-budget
          aria-valuetext={shown}
          onInput={({ currentTarget }) => explorer.setBudget(budgetAt(currentTarget.valueAsNumber, whole))}
        />
        <output>{shown}</output>
      </label>
    </section>
  );
}

/** What a step of the slider stands for, in few digits; the last one is no budget. */
function budgetAt(step: number, whole: number): number | null {
  return step >= STEPS ? null : Number(((step * whole) / STEPS).toPrecision(3));
}

interface ChartProps {
  readonly envelope: Envelope;
  readonly width: number;
  readonly spent: number;
  readonly budget: number | null;
}

function Chart({ envelope, width, spent, budget }: ChartProps): JSX.Element {
  const { lower, upper, guaranteed, possible, whole } = envelope;
  const scale = scaleOf(...extent(lower.total, possible.total), 4);
  const room = width - GUTTER - RIGHT;
  const x = (value: number): number => round(GUTTER + (whole > 0 ? value / whole : 0) * room);
  const y = (value: number): number => round(TOP + ((scale.high - value) / (scale.high - scale.low)) * DEPTH);
  const line = (curve: Curve): string => `M${points(curve, x, y, whole).join("L")}`;
  const band = `M${[...points(upper, x, y, whole), ...points(lower, x, y, whole).reverse()].join("L")}z`;
  return (
    <svg class="cmx-chart" width={width} height={TOP + DEPTH + FOOT} role="img" aria-label="Bounds on the total benefit as the budget grows">
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <path class={Math.abs(tick) < 1e-12 ? "cmx-zero" : "cmx-grid"} d={`M${GUTTER} ${y(tick)}H${width - RIGHT}`} />
          <text x={GUTTER - 5} y={y(tick)} text-anchor="end">{compact(tick)}</text>
        </g>
      ))}
      {[0, 0.5, 1].map((at) => <text key={at} x={x(at * whole)} y={TOP + DEPTH + 9} text-anchor={at === 1 ? "end" : at === 0 ? "start" : "middle"}>{compact(at * whole)}</text>)}
      <path class="cmx-band" d={band} />
      <path class="cmx-best is-possible" d={line(possible)}><title>The most that any plan may bring</title></path>
      <path class="cmx-best" d={line(guaranteed)}><title>The most that any plan is certain to bring</title></path>
      <path class="cmx-edge" d={line(upper)} />
      <path class="cmx-edge" d={line(lower)} />
      {budget !== null && <path class="cmx-spent" d={`M${x(Math.min(budget, whole))} ${TOP}V${TOP + DEPTH}`} />}
      <circle class="cmx-end" cx={x(spent)} cy={y(at(lower, spent))} r={3} />
      <circle class="cmx-end" cx={x(spent)} cy={y(at(upper, spent))} r={3} />
    </svg>
  );
}

/** Some points of a curve and its end, which goes on level. */
function points({ spent, total }: Curve, x: (value: number) => number, y: (value: number) => number, whole: number): string[] {
  const last = spent.length - 1;
  const stride = Math.max(1, Math.ceil(last / MOST_POINTS));
  const places = Array.from({ length: Math.ceil(last / stride) }, (_, place) => place * stride);
  return [...[...places, last].map((place) => `${x(spent[place] ?? 0)} ${y(total[place] ?? 0)}`), `${x(whole)} ${y(total[last] ?? 0)}`];
}

/** A curve's total where so much is spent. */
function at({ spent, total }: Curve, value: number): number {
  let place = 0;
  while (place + 1 < spent.length && (spent[place + 1] ?? 0) <= value) place++;
  const [from, to] = [spent[place] ?? 0, spent[place + 1]];
  const part = to === undefined || to <= from ? 0 : (value - from) / (to - from);
  return (total[place] ?? 0) + part * ((total[place + 1] ?? 0) - (total[place] ?? 0));
}

/** "12k", for figures beside a chart. */
function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1_000) return figure(value);
  return size >= 1e6 ? `${figure(value / 1e6)}M` : `${figure(value / 1e3)}k`;
}
