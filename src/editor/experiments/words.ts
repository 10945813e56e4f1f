/** The words of experiments that the screen puts together; those of whole steps come from the kernel. */
import type { GraphDocument } from "../../graph/model";
import { nameOf, signed } from "../wording";
import type { BelievedEdge, Misbelief } from "./belief";
import type { Action, Found } from "./told";

/** "A to +2" */
export function actionWords(document: GraphDocument, { node, setting }: Action): string {
  return `${nameOf(document, node)} to ${signed(setting)}`;
}

/** "Step 3 of 12, exploring 3 of 8. Set A to +2: B ▲ 3.4 sd moved." */
export function stepWords({ steps, conclusion }: Found, at: number): string {
  const { phase = "", words = "" } = steps[at] ?? {};
  return `Step ${at + 1} of ${steps.length}, ${phase}. ${words}${at === steps.length - 1 ? ` ${conclusion}` : ""}`;
}

/** "4 of 5 edges, × 1 missing, + 1 added" */
export function beliefWords(belief: readonly BelievedEdge[]): string {
  const count = (wanted: Misbelief | null): number => belief.filter(({ status }) => status === wanted).length;
  const [shared, missing, reversed] = [count(null), count("missing"), count("reversed")];
  const rest = [`× ${missing} missing`, `⇄ ${reversed} reversed`, `+ ${count("added")} added`].filter((words) => !words.includes(" 0 "));
  return [`${shared} of ${shared + reversed + missing} edges`, ...rest].join(", ");
}
