/** The phase map: two weights, where they decide what, and where they are now. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useWidth } from "../../traits/width";
import type { Explorer } from "../explorer";
import { linesOf, type PhaseMap } from "../phase";
import { paintPixels, regionLabels, type Region } from "../phase-picture";
import { polylines, type Segment } from "../contours";
import { round } from "../scale";
import { cellName, figure, listedCells } from "../wording";
import { usePalette } from "./palette";

interface Props {
  readonly explorer: Explorer;
}

/** Room for figures beside the map, and how large it is. */
const [GUTTER, FOOT, MOST_SIDE] = [34, 15, 236];
const PIXELS = 160;
/** Half a word. */
const WORD = 44;
/** An arrow moves weights by this share of their reach; with Shift by more. */
const [STEP, LEAP] = [0.01, 0.1];

export function PhaseView({ explorer }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const map = explorer.map.value;
  const { strata, margins } = explorer.study.value;
  const selected = explorer.selected.value;
  const of = selected === null ? (strata.length === 1 ? "" : "all strata") : (strata[selected] ?? "");
  const side = Math.max(80, Math.min(MOST_SIDE, width - GUTTER - 8));
  return (
    <section class="cmx-phase" ref={place} aria-label="Phase map">
      <div class="cmx-caption">
        <b>Phase map</b>
        <span class="cmv-faint cmx-of" title={of}>{of}</span>
        {selected !== null && <button type="button" class="cmg-link" onClick={() => explorer.select(null)}>all</button>}
      </div>
      {margins === null ? (
        <p class="cmv-faint">The kernel computes these bounds, one payoff at a time: there is a phase map for two arms and up to four outcome levels.</p>
      ) : (
        <>
          <AxisChoice explorer={explorer} which={1} side={side} />
          {map && width > 0 && <Plane explorer={explorer} map={map} side={side} />}
          <AxisChoice explorer={explorer} which={0} side={side} />
        </>
      )}
    </section>
  );
}

function AxisChoice({ explorer, which, side }: Props & { readonly which: 0 | 1; readonly side: number }): JSX.Element {
  const study = explorer.study.value;
  const cells = listedCells(study.levels.length);
  const chosen = explorer.axes.value[which];
  return (
    <label class={`cmx-choice is-${which ? "upward" : "across"}`} style={{ width: `${side}px` }}>
      {which ? "↑ " : "→ "}
      <select aria-label={which ? "Weight upwards" : "Weight across"} onChange={({ currentTarget }) => explorer.setAxis(which, cells[currentTarget.selectedIndex] ?? 0)}>
        {cells.map((cell) => <option key={cell} selected={cell === chosen}>{cellName(study, cell)}</option>)}
      </select>
    </label>
  );
}

function Plane({ explorer, map, side }: Props & { readonly map: PhaseMap; readonly side: number }): JSX.Element {
  const drawing = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette(drawing);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(PIXELS, PIXELS);
    paintPixels(image.data, PIXELS, map, palette.treat, palette.refuse);
    context.putImageData(image, 0, 0);
  }, [map, palette]);
  const point = (event: PointerEvent): void => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box || event.buttons !== 1) return;
    const share = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
    place(explorer, share.map((each) => Math.max(0, Math.min(1, each))) as [number, number]);
  };
  return (
    <div
      ref={drawing}
      class="cmx-plane"
      style={{ width: `${GUTTER + side}px`, height: `${side + FOOT}px` }}
      role="application"
      aria-roledescription="plane of two weights"
      aria-label={describe(explorer)}
      tabindex={0}
      data-moves
      data-full={map.isFull}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={point}
      onPointerUp={() => explorer.settle()}
      onKeyDown={(event) => onKey(explorer, event)}
    >
      <canvas ref={canvas} width={PIXELS} height={PIXELS} style={{ left: `${GUTTER}px`, width: `${side}px`, height: `${side}px` }} />
      <svg width={GUTTER + side} height={side + FOOT} aria-hidden="true">
        <Figures explorer={explorer} side={side} />
        <g transform={`translate(${GUTTER} 0)`}>
          <Lines map={map} side={side} />
          <Here explorer={explorer} side={side} />
        </g>
      </svg>
    </div>
  );
}

