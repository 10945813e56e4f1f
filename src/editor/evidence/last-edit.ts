/** What the last edit came to: kept while the next answer is computed, and said once. */
import { signal } from "@preact/signals";
import { endsWords, type Shown } from "../bounds";
import type { Editor } from "../editor";
import type { Overlay } from "../overlay";
import { pairKey, type Change, type ChangedEdge } from "./told";
import { changedLabel, oddsOf, oddsWords, resultWords } from "./words";

/** How long what a model knows already may take to arrive, in ms. */
export const GATHERING = 200;
/** Of a change of more edges the model's part is not read out. */
const MOST_READ = 3;

export interface ShownChange {
  readonly change: Change;
  /** It is of an earlier edit, and the next one is being computed. */
  readonly waiting: boolean;
}

export class LastEdit {
  readonly shown = signal<ShownChange | null>(null);
  readonly #editor: Editor;
  #key: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Shows the change of an answer; returns whether it is news that is complete. */
  take({ change, waiting }: Overlay): boolean {
    clearTimeout(this.#timer);
    const last = this.shown.peek();
    this.shown.value = change ? { change, waiting: false } : waiting && last ? { ...last, waiting: true } : null;
    if (waiting) return false;
    const [before, key] = [this.#key, JSON.stringify(change)];
    this.#key = key;
    return change !== null && before !== null && before !== key;
  }

  /** Says it in one sentence, with what the model answers at once; what it answers later is said then. */
  say({ independences }: Overlay, bounds: Shown | null, effect: string): void {
    const change = this.shown.peek()?.change;
    if (!change) return;
    const come = independences.filter(({ isNew }) => isNew).length;
    const pns = bounds?.before && "bounds" in bounds.told ? `PNS ${endsWords(bounds.before)} → ${endsWords(bounds.told.bounds.now)}` : "";
    this.#timer = setTimeout(() => {
      const words = resultWords({ change, models: this.#models(change), come, bounds: pns });
      this.#editor.screen.announce([words, effect].filter(Boolean).join(" "));
    }, GATHERING);
  }

  #models({ edges }: Change): string[] {
    const { evidence } = this.#editor;
    if (edges.length > MOST_READ || !evidence.opinion.peek()?.model) return [];
    const pairs = edges.filter(({ sourceId, targetId }) => sourceId !== null && targetId !== null);
    const open = pairs.filter((edge) => !evidence.pairOf(edge.sourceId, edge.targetId)?.model);
    evidence.expect(open.map(({ sourceId, targetId }) => pairKey(sourceId ?? "", targetId ?? "")));
    return pairs.flatMap((edge) => this.#odds(edge) ?? []);
  }

  #odds(edge: ChangedEdge): string | null {
    const { evidence } = this.#editor;
    const pair = evidence.pairOf(edge.sourceId, edge.targetId);
    const odds = pair && oddsOf(pair, edge.sourceId ?? "", isDirectedChange(edge));
    return odds && `${evidence.model}: ${oddsWords(odds, changedLabel(edge))}`;
  }
}

/** Whether the edge has, or had, a direction. */
export function isDirectedChange({ mark, was }: ChangedEdge): boolean {
  return (mark ?? was) === "->";
}
