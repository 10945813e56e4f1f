/** What this screen shows of what data and a model say of pairs of nodes, and whether it is of the graph as it is now. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { indexOf } from "../../graph/model";
import type { Editor } from "../editor";
import type { Transport } from "../protocol";
import { Questions } from "../questions";
import { edgesBetween } from "./sides";
import { pairKey, readOpinion, type Opinion, type PairTold } from "./told";
import { modelPart } from "./words";

/** How long two nodes stay selected before the kernel is asked about them, in ms. */
export const PAUSE = 300;

export class Evidence {
  /** Null where neither data nor a model are attached. */
  readonly opinion = signal<Opinion | null>(null);
  /** Whether what the data say is of another graph than the one that is drawn. */
  readonly isStale: ReadonlySignal<boolean>;
  /** Pairs on which data and model disagree and that no knowledge settles, in the kernel's order. */
  readonly disputes: ReadonlySignal<readonly PairTold[]>;
  /** The drawn edges of those pairs. */
  readonly disputedEdges: ReadonlySignal<ReadonlySet<string>>;
  readonly #editor: Editor;
  readonly #questions: Questions;
  readonly #endings: (() => void)[];
  /** What nodes were called when the kernel last told of the graph as it was drawn. */
  readonly #names: ReadonlySignal<ReadonlyMap<string, string>>;
  #expected: readonly string[] = [];

  constructor(editor: Editor, transport: Transport) {
    this.#editor = editor;
    const { scene, screen } = editor;
    this.isStale = computed(() => this.opinion.value?.rev !== scene.document.value.rev || screen.waiting.value > 0);
    this.#names = remembered(new Map<string, string>(), () =>
      this.opinion.value && !this.isStale.value ? new Map(scene.document.value.nodes.map(({ id, name }) => [id, name])) : null,
    );
    this.disputes = computed(() => {
      const document = scene.document.value;
      return [...(this.opinion.value?.pairs.values() ?? [])].filter((pair) => this.#isDisputed(pair, document));
    });
    this.disputedEdges = remembered<ReadonlySet<string>>(new Set(), (last) => {
      const document = scene.document.value;
      const next = new Set(this.disputes.value.flatMap(({ a, b }) => edgesBetween(document, a, b).map(({ id }) => id)));
      return next.size === last.size && [...next].every((id) => last.has(id)) ? null : next;
    });
    this.#questions = new Questions(transport, () => editor.session.freshId("q"));
    this.#endings = [
      transport.onChange("opinion", () => this.#take(transport.get("opinion"))),
      effect(() => void this.#names.value),
      effect(() => this.#askForSelected()),
      () => this.#questions.stop(),
    ];
    this.#take(transport.get("opinion"));
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
  }

  /** The model's name, as columns and buttons have it. */
  get model(): string {
    const name = this.opinion.value?.model ?? "";
    return name === "" ? "model" : name;
  }

  /** What is told of a pair; what the model said of other names is left out. */
  pairOf(one: string | null, other: string | null): PairTold | null {
    if (one === null || other === null) return null;
    const pair = this.opinion.value?.pairs.get(pairKey(one, other));
    if (!pair) return null;
    return this.#isRenamed(pair) ? { ...pair, model: null, disagree: false } : pair;
  }

  /** Says what the model thinks of some pairs as soon as it has answered all of them. */
  expect(keys: readonly string[]): void {
    this.#expected = this.opinion.peek()?.model ? keys : [];
  }

  #isDisputed({ a, b, disagree, settled }: PairTold, document: Editor["document"]): boolean {
    const { nodes } = indexOf(document);
    if (!disagree || !nodes.has(a) || !nodes.has(b) || this.#isRenamed({ a, b })) return false;
    const known = edgesBetween(document, a, b).some(({ knowledge }) => knowledge !== null);
    return !known && (!settled || this.isStale.value);
  }

  /** Whether a node of the pair is called otherwise than when the model was asked. */
  #isRenamed({ a, b }: Pick<PairTold, "a" | "b">): boolean {
    const { nodes } = indexOf(this.#editor.scene.document.value);
    return [a, b].some((id) => (this.#names.value.get(id) ?? nodes.get(id)?.name) !== nodes.get(id)?.name);
  }

  #take(raw: unknown): void {
    const next = readOpinion(raw);
    this.opinion.value = next;
    this.#sayExpected(next);
  }

  #sayExpected(opinion: Opinion | null): void {
    const pairs = this.#expected.flatMap((key) => opinion?.pairs.get(key) ?? []);
    if (!opinion || pairs.length === 0 || pairs.length < this.#expected.length || pairs.some(({ model }) => model === null)) return;
    this.#expected = [];
    const { document, screen } = this.#editor;
    screen.announce(`${pairs.map((pair) => modelPart(document, pair, opinion.model)).join("; ")}.`);
  }

  /** Asks about the two nodes that are selected, once they have been for a while. */
  #askForSelected(): (() => void) | undefined {
    const [a, b, ...more] = this.#editor.screen.selection.value.nodes;
    const isAttached = this.#isAttached.value;
    if (a === undefined || b === undefined || more.length > 0 || !isAttached) return undefined;
    const timer = setTimeout(() => {
      if (this.#lacks(this.opinion.peek(), a, b)) void this.#questions.ask("opinion", { a, b });
    }, PAUSE);
    return () => clearTimeout(timer);
  }

  readonly #isAttached = computed(() => this.opinion.value !== null);

  #lacks(opinion: Opinion | null, a: string, b: string): boolean {
    const pair = opinion?.pairs.get(pairKey(a, b));
    return !pair || (opinion?.model !== "" && pair.model === null);
  }
}

/** A value that stays the same object until there is another one. */
function remembered<Value>(first: Value, next: (last: Value) => Value | null): ReadonlySignal<Value> {
  let last = first;
  return computed(() => (last = next(last) ?? last));
}
