/** One head map on one screen: what is selected, marked, pointed at and said, and whether the kernel follows. */
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Link } from "../traits/link";
import type { TraitModel } from "../traits/model";
import { NO_GRID, pairOf, parseGrid, parseHeads, parseMarks, type Grid, type Mark } from "./data";
import { beside, NO_NOTE, noteText, parseNote, sameMarks, type Note } from "./note";
import { rectangle, same, toggled, union, type Heads } from "./selection";
import { describeSelection } from "./wording";

/** A head in one of the panels. */
export interface Spot {
  readonly panel: number;
  readonly index: number;
}

export interface Brush {
  readonly from: number;
  readonly to: number;
}

/** How a click or a drag joins what is selected already. */
export interface Joining {
  /** Ctrl or ⌘: one head more, or one less. */
  readonly toggles: boolean;
  /** Shift: all heads from the last one on. */
  readonly extends: boolean;
}

interface Choice {
  readonly selected: Heads;
  readonly marks: ReadonlyMap<number, Mark>;
}

const MOST_STEPS = 100;
/** How many of the largest heads are listed where the kernel says nothing. */
const TOP = 10;

export class HeadMap {
  readonly grid = signal<Grid>(NO_GRID);
  readonly title = signal("");
  /** How many of the largest heads are listed. */
  readonly top = signal(TOP);
  readonly markable = signal(false);
  readonly selected = signal<Heads>(new Set());
  readonly marks = signal<ReadonlyMap<number, Mark>>(new Map());
  /** What the kernel says of the marks as they are now. */
  readonly note: ReadonlySignal<Note>;
  /** The head under the pointer, the one that has the keyboard, and the panel that is looked at. */
  readonly hover = signal<Spot | null>(null);
  readonly focus = signal(0);
  readonly focused = signal<Spot | null>(null);
  readonly panel = signal(0);
  readonly brush = signal<Brush | null>(null);
  readonly announcement = signal("");
  readonly canUndo = signal(false);
  readonly link: ReadonlySignal<Link>;
  /** The head whose numbers are shown. */
  readonly shown: ReadonlySignal<number | null>;
  readonly #isGone = signal(false);
  readonly #told = signal<Note>(NO_NOTE);
  readonly #model: TraitModel;
  readonly #endings: (() => void)[];
  #anchor = 0;
  #undo: Choice[] = [];
  #redo: Choice[] = [];

