/** The whole timeline: what it is of, the chart, the details of one batch, and what can be done. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { fitLabel } from "../../graph/geometry-text";
import { useWidth } from "../../traits/width";
import type { Link, Timeline } from "../timeline";
import { describeEpisodes } from "../wording";
import { ChartView } from "./chart";
import { Details } from "./details";
import { Flag } from "./mark";

interface Props {
  readonly timeline: Timeline;
}

export function App({ timeline }: Props): JSX.Element {
  const episodes = timeline.episodes.value;
  return (
    <>
      <div class="cmv-head">
        <b class="cmv-title" title={timeline.title.value}>{timeline.title.value || "Episodes"}</b>
        <span class="cmv-faint">{describeEpisodes(episodes)}</span>
        {episodes.batches.length > 0 && <Legend />}
      </div>
      {episodes.batches.length > 0 && <Body timeline={timeline} />}
      <div class="cmv-foot">
        {episodes.batches.length > 0 ? (
          <>
            <span class="cmv-advice">click, or ← → and Enter: its graph · ↑ ↓ to the next change</span>
            <LinkState timeline={timeline} />
          </>
        ) : (
          <span>Each batch of rows that arrives gets a mark here.</span>
        )}
      </div>
      <div class="cmv-live" role="status" aria-live="polite">
        {timeline.announcement}
      </div>
    </>
  );
}

function Legend(): JSX.Element {
  return (
    <span class="cmv-legend cmv-faint">
      <span>
        <svg width="12" height="10" aria-hidden="true"><Flag x={6} y={5} wide /></svg> mechanisms changed
      </span>
      <span>
        <svg width="18" height="10" aria-hidden="true"><path class="cmt-line" d="M1 5H17" /></svg> bits a row, when it came
      </span>
      <span>
        <svg width="18" height="10" aria-hidden="true"><path class="cmt-other" d="M1 5H17" /></svg> best other place
      </span>
    </span>
  );
}

function Body({ timeline }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  return (
    <div class="cmv-body">
      <div class="cmv-place" ref={place}>{width > 0 && <ChartView timeline={timeline} width={width} />}</div>
      <Details timeline={timeline} />
    </div>
  );
}

const WORDS: Readonly<Record<Link, string>> = {
  shown: "its graph is in the editor",
  waiting: "asking the kernel",
  silent: "the kernel does not answer: the editor shows another graph",
  closed: "the editor is closed",
  gone: "disconnected · details only",
  stored: "stored timeline · run the cell for its graphs",
};

/** What is said of the graph of the selected batch, which may not be the one whose details are shown. */
const NAMED: ReadonlySet<Link> = new Set<Link>(["shown", "waiting", "silent"]);

function LinkState({ timeline }: Props): JSX.Element | null {
  const link = timeline.link.value;
  const index = timeline.selected.value;
  const label = index === null || !NAMED.has(link) ? "" : `${fitLabel(timeline.batches[index]?.label ?? "", 110)}: `;
  if (index === null && link !== "gone" && link !== "stored") return null;
  return (
    <span class={`cmv-link is-${link}`} data-link={link}>
      {label + WORDS[link]}
      {link !== "stored" && <span class="cmv-lamp" aria-hidden="true" />}
    </span>
  );
}
