/** The whole map: what it is of, a panel for each quantity, the numbers of one head, and what can be done. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { type Link, LinkState } from "../../traits/link";
import { useWidth } from "../../traits/width";
import type { HeadMap } from "../head-map";
import { layoutOf } from "../layout";
import { describeGrid } from "../wording";
import { Details } from "./details";
import { NoteView } from "./note";
import { PanelView } from "./panel";

interface Props {
  readonly map: HeadMap;
}

export function App({ map }: Props): JSX.Element {
  const grid = map.grid.value;
  const marking = map.markable.value ? "C cuts, K keeps, Del unmarks · " : "";
  return (
    <>
      <div class="cmv-head">
        <b class="cmv-title" title={map.title.value}>{map.title.value || "Heads"}</b>
        <span class="cmv-faint">{grid.panels.length > 0 ? describeGrid(grid) : "No heads to show."}</span>
      </div>
      <NoteView map={map} />
      {grid.panels.length > 0 && <Body map={map} />}
      <div class="cmv-foot">
        <span class="cmv-advice">{`click or drag: select · Shift, Ctrl: more · ${marking}arrows, Space · Esc clears · Ctrl+Z undoes`}</span>
        <LinkState link={map.link.value} words={WORDS} />
      </div>
      <div class="cmv-live" role="status" aria-live="polite">
        {map.announcement}
      </div>
    </>
  );
}

function Body({ map }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const grid = map.grid.value;
  const layout = layoutOf(grid, grid.panels.length, width);
  return (
    <div class="cmv-body">
      <div class="cmv-place" ref={place}>
        {width > 0 && (
          <div class="cmh-panels" onMouseLeave={() => (map.hover.value = null)}>
            {grid.panels.map((panel, index) => (
              <PanelView key={index} map={map} grid={grid} panel={panel} index={index} layout={layout} />
            ))}
          </div>
        )}
      </div>
      <Details map={map} />
    </div>
  );
}

const WORDS: Readonly<Record<Exclude<Link, "live">, string>> = {
  gone: "disconnected · a selection stays on this screen",
  stored: "stored head map · run the cell to use a selection",
};