  constructor(model: TraitModel, isStored: boolean) {
    this.#model = model;
    this.link = computed(() => (isStored ? "stored" : this.#isGone.value ? "gone" : "live"));
    this.note = computed(() => beside(this.#told.value, this.marks.value, this.link.value === "live"));
    this.shown = computed(() => {
      const only = this.selected.value.size === 1 ? [...this.selected.value][0] : undefined;
      return this.hover.value?.index ?? this.focused.value?.index ?? only ?? null;
    });
    const written = ["grid", "title", "top", "markable"];
    this.#endings = [
      ...written.map((trait) => model.onChange(trait, () => this.#heard())),
      model.onChange("note", () => this.#heardNote()),
      ...["selected", "marks"].map((trait) => model.onChange(trait, () => this.#readChoice())),
      model.onGone(() => (this.#isGone.value = true)),
    ];
    this.#read();
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
  }

  /** A click, or a key that says the same. */
  pick(index: number, { toggles, extends: isExtended }: Joining): void {
    const before = this.selected.peek();
    this.focus.value = index;
    if (isExtended) {
      const reached = rectangle(this.grid.peek(), this.#anchor, index);
      this.select(toggles ? union(before, reached) : reached);
      return;
    }
    this.#anchor = index;
    const isOnly = before.size === 1 && before.has(index);
    this.select(toggles || isOnly ? toggled(before, index) : new Set([index]));
  }

  /** Selects what a rectangle was drawn around, besides what is selected where `adds`. */
  pickAll({ from, to }: Brush, adds: boolean): void {
    const around = rectangle(this.grid.peek(), from, to);
    this.#anchor = from;
    this.focus.value = to;
    this.select(adds ? union(this.selected.peek(), around) : around);
  }

  /** Moves the keyboard on to a head; from where `extend` began, all are selected. */
  walk(index: number, extend: boolean): void {
    this.focus.value = index;
    if (extend) this.pick(index, { toggles: false, extends: true });
    else this.#anchor = index;
  }

  select(heads: Heads): void {
    if (!same(heads, this.selected.peek())) this.#choose({ selected: heads, marks: this.marks.peek() });
  }

  clear(): void {
    this.select(new Set());
  }

  /** Marks what is selected; null takes the marks away. */
  mark(kind: Mark | null): void {
    const marks = new Map(this.marks.peek());
    for (const index of this.selected.peek()) {
      if (kind) marks.set(index, kind);
      else marks.delete(index);
    }
    this.#choose({ selected: this.selected.peek(), marks: new Map([...marks].sort(([a], [b]) => a - b)) });
  }

  undo(): void {
    this.#step(this.#undo, this.#redo, "Undone");
  }

  redo(): void {
    this.#step(this.#redo, this.#undo, "Done again");
  }

  #choose(next: Choice): void {
    this.#undo = [...this.#undo.slice(1 - MOST_STEPS), this.#choice()];
    this.#redo = [];
    this.#take(next);
  }

  #step(from: Choice[], to: Choice[], word: string): void {
    const step = from.pop();
    if (!step) return;
    to.push(this.#choice());
    this.#take(step, `${word}. `);
  }

  #choice(): Choice {
    return { selected: this.selected.peek(), marks: this.marks.peek() };
  }

  #take({ selected, marks }: Choice, word = ""): void {
    const grid = this.grid.peek();
    const before = this.#choice();
    this.selected.value = selected;
    this.marks.value = marks;
    this.canUndo.value = this.#undo.length > 0;
    if (!same(selected, before.selected)) this.#model.set("selected", [...selected].map((index) => pairOf(index, grid)));
    if (!sameMarks(marks, before.marks)) this.#model.set("marks", [...marks].map(([index, mark]) => [...pairOf(index, grid), mark]));
    const lost = this.link.peek() === "live" ? "" : " There is no kernel to hear of it.";
    this.#announce(`${word}${describeSelection(grid, selected)}${marksText(marks)}.${lost}`);
  }

  #heard(): void {
    this.#isGone.value = false;
    this.#read();
  }

  /** A note of marks that are not shown yet is not said: what is shown says that it is stale. */
  #heardNote(): void {
    this.#isGone.value = false;
    this.#told.value = parseNote(this.#model.get("note"), this.grid.peek());
    const note = this.note.peek();
    if (note.state !== "stale") this.#announce(noteText(note));
  }

  #read(): void {
    const [title, top] = [this.#model.get("title"), this.#model.get("top")];
    const { layers, heads } = this.grid.peek();
    const grid = parseGrid(this.#model.get("grid"));
    this.title.value = typeof title === "string" ? title : "";
    this.top.value = typeof top === "number" ? Math.max(0, Math.trunc(top)) : TOP;
    this.markable.value = this.#model.get("markable") === true;
    this.grid.value = grid;
    if (grid.layers !== layers || grid.heads !== heads) this.#startOver();
    this.panel.value = Math.min(this.panel.peek(), Math.max(0, grid.panels.length - 1));
    this.#told.value = parseNote(this.#model.get("note"), grid);
    this.#readChoice();
  }

  /** Of another grid, nothing that was done before can be undone. */
  #startOver(): void {
    [this.#undo, this.#redo, this.#anchor] = [[], [], 0];
    this.canUndo.value = false;
    this.focus.value = 0;
    for (const pointed of [this.hover, this.focused]) pointed.value = null;
  }

  #readChoice(): void {
    const grid = this.grid.peek();
    const [selected, marks] = [parseHeads(this.#model.get("selected"), grid), parseMarks(this.#model.get("marks"), grid)];
    if (!same(selected, this.selected.peek())) this.selected.value = selected;
    if (!sameMarks(marks, this.marks.peek())) this.marks.value = marks;
  }

  #announce(text: string): void {
    this.announcement.value = this.announcement.peek() === text ? `${text}\u00a0` : text;
  }
}

function marksText(marks: ReadonlyMap<number, Mark>): string {
  const cut = [...marks.values()].filter((mark) => mark === "cut").length;
  return marks.size === 0 ? "" : `; ${cut} cut, ${marks.size - cut} kept`;
}
