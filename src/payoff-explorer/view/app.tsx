/** The whole explorer: weights, the strata, the phase map, the budget, and whether the kernel hears. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { hearKeysFirst } from "../../editor/shortcuts";
import { type Link, LinkState } from "../../traits/link";
import { useWidth } from "../../traits/width";
import type { Explorer } from "../explorer";
import { describeStudy, percent } from "../wording";
import { BudgetView } from "./budget";
import { Facts } from "./facts";
import { Forest } from "./forest";
import { isForPage } from "./keys";
import { Mark } from "./mark";
import { PhaseView } from "./phase";
import { Weights } from "./weights";

interface Props {
  readonly explorer: Explorer;
}

/** From how many px on weights and maps stand beside the forest; a matrix of more levels stands above it. */
const [WIDE, MIDDLE, MOST_BESIDE] = [860, 540, 3];

function shapeOf(width: number, levels: number): string {
  if (width >= WIDE && levels <= MOST_BESIDE) return "wide";
  return width >= MIDDLE ? "middle" : "narrow";
}

export function App({ explorer }: Props): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const study = explorer.study.value;
  const isEmpty = study.strata.length === 0;
  useEffect(() => (place.current ? hearKeysFirst(place.current, isForPage) : undefined), []);
  return (
    <div ref={place}>
      <div class="cmv-head">
        <b class="cmv-title" title={explorer.title.value}>{explorer.title.value || "Payoff"}</b>
        <span class="cmv-faint">{isEmpty ? "No strata to show." : describeStudy(study)}</span>
        {!isEmpty && <Legend explorer={explorer} />}
      </div>
      {!isEmpty && width > 0 && <Body explorer={explorer} shape={shapeOf(width, study.levels.length)} />}
      <div class="cmv-foot">
        <span class="cmv-advice">sliders, or a drag on the phase map: weights · click, or ↑ ↓ in the list: a stratum · Esc: all</span>
        <LinkState link={explorer.link.value} words={WORDS} />
      </div>
      <div class="cmv-live" role="status" aria-live="polite">
        {explorer.announcement}
      </div>
    </div>
  );
}

function Body({ explorer, shape }: { readonly explorer: Explorer; readonly shape: string }): JSX.Element {
  return (
    <div class={`cmx-body is-${shape}`}>
      <Weights explorer={explorer} />
      <div class="cmx-middle">
        <Forest explorer={explorer} />
        <Facts explorer={explorer} />
      </div>
      <div class="cmx-maps">
        <PhaseView explorer={explorer} />
        <BudgetView explorer={explorer} />
      </div>
    </div>
  );
}

/** What is known of the population, which is also the legend of all drawings. */
function Legend({ explorer }: Props): JSX.Element {
  const { treat, undecided, refuse } = explorer.shares.value;
  const entries = [[1, "treat", treat], [0, "undecided", undecided], [-1, "refuse", refuse]] as const;
  return (
    <span class="cmv-legend">
      {entries.map(([call, word, share]) => (
        <span key={word} data-call={word}>
          <svg width="12" height="10" aria-hidden="true"><Mark call={call} x={6} y={5} /></svg>
          {` ${word} `}
          <b>{percent(share)}</b>
        </span>
      ))}
    </span>
  );
}

const WORDS: Readonly<Record<Exclude<Link, "live">, string>> = {
  gone: "disconnected · weights stay on this screen",
  stored: "stored explorer · run the cell to use its weights",
};
