/** What this screen shows of a policy's experiments: which step, and whether they are of the graph as it is now. */
import { batch, computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { isDirected, type DocumentEdge } from "../../graph/model";
import type { Editor } from "../editor";
import type { Transport } from "../protocol";
import { beliefBeside, type BelievedEdge } from "./belief";
import { readExperiments, type Found, type Step, type Told } from "./told";
import { stepWords } from "./words";

/** How long a step is shown while they are played, in ms. */
const PACE = 1_200;

export class Experiments {
  /** Null where no policy is there. */
  readonly told = signal<Told | null>(null);
  readonly isOpen = signal(true);
  readonly at = signal(0);
  readonly isPlaying = signal(false);
  /** Whether what is believed stands on the canvas, in place of the graph's own edges. */
  readonly isBelieving = signal(false);
  readonly isStale: ReadonlySignal<boolean>;
  /** What is shown of experiments and of one of their steps; null where nothing is. */
  readonly found: ReadonlySignal<Found | null>;
  readonly step: ReadonlySignal<Step | null>;
  readonly belief: ReadonlySignal<readonly BelievedEdge[] | null>;
  /** What is believed, where it stands on the canvas. */
  readonly drawnBelief: ReadonlySignal<readonly BelievedEdge[] | null>;
  readonly #editor: Editor;
  readonly #endings: (() => void)[];

  constructor(editor: Editor, transport: Transport, stored: unknown) {
    this.#editor = editor;
    const { scene, screen } = editor;
    const isNow = ({ rev }: Told): boolean => rev === scene.document.value.rev && screen.waiting.value === 0;
    this.isStale = computed(() => this.told.value !== null && !isNow(this.told.value));
    this.found = computed(() => (this.isOpen.value ? (this.told.value?.found ?? null) : null));
    this.step = computed(() => this.found.value?.steps[this.at.value] ?? null);
    this.belief = computed(() => {
      const believed = this.step.value?.belief;
      return believed ? beliefBeside(believed, scene.document.value.edges) : null;
    });
    this.drawnBelief = computed(() => (this.isBelieving.value ? this.belief.value : null));
    this.#endings = [
      transport.onChange("experiments", () => this.#take(transport.get("experiments"))),
      effect(() => this.#play()),
    ];
    this.#take(transport.get("experiments") ?? stored);
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
  }

  get #last(): number {
    return (this.found.peek()?.steps.length ?? 1) - 1;
  }

  /** Shows a step and says what it was. */
  goTo(at: number): void {
    this.isPlaying.value = false;
    this.#show(at);
  }

  /** Goes through the steps one after the other; from the first where the last is shown. */
  play(): void {
    if (!this.isPlaying.peek() && this.at.peek() === this.#last) this.#show(0);
    this.isPlaying.value = !this.isPlaying.peek();
  }

  /** Whether an edge has no say at the step: its target is set, whatever its source is. */
  isCut(edge: DocumentEdge | undefined): boolean {
    const set = this.step.value?.set;
    return set != null && edge !== undefined && isDirected(edge) && edge.target === set.node;
  }

  toggleBelief(): void {
    this.isBelieving.value = !this.isBelieving.peek();
    this.#editor.screen.announce(this.isBelieving.peek() ? "What it believes is shown in place of the edges." : "The graph itself is shown.");
  }

  #show(at: number): void {
    const found = this.found.peek();
    if (!found) return;
    this.at.value = at;
    this.#editor.screen.announce(stepWords(found, at));
  }

  #play(): (() => void) | undefined {
    if (!this.isPlaying.value) return undefined;
    const timer = setInterval(() => {
      this.#show(this.at.peek() + 1);
      if (this.at.peek() >= this.#last) this.isPlaying.value = false;
    }, PACE);
    return () => clearInterval(timer);
  }

  /** The last step is shown, unless an earlier one was looked at. */
  #take(raw: unknown): void {
    const next = readExperiments(raw);
    const before = this.told.peek();
    const [was, now] = [before?.found?.steps.length ?? 0, next?.found?.steps.length ?? 0];
    const atEnd = was === 0 || this.at.peek() >= was - 1;
    batch(() => {
      this.told.value = next;
      this.isPlaying.value = false;
      this.at.value = Math.max(0, atEnd ? now - 1 : Math.min(this.at.peek(), now - 1));
    });
    this.#say(next, before);
  }

  /** Says what other experiments an edit led to; nothing where they come to the same. */
  #say(next: Told | null, before: Told | null): void {
    if (!next || !before) return;
    const words = (told: Told): string => (told.problem ? `No experiments: ${told.problem}` : (told.found?.conclusion ?? ""));
    if (words(next) && words(next) !== words(before)) this.#editor.screen.announce(words(next));
  }
}