function Figures({ explorer, side }: Props & { readonly side: number }): JSX.Element {
  const reach = explorer.reach.value;
  const marks = [[-reach, 0], [0, 0.5], [reach, 1]] as const;
  return (
    <g class="cmx-figures">
      {marks.map(([value, at]) => <text key={`y${at}`} x={GUTTER - 5} y={(1 - at) * side + (at === 1 ? 5 : at === 0 ? -4 : 0)} text-anchor="end">{figure(value)}</text>)}
      {marks.map(([value, at]) => <text key={`x${at}`} x={GUTTER + at * side} y={side + 9} text-anchor={at === 0 ? "start" : at === 1 ? "end" : "middle"}>{figure(value)}</text>)}
    </g>
  );
}

const ONE_WORDS: Readonly<Record<Region, string>> = { treat: "treat", undecided: "undecided", refuse: "refuse" };
const ALL_WORDS: Readonly<Record<Region, string>> = { treat: "most treated", undecided: "", refuse: "most refused" };

/** Where the answer changes, and what it is beside the lines. */
function Lines({ map, side }: { readonly map: PhaseMap; readonly side: number }): JSX.Element {
  return useMemo(() => {
    const lines = linesOf(map);
    const words = map.plane.stratum === null ? ALL_WORDS : ONE_WORDS;
    return (
      <>
        <path class="cmx-grid" d={`M${side / 2} 0V${side}M0 ${side / 2}H${side}`} />
        <rect class="cmx-frame" width={side} height={side} />
        <path class="cmx-flip is-treat" d={pathOf(lines.treat, side)} />
        <path class="cmx-flip is-refuse" d={pathOf(lines.refuse, side)} />
        <path class="cmx-flip is-middle" d={pathOf(lines.middle, side)} />
        {regionLabels(map).map(({ region, x, y }) => (
          <text key={region} class={`cmx-region is-${region}`} x={Math.max(WORD, Math.min(side - WORD, x * side))} y={Math.max(9, Math.min(side - 9, (1 - y) * side))} text-anchor="middle">{words[region]}</text>
        ))}
      </>
    );
  }, [map, side]);
}

function pathOf(segments: readonly Segment[], side: number): string {
  const point = ([x, y]: readonly [number, number]): string => `${round(x * side)} ${round((1 - y) * side)}`;
  return polylines(segments).map((line) => `M${line.map(point).join("L")}`).join("");
}

/** Where the weights are now. */
function Here({ explorer, side }: Props & { readonly side: number }): JSX.Element {
  const [x, y] = useComputed(() => {
    const { axes, weights, reach } = { axes: explorer.axes.value, weights: explorer.weights.value, reach: explorer.reach.value };
    return axes.map((cell) => (side * ((weights[cell] ?? 0) / reach + 1)) / 2) as [number, number];
  }).value;
  return (
    <g class="cmx-here">
      <path d={`M${round(x)} 0V${side}M0 ${round(side - y)}H${side}`} />
      <circle cx={round(x)} cy={round(side - y)} r={5} />
    </g>
  );
}

function describe(explorer: Explorer): string {
  const study = explorer.study.value;
  const each = explorer.axes.value.map((cell) => `${cellName(study, cell)} ${figure(explorer.weights.value[cell] ?? 0)}`);
  return `${each.join(", ")}. Arrow keys move both weights.`;
}

/** Sets both weights from shares of the plane, to whole steps. */
function place(explorer: Explorer, share: readonly [number, number]): void {
  const reach = explorer.reach.peek();
  const weight = (at: number): number => Number((Math.round((2 * at - 1) / STEP) * STEP * reach).toPrecision(9));
  const [x, y] = explorer.axes.peek();
  explorer.weigh([x, weight(share[0])], [y, weight(share[1])]);
}

function onKey(explorer: Explorer, event: KeyboardEvent): void {
  const ways: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  const way = ways[event.key];
  if (event.key === "Escape") explorer.select(null);
  if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
  const reach = explorer.reach.peek();
  const size = (event.shiftKey ? LEAP : STEP) * 0.5;
  const shares = explorer.axes.peek().map((cell, axis) => ((explorer.weights.peek()[cell] ?? 0) / reach + 1) / 2 + size * (way[axis] ?? 0));
  place(explorer, shares.map((share) => Math.max(0, Math.min(1, share))) as [number, number]);
  event.preventDefault();
}
