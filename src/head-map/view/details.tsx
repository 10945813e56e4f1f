/** The numbers of one head, what is selected and can be done with it, and the heads of the largest effect. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { order, pairOf, type Grid, type Panel } from "../data";
import type { HeadMap } from "../head-map";
import { describeHead, describeSelection, figure, intervalText, kindText, nameOf, valueText } from "../wording";
import { isMixed, paintOf } from "./panel";

/** How high a line is: there is room for all numbers of a head before one is pointed at, so that nothing moves. */
const FACT_LINE = 19;

interface Props {
  readonly map: HeadMap;
}

export function Details({ map }: Props): JSX.Element {
  const grid = map.grid.value;
  const index = map.shown.value;
  return (
    <aside class="cmv-details" aria-label="Heads" tabindex={0}>
      <div>
        <div class="cmh-facts" style={{ minHeight: `${FACT_LINE * (1 + 2 * grid.panels.length) + 4}px` }}>
          {index === null ? <p class="cmv-faint">Point at a head for its numbers.</p> : <Facts grid={grid} index={index} mark={map.marks.value.get(index)} />}
        </div>
        <Selection map={map} grid={grid} />
        {grid.panels.some(isMixed) && <p class="cmv-faint">• exact, the others estimated</p>}
      </div>
      <Largest map={map} grid={grid} />
    </aside>
  );
}

function Facts({ grid, index, mark }: { readonly grid: Grid; readonly index: number; readonly mark: string | undefined }): JSX.Element {
  const [layer, head] = pairOf(index, grid);
  return (
    <>
      <p class="cmh-head">
        <b>{`Layer ${layer}, head ${head}`}</b>
        {mark && <span class="cmv-faint"> {mark}</span>}
      </p>
      {grid.panels.map((panel, place) => (
        <p key={place} class="cmh-fact" title={`${panel.name}: ${describeHead(grid, panel, index)}`}>
          <Swatch panel={panel} index={index} />
          <b>{`${panel.name} `}</b>
          {valueText(panel, index)}
          <br />
          <span class="cmv-faint">{moreText(panel, index)}</span>
        </p>
      ))}
    </>
  );
}

/** "0.031 to 0.053 · exact · rank 2" */
function moreText(panel: Panel, index: number): string {
  const rank = panel.ranks[index] ?? null;
  const parts = [intervalText(panel, index), kindText(panel, index), rank === null ? "" : `rank ${rank}`];
  return parts.filter((part) => part !== "").join(" · ");
}

function Swatch({ panel, index }: { readonly panel: Panel; readonly index: number }): JSX.Element {
  return <svg class="cmh-swatch" width="11" height="11" aria-hidden="true"><rect {...paintOf(panel, index)} width="11" height="11" /></svg>;
}

function Selection({ map, grid }: { readonly map: HeadMap; readonly grid: Grid }): JSX.Element {
  const selected = map.selected.value;
  const none = selected.size === 0;
  return (
    <div class="cmh-selection">
      <p data-selected={selected.size}>{describeSelection(grid, selected)}</p>
      <div class="cmh-buttons">
        {map.markable.value && (
          <>
            <Action words="Cut" disabled={none} act={() => map.mark("cut")} />
            <Action words="Keep" disabled={none} act={() => map.mark("kept")} />
            <Action words="Unmark" disabled={none} act={() => map.mark(null)} />
          </>
        )}
        <Action words="Clear" disabled={none} act={() => map.clear()} />
        <Action words="Undo" disabled={!map.canUndo.value} act={() => map.undo()} />
      </div>
    </div>
  );
}

/** A button that can be reached also where it does nothing, so that the keyboard is not lost with it. */
function Action({ words, disabled, act }: { readonly words: string; readonly disabled: boolean; readonly act: () => void }): JSX.Element {
  return <button type="button" class="cmg-button" aria-disabled={disabled} onClick={() => (disabled ? undefined : act())}>{words}</button>;
}

function Largest({ map, grid }: { readonly map: HeadMap; readonly grid: Grid }): JSX.Element | null {
  const place = map.panel.value;
  const panel = grid.panels[place];
  const top = map.top.value;
  const listed = useMemo(() => (panel ? order(panel.values).slice(0, top) : []), [panel, top]);
  if (!panel || listed.length === 0) return null;
  const selected = map.selected.value;
  return (
    <div class="cmh-largest" onMouseLeave={() => (map.hover.value = null)}>
      <div class="cmh-choice">
        Largest
        {grid.panels.length === 1 ? <b>{panel.name}</b> : (
          <select aria-label="Largest by" onChange={({ currentTarget }) => (map.panel.value = currentTarget.selectedIndex)}>
            {grid.panels.map(({ name }, index) => <option key={index} selected={index === place}>{name}</option>)}
          </select>
        )}
      </div>
      <ol>
        {listed.map((index) => (
          <li key={index}>
            <button
              type="button"
              aria-pressed={selected.has(index)}
              aria-label={`${nameOf(grid, index)}: ${valueText(panel, index)}`}
              onClick={(event) => map.pick(index, { toggles: event.ctrlKey || event.metaKey || event.shiftKey, extends: false })}
              onMouseEnter={() => (map.hover.value = { panel: place, index })}
            >
              <Swatch panel={panel} index={index} />
              <span>{pairOf(index, grid).join(".")}</span>
              <span class="cmh-figure">{figure(panel.values[index] ?? 0)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
