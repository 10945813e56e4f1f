/** One timeline on one screen: what is selected, pointed at and said, and whether the kernel follows. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { TraitModel } from "../traits/model";
import { NO_EPISODES, parseEpisodes, type Batch, type Episodes } from "./data";
import { describeBatch } from "./wording";

/** How long the kernel may take to show a graph before that is said. */
const PATIENCE = 4_000;

/** The traits that only the kernel writes. */
const WRITTEN = ["timeline", "title", "showing"];
/** What `showing` is where the editor is closed. */
const CLOSED = -1;

/**
 * Whose graph the editor shows: that of the selected batch (`shown`), not yet (`waiting`), not for long (`silent`),
 * none that is open (`closed`); or there is no kernel any more (`gone`), or never was one (`stored`).
 */
export type Link = "shown" | "waiting" | "silent" | "closed" | "gone" | "stored";

export class Timeline {
  readonly episodes = signal<Episodes>(NO_EPISODES);
  readonly title = signal("");
  readonly selected = signal<number | null>(null);
  /** The batch under the pointer, and the one that has the keyboard. */
  readonly hover = signal<number | null>(null);
  readonly focus = signal<number | null>(null);
  readonly announcement = signal("");
  readonly link: ReadonlySignal<Link>;
  /** The batch whose details are shown. */
  readonly shown: ReadonlySignal<number | null>;
  readonly #showing = signal<number | null>(null);
  readonly #isGone = signal(false);
  readonly #isLate = signal(false);
  readonly #model: TraitModel;
  readonly #endings: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: TraitModel, isStored: boolean) {
    this.#model = model;
    this.shown = computed(() => this.hover.value ?? this.focus.value ?? this.selected.value);
    this.link = computed(() => (isStored ? "stored" : this.#isGone.value ? "gone" : this.#liveLink()));
    this.#endings = [
      ...WRITTEN.map((trait) => model.onChange(trait, () => this.#heard())),
      model.onChange("selected", () => this.#read()),
      model.onGone(() => (this.#isGone.value = true)),
      effect(() => this.#wait(this.selected.value, this.#showing.value)),
      () => clearTimeout(this.#timer),
    ];
    this.#read();
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
  }

  get batches(): readonly Batch[] {
    return this.episodes.value.batches;
  }

  /** Asks the kernel for the graph of a batch. */
  select(index: number): void {
    const batch = this.batches[index];
    if (!batch) return;
    this.focus.value = this.selected.value = index;
    // Also where the kernel seems gone: it may be back, and then it answers.
    this.#model.set("selected", index);
    const isAlive = this.link.value !== "gone" && this.link.value !== "stored";
    this.#announce(`Selected: ${describeBatch(batch)}.${isAlive ? "" : " There is no kernel to show its graph."}`);
  }

  /** The batch so many places further on; stays within the episodes. */
  step(from: number, by: number): number {
    return Math.max(0, Math.min(this.batches.length - 1, from + by));
  }

  /** The next batch in another regime than the one before it; the last or first where there is none. */
  nextChange(from: number, way: 1 | -1): number {
    const { batches } = this;
    const opens = (index: number): boolean => batches[index]?.regime !== batches[index - 1]?.regime;
    for (let index = from + way; index > 0 && index < batches.length; index += way) if (opens(index)) return index;
    return way === 1 ? batches.length - 1 : 0;
  }

  #liveLink(): Link {
    if (this.#showing.value === CLOSED) return "closed";
    if (this.#showing.value === this.selected.value) return "shown";
    return this.#isLate.value ? "silent" : "waiting";
  }

  #wait(selected: number | null, showing: number | null): void {
    clearTimeout(this.#timer);
    this.#isLate.value = false;
    if (selected !== showing) this.#timer = setTimeout(() => (this.#isLate.value = true), PATIENCE);
  }

  #heard(): void {
    this.#isGone.value = false;
    this.#read();
  }

  #read(): void {
    const [title, selected, showing] = [this.#model.get("title"), this.#model.get("selected"), this.#model.get("showing")];
    const before = this.episodes.peek();
    this.title.value = typeof title === "string" ? title : "";
    this.episodes.value = parseEpisodes(this.#model.get("timeline"));
    const { length } = this.batches;
    const known = (index: unknown): number | null => (typeof index === "number" && index >= 0 && index < length ? index : null);
    this.selected.value = known(selected);
    this.#showing.value = showing === CLOSED ? CLOSED : known(showing);
    for (const pointed of [this.hover, this.focus]) pointed.value = known(pointed.peek());
    const news = length - before.batches.length;
    const [last] = this.batches.slice(-1);
    if (before.batches.length > 0 && news > 0 && last) this.#announce(`${news} more: ${describeBatch(last)}.`);
  }

  #announce(text: string): void {
    this.announcement.value = this.announcement.peek() === text ? `${text}\u00a0` : text;
  }
}
