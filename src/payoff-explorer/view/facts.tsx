/** The numbers of one stratum; without one, those of all that are treated. */
import type { JSX } from "preact";
import type { Explorer } from "../explorer";
import { CALLS, figure, intervalText, percent, treatedText } from "../wording";
import { Mark } from "./mark";

export function Facts({ explorer }: { readonly explorer: Explorer }): JSX.Element {
  const z = explorer.shown.value;
  return (
    <div class="cmx-facts">
      {explorer.failure.value ? <p class="cmx-failure">{explorer.failure.value}</p> : z === null ? <Population explorer={explorer} /> : <Stratum explorer={explorer} z={z} />}
    </div>
  );
}

function Stratum({ explorer, z }: { readonly explorer: Explorer; readonly z: number }): JSX.Element {
  const { strata, share, units } = explorer.study.value;
  const bounds = explorer.bounds.value;
  const call = explorer.callAt(z);
  const confidence = explorer.confidence.value;
  return (
    <>
      <p>
        <svg width="12" height="10" aria-hidden="true"><Mark call={call} x={6} y={5} /></svg>
        <b>{` ${strata[z] ?? ""} `}</b>
        <span class="cmv-faint">{`${Math.round(units[z] ?? 0).toLocaleString("en")} units, ${percent(share[z] ?? 0)} of all`}</span>
      </p>
      <p class="cmx-gain">
        {"benefit "}
        <b>{intervalText(bounds, z)}</b>
        {confidence && <span class="cmv-faint">{` (${percent(explorer.level.value)}: ${intervalText(confidence, z)})`}</span>}
      </p>
      <p>{`${CALLS[call]} · ${treatedText(explorer.parts.value[z] ?? 0)}`}</p>
    </>
  );
}

function Population({ explorer }: { readonly explorer: Explorer }): JSX.Element {
  const { lower, upper, strata } = explorer.spending.value;
  const { share, strata: { length: all } } = explorer.study.value;
  const treated = explorer.parts.value.reduce((sum, part, z) => sum + part * (share[z] ?? 0), 0);
  const [low, high] = [figure(lower), figure(upper)];
  return (
    <>
      <p>
        {"Treated: "}
        <b>{percent(treated)}</b>
        {` of units, in ${strata.toLocaleString("en")} ${strata === 1 ? "stratum" : "strata"}`}
      </p>
      <p>
        {"together they gain "}
        <b>{low === high ? low : `${low} to ${high}`}</b>
      </p>
      {all > 1 && <p class="cmv-faint">Point at a stratum, or select one for its own map.</p>}
    </>
  );
}
