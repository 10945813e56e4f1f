/** What is known of the batch that is pointed at, has the keyboard, or is selected. */
import type { JSX } from "preact";
import { round } from "../../editor/wording";
import type { Alternative, Batch, Regime } from "../data";
import type { Timeline } from "../timeline";
import { percent, whole } from "../wording";
import { Mark } from "./mark";

const MOST_ALTERNATIVES = 12;

export function Details({ timeline }: { readonly timeline: Timeline }): JSX.Element {
  const index = timeline.shown.value;
  const { batches, regimes } = timeline.episodes.value;
  const batch = index === null ? undefined : batches[index];
  const regime = batch && regimes[batch.regime];
  return (
    <aside class="cmv-details" aria-label="Batch" tabindex={0}>
      {batch && regime && index !== null ? (
        <>
          <Facts batch={batch} regime={regime} place={`batch ${index + 1} of ${batches.length}`} />
          <Alternatives batch={batch} />
        </>
      ) : (
        <p class="cmv-faint">Point at a batch for what is known of it.</p>
      )}
    </aside>
  );
}

function Facts({ batch, regime, place }: { readonly batch: Batch; readonly regime: Regime; readonly place: string }): JSX.Element {
  return (
    <div class="cmt-facts">
      <p class="cmt-name">
        <b title={batch.label}>{batch.label}</b> <span class="cmv-faint">{place}</span>
      </p>
      <p>
        <svg width="12" height="12" aria-hidden="true"><Mark regime={batch.regime} x={6} y={6} radius={4.5} /></svg>{" "}
        {`regime ${batch.regime} of world ${regime.world}`}
        <span class="cmv-faint">{` · ${regime.edges} edges`}</span>
      </p>
      <p>
        {`${whole(batch.rows)} rows`}
        {batch.bits !== null && batch.perRow !== null && ` · ${bitsText(batch.bits)} bits, ${round(batch.perRow)} a row`}
      </p>
      <Names title="Changed since the batch before" names={batch.changed} />
      {batch.changed.length === 0 && <Names title={`Other than in world ${regime.world}'s first regime`} names={regime.changed} />}
      <Names title="Beyond what was known" names={batch.extrapolated.map(({ column, share }) => `${column} (${percent(share)} of cells)`)} />
    </div>
  );
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }): JSX.Element | null {
  if (names.length === 0) return null;
  return (
    <p>
      <b>{title}</b> <span title={names.join(", ")}>{names.join(", ")}</span>
    </p>
  );
}

/** The places that were priced when the batch came, the cheapest first. */
function Alternatives({ batch: { alternatives } }: { readonly batch: Batch }): JSX.Element | null {
  const cheapest = alternatives.reduce<number | null>((least, { bits }) => (bits === null ? least : Math.min(least ?? bits, bits)), null);
  if (cheapest === null) return null;
  const more = alternatives.length - MOST_ALTERNATIVES;
  return (
    <table class="cmt-alternatives">
      <caption>Where it could go when it came</caption>
      <tbody>
        {alternatives.slice(0, MOST_ALTERNATIVES).map((each, place) => (
          <tr key={place} class={each.taken ? "is-taken" : ""}>
            <td>{each.taken ? "✓" : ""}</td>
            <th scope="row">{each.words}</th>
            <td>{priceOf(each, cheapest)}</td>
          </tr>
        ))}
        {more > 0 && <tr><td /><th scope="row" class="cmv-faint">{`and ${more} more`}</th><td /></tr>}
      </tbody>
    </table>
  );
}

/** The cheapest in bits, the others by what they cost besides. */
function priceOf({ bits }: Alternative, cheapest: number): string {
  if (bits === null) return "";
  return bits === cheapest ? `${bitsText(bits)} bits` : `+${bitsText(bits - cheapest)}`;
}

function bitsText(bits: number): string {
  return Math.abs(bits) >= 100 ? whole(bits) : round(bits);
}
