/** The words for heads, as they are written, announced and read by tests. */
import { counted, round } from "../editor/wording";
import { pairOf, type Grid, type Panel } from "./data";

/** "layer 3, head 5" */
export function nameOf(grid: Grid, index: number): string {
  const [layer, head] = pairOf(index, grid);
  return `layer ${layer}, head ${head}`;
}

/** "3.5", as lists have it. */
function shortName(grid: Grid, index: number): string {
  return pairOf(index, grid).join(".");
}

/** A minus as long as a plus is wide. */
export function figure(value: number): string {
  return round(value).replace("-", "−");
}

/** "0.042 nats"; "no value" where there is none. */
export function valueText({ values, unit }: Panel, index: number): string {
  const value = values[index] ?? null;
  return value === null ? "no value" : `${figure(value)}${unit && ` ${unit}`}`;
}

/** "0.031 to 0.053", or nothing where there is no interval. */
export function intervalText({ lower, upper }: Panel, index: number): string {
  const [low, high] = [lower?.[index] ?? null, upper?.[index] ?? null];
  return low === null || high === null ? "" : `${figure(low)} to ${figure(high)}`;
}

/** "2 of 270" */
function rankText({ ranks }: Panel, index: number): string {
  const rank = ranks[index] ?? null;
  return rank === null ? "" : `${rank} of ${ranks.filter((each) => each !== null).length}`;
}

export function kindText({ exact, values }: Panel, index: number): string {
  if (exact === null || values[index] == null) return "";
  return exact[index] ? "exact" : "estimated";
}

/** "layer 3, head 5: 0.042 nats, 0.031 to 0.053, rank 2 of 270, exact" */
export function describeHead(grid: Grid, panel: Panel, index: number): string {
  const rank = rankText(panel, index);
  const parts = [valueText(panel, index), intervalText(panel, index), rank && `rank ${rank}`, kindText(panel, index)];
  return `${nameOf(grid, index)}: ${parts.filter((part) => part !== "").join(", ")}`;
}

/** "30 layers × 9 heads" */
export function describeGrid({ layers, heads }: Grid): string {
  return `${counted(layers, "layer")} × ${counted(heads, "head")}`;
}

/** "3 heads selected: 0.1, 2.5, 3.5" */
export function describeSelection(grid: Grid, selected: ReadonlySet<number>, most = 12): string {
  if (selected.size === 0) return "No head selected";
  const names = [...selected].slice(0, most).map((index) => shortName(grid, index));
  return `${counted(selected.size, "head")} selected: ${names.join(", ")}${selected.size > most ? ", …" : ""}`;
}
