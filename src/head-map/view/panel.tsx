/** One quantity: its name and scale, and a cell for each head. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { labelWidth } from "../../graph/geometry-text";
import type { Grid, Panel } from "../data";
import type { HeadMap } from "../head-map";
import { attach } from "../hands";
import { BOTTOM, cornerOf, GUTTER, hatching, outline, round, type Layout } from "../layout";
import { describeGrid, describeHead } from "../wording";
import { Scale } from "./scale";

interface Props {
  readonly map: HeadMap;
  readonly grid: Grid;
  readonly panel: Panel;
  readonly index: number;
  readonly layout: Layout;
}

/** Where a name and a scale have room, however narrow the cells are. */
const LEAST_WIDTH = 190;

let drawings = 0;

export function PanelView({ map, grid, panel, index, layout }: Props): JSX.Element {
  const drawing = useRef<SVGSVGElement>(null);
  const prefix = useMemo(() => `cmh-${(drawings += 1)}-${Math.random().toString(36).slice(2, 8)}`, []);
  const place = useRef({ grid, layout, index });
  place.current = { grid, layout, index };
  useEffect(() => (drawing.current ? attach(drawing.current, map, () => place.current) : undefined), []);
  const active = useComputed(() => map.focus.value).value;
  const title = `${panel.name}${panel.unit && ` (${panel.unit})`}`;
  return (
    <section class="cmh-panel" style={{ width: `${Math.max(LEAST_WIDTH, layout.width)}px` }}>
      <div class="cmh-caption">
        <span class="cmh-name" title={title}><b>{panel.name}</b>{panel.unit && <span class="cmv-faint"> {panel.unit}</span>}</span>
        <Scale panel={panel} />
      </div>
      <div class="cmh-scroll">
        <svg
          ref={drawing}
          class="cmh-drawing"
          width={layout.width}
          height={layout.height}
          role="grid"
          tabindex={0}
          aria-multiselectable="true"
          aria-label={`${title}: ${describeGrid(grid)}`}
          aria-activedescendant={`${prefix}-${active}`}
          data-panel={index}
        >
          <Axes layout={layout} grid={grid} />
          {Array.from({ length: grid.layers }, (_, layer) => (
            <Row key={layer} map={map} grid={grid} panel={panel} layout={layout} layer={layer} prefix={prefix} />
          ))}
          <Signs panel={panel} grid={grid} layout={layout} />
          <Chosen map={map} grid={grid} layout={layout} index={index} />
        </svg>
      </div>
    </section>
  );
}

function Axes({ layout, grid }: { readonly layout: Layout; readonly grid: Grid }): JSX.Element {
  const bottom = layout.height - BOTTOM;
  const middle = GUTTER + (grid.heads * layout.cellWidth) / 2;
  // Beside the first numbers where the cells are too narrow for a word below them.
  const word = grid.heads * layout.cellWidth < labelWidth("head") ? GUTTER : middle;
  return (
    <g aria-hidden="true" class="cmh-axes">
      <text x={GUTTER - 5} y={6} text-anchor="end">layer</text>
      {layout.rowLabels.map(({ index, at }) => <text key={`r${index}`} x={GUTTER - 5} y={at} text-anchor="end">{index}</text>)}
      {layout.columnLabels.map(({ index, at }) => <text key={`c${index}`} x={at} y={bottom + 8} text-anchor="middle">{index}</text>)}
      <text x={word} y={bottom + 21} text-anchor={word === GUTTER ? "start" : "middle"}>head</text>
    </g>
  );
}

interface RowProps extends Omit<Props, "index"> {
  readonly layer: number;
  readonly prefix: string;
}

/** The heads of a layer; drawn again only where one of them is selected or no longer is. */
function Row({ map, grid, panel, layout, layer, prefix }: RowProps): JSX.Element {
  const { heads } = grid;
  const start = layer * heads;
  const picked = useComputed(() => picks(map.selected.value, start, heads)).value;
  return useMemo(() => {
    const { cellWidth, cellHeight, gap } = layout;
    const cells = Array.from({ length: heads }, (_, head) => {
      const index = start + head;
      const [x, y] = cornerOf(layout, grid, index);
      return (
        <rect
          key={head}
          id={`${prefix}-${index}`}
          {...paintOf(panel, index)}
          x={round(x + gap / 2)}
          y={round(y + gap / 2)}
          width={round(cellWidth - gap)}
          height={round(cellHeight - gap)}
          role="gridcell"
          aria-selected={picked[head] === "1"}
          aria-label={describeHead(grid, panel, index)}
          data-head={`${layer}.${head}`}
        />
      );
    });
    return <g role="row">{cells}</g>;
  }, [grid, panel, layout, picked]);
}

