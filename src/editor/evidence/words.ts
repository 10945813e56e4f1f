/** The words of evidence: verdicts, odds and what an edit came to. */
import type { GraphDocument } from "../../graph/model";
import { MARK_SIGNS, nameOf, priceOf, signed } from "../wording";
import type { Change, ChangedEdge, ModelSays, PairTold, Verdict } from "./told";

/** Below this agreement what a model says is not to be relied on, as the kernel has it. */
const LOW_AGREEMENT = 0.7;

/** "Mek → Raf", "an edge, either way", "no edge", "undecided" */
export function verdictWords(document: GraphDocument, { a, b }: Pick<PairTold, "a" | "b">, verdict: Verdict): string {
  const [first, second] = [nameOf(document, a), nameOf(document, b)];
  switch (verdict) {
    case "->":
      return `${first} → ${second}`;
    case "<-":
      return `${second} → ${first}`;
    case "--":
      return "an edge, either way";
    case "none":
      return "no edge";
    case null:
      return "undecided";
  }
}

/** "82%" */
export function percent(share: number): string {
  return share > 0 && share < 0.005 ? "<1%" : share > 0.995 && share < 1 ? ">99%" : `${Math.round(100 * share)}%`;
}

/** "0.83" */
export function share(part: number): string {
  return String(Number(part.toFixed(2)));
}

/** "askings agree 0.5: tells more of the wording than of the pair", or nothing where they agree well. */
export function doubtWords({ agreement }: ModelSays): string {
  return agreement !== null && agreement < LOW_AGREEMENT ? `askings agree ${share(agreement)}: tells more of the wording than of the pair` : "";
}

export interface Odds {
  /** For the edge as it is directed; null where it has no direction, or it is not known. */
  readonly direction: number | null;
  readonly edge: number | null;
  readonly agreement: number | null;
}

/** What a model gives an edge from one node of a pair to the other. */
export function oddsOf({ a, model }: PairTold, source: string, isDirected = true): Odds | null {
  if (!model) return null;
  const direction = model.logOdds !== null && source !== a ? -model.logOdds : model.logOdds;
  return { direction: isDirected ? direction : null, edge: model.logOddsEdge, agreement: model.agreement };
}

/** "log-odds +1.2 for A → B, +2.1 for an edge, agreement 0.83" */
export function oddsWords({ direction, edge, agreement }: Odds, label: string): string {
  const parts = [
    direction === null ? "" : `log-odds ${signed(direction)} for ${label}`,
    edge === null ? "" : `${direction === null ? "log-odds " : ""}${signed(edge)} for an edge`,
    agreement === null ? "" : `agreement ${share(agreement)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** "smollm2: log-odds +1.2 for A → B, …", by the likelier direction. */
export function modelPart(document: GraphDocument, pair: PairTold, model: string): string {
  const { a, b } = pair;
  const [source, target] = (pair.model?.logOdds ?? 0) < 0 ? [b, a] : [a, b];
  const odds = oddsOf(pair, source);
  return odds ? `${model}: ${oddsWords(odds, `${nameOf(document, source)} → ${nameOf(document, target)}`)}` : "";
}

const SIGNS: Readonly<Record<ChangedEdge["what"], string>> = { added: "+", removed: "×", reversed: "⇄", changed: "≠" };

export const signOf = ({ what }: ChangedEdge): string => SIGNS[what];

/** "A → B": as it is now, or was where it is gone. */
export function changedLabel({ source, target, mark, was }: ChangedEdge): string {
  return `${source} ${MARK_SIGNS[mark ?? was ?? "->"]} ${target}`;
}

export interface Result {
  readonly change: Change;
  readonly models: readonly string[];
  /** The independences that are new. */
  readonly come: number;
  readonly bounds: string;
}

/** What an edit came to, in one sentence: "Last edit saves 12.3 bits; smollm2: …; 1 new and 2 broken independences; PNS …" */
export function resultWords({ change, models, come, bounds }: Result): string {
  const { broken, bits } = change;
  const counts = [...(come ? [`${come} new`] : []), ...(broken.length ? [`${broken.length} broken`] : [])];
  const parts = [
    bits === null ? "" : priceOf(bits),
    ...models,
    counts.length ? `${counts.join(" and ")} independence${come + broken.length === 1 ? "" : "s"}` : "",
    bounds,
  ];
  const told = parts.filter(Boolean).join("; ");
  return told ? `Last edit: ${told}.` : "";
}
