/** Another graph that the drawn one stands for, shown in its place: asked of the kernel, and again after each edit. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { isObject } from "../graph/wire";
import type { Editor } from "./editor";
import { readViewedEdge, type ViewedEdge } from "./overlay";
import type { Questions } from "./questions";

/** The kernel's name of each view, and the words of the menu. */
export const VIEWS = [
  ["equivalence class", "Equivalence class"],
  ["observed only", "Observed nodes only"],
  ["dependences", "Dependences"],
  ["moral graph", "Moral graph"],
] as const;
export type ViewName = (typeof VIEWS)[number][0];

/** What is seen of a view: its edges, or why there are none. */
export interface Viewed {
  readonly name: ViewName;
  readonly edges: readonly ViewedEdge[];
  readonly words: string;
}

export class GraphView {
  readonly chosen = signal<ViewName | null>(null);
  /** The view as of the last answer; null while the graph itself is shown. */
  readonly shown: ReadonlySignal<Viewed | null>;
  readonly #answer = signal<Viewed | null>(null);
  readonly #editor: Editor;
  readonly #questions: Questions;
  readonly #end: () => void;

  constructor(editor: Editor, questions: Questions) {
    this.#editor = editor;
    this.#questions = questions;
    this.shown = computed(() => (this.#answer.value?.name === this.chosen.value ? this.#answer.value : null));
    this.#end = effect(() => this.#ask(this.chosen.value, editor.scene.document.value.rev));
  }

  stop(): void {
    this.#end();
  }

  /** Shows a view; the graph itself where that view is shown already. */
  toggle(name: ViewName): void {
    if (this.chosen.peek() === name) return this.close();
    this.chosen.value = name;
  }

  close(): void {
    this.chosen.value = null;
    this.#editor.screen.announce("The graph itself is shown.");
  }

  #ask(name: ViewName | null, rev: number): void {
    if (name === null) return;
    void this.#questions.ask("view", { view: name }).then((result) => {
      if (this.chosen.peek() !== name || this.#editor.scene.document.peek().rev !== rev) return;
      const viewed = readViewed(name, result);
      if (viewed.words !== this.#answer.peek()?.words) this.#editor.screen.announce(`${viewed.words}.`);
      this.#answer.value = viewed;
    });
  }
}

function readViewed(name: ViewName, result: unknown): Viewed {
  if (!isObject(result) || typeof result.words !== "string") {
    return { name, edges: [], words: "Not to be had for this graph now" };
  }
  const edges = Array.isArray(result.edges) ? result.edges.filter(isObject).flatMap((raw) => readViewedEdge(raw) ?? []) : [];
  return { name, edges, words: result.words };
}
