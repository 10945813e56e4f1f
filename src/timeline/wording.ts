/** The words for batches and regimes, as they are written, announced and read by tests. */
import { counted, round } from "../editor/wording";
import type { Batch, Episodes } from "./data";

/** "12 batches in 3 regimes of 2 worlds, 4,800 rows" */
export function describeEpisodes({ batches, regimes }: Episodes): string {
  if (batches.length === 0) return "No batches yet.";
  const worlds = new Set(regimes.map(({ world }) => world)).size;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const within = worlds > 1 ? ` of ${worlds} worlds` : "";
  return `${counted(batches.length, "batch", "batches")} in ${counted(regimes.length, "regime")}${within}, ${whole(rows)} rows`;
}

/** "April: 500 rows, regime 2, 3.1 bits a row; changed: price, load" */
export function describeBatch(batch: Batch): string {
  const bits = batch.perRow === null ? "" : `, ${round(batch.perRow)} bits a row`;
  const changed = batch.changed.length > 0 ? `; changed: ${batch.changed.join(", ")}` : "";
  const beyond = batch.extrapolated.length > 0 ? `; beyond what was known: ${batch.extrapolated.map(({ column }) => column).join(", ")}` : "";
  return `${batch.label}: ${whole(batch.rows)} rows, regime ${batch.regime}${bits}${changed}${beyond}`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** "14 %"; what is not nothing is never written as nothing. */
export function percent(share: number): string {
  const hundredths = share * 100;
  return hundredths > 0 && hundredths < 1 ? "under 1 %" : `${Math.round(hundredths)} %`;
}