/** Which heads of a layer are selected, as a word of 0 and 1. */
function picks(selected: ReadonlySet<number>, start: number, heads: number): string {
  return Array.from({ length: heads }, (_, head) => (selected.has(start + head) ? "1" : "0")).join("");
}

/** The class and colour of a cell: how far a value is from 0, and to which side. */
export function paintOf({ values, limit }: Panel, index: number): { readonly class: string; readonly style?: Record<string, string> } {
  const value = values[index] ?? null;
  if (value === null) return { class: "cmh-cell is-missing" };
  const share = Math.min(1, Math.abs(value) / limit);
  return { class: `cmh-cell ${value < 0 ? "is-negative" : "is-positive"}`, style: { "--share": `${round(share * 100)}%` } };
}

/** Over the cells: hatching where there is no value, and a dot where it is exact among estimates. */
function Signs({ panel, grid, layout }: { readonly panel: Panel; readonly grid: Grid; readonly layout: Layout }): JSX.Element {
  return useMemo(() => {
    const { cellWidth: width, cellHeight: height } = layout;
    const places = panel.values.map((value, index) => ({ value, index }));
    const strokes = places.filter(({ value }) => value === null).map(({ index }) => hatching(layout, grid, index));
    const dots = isMixed(panel) ? places.filter(({ index, value }) => value !== null && panel.exact?.[index]) : [];
    const radius = round(Math.max(0.8, Math.min(2, width / 6, height / 6)));
    return (
      <g aria-hidden="true" class="cmh-signs">
        {strokes.length > 0 && <path class="cmh-hatching" d={strokes.join("")} />}
        {dots.map(({ index }) => {
          const [x, y] = cornerOf(layout, grid, index);
          return <circle key={index} cx={round(x + width / 2)} cy={round(y + height / 2)} r={radius} />;
        })}
      </g>
    );
  }, [panel, grid, layout]);
}

/** Whether some values are exact and others estimates. */
export function isMixed({ exact, values }: Panel): boolean {
  const kinds = new Set(exact?.filter((_, index) => values[index] !== null));
  return kinds.size === 2;
}

/** What is selected, marked, being selected, pointed at, and where the keyboard is. */
function Chosen({ map, grid, layout, index }: Omit<Props, "panel">): JSX.Element {
  const around = outline(layout, grid, map.selected.value);
  const brush = map.brush.value;
  const shown = map.hover.value?.index ?? null;
  const focused = map.focused.value;
  return (
    <g aria-hidden="true" class="cmh-chosen">
      <path class="cmh-halo" d={around} />
      <path class="cmh-outline" d={around} />
      {[...map.marks.value].map(([head, mark]) => <MarkSign key={head} {...boxOf(layout, grid, head)} mark={mark} />)}
      {shown !== null && <rect class="cmh-hover" {...boxOf(layout, grid, shown)} />}
      {focused?.panel === index && <rect class="cmh-focus" {...boxOf(layout, grid, focused.index)} />}
      {brush && <rect class="cmh-brush" {...boxOf(layout, grid, brush.from, brush.to)} />}
    </g>
  );
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxOf(layout: Layout, grid: Grid, from: number, to = from): Box {
  const [[ax, ay], [bx, by]] = [cornerOf(layout, grid, from), cornerOf(layout, grid, to)];
  return {
    x: round(Math.min(ax, bx)),
    y: round(Math.min(ay, by)),
    width: round(Math.abs(bx - ax) + layout.cellWidth),
    height: round(Math.abs(by - ay) + layout.cellHeight),
  };
}

/** A cross for a head that is cut, a ring for one that is kept; with a rim, to be seen on every colour. */
function MarkSign({ x, y, width, height, mark }: Box & { readonly mark: string }): JSX.Element {
  const size = Math.max(1.5, Math.min(width, height) / 2 - 2);
  const [cx, cy] = [x + width / 2, y + height / 2];
  const cross = `M${cx - size} ${cy - size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`;
  const draw = (name: string): JSX.Element => (mark === "kept" ? <circle class={name} cx={cx} cy={cy} r={size} /> : <path class={name} d={cross} />);
  return (
    <g>
      {draw("cmh-rim")}
      {draw("cmh-mark")}
    </g>
  );
}
