/** What this screen shows of what the kernel says: paths, sets, bits and differences, and whether they are of now. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { indexOf, type GraphDocument, type Role } from "../graph/model";
import type { Operation } from "../graph/operations";
import { isObject } from "../graph/wire";
import { endsWords, follow, type Shown } from "./bounds";
import type { Editor } from "./editor";
import { LastEdit } from "./evidence/last-edit";
import { GraphView } from "./graph-view";
import { parseComparison, parseOverlay, type Comparison, type Overlay, type Path, type RegimeView, type ViewedEdge } from "./overlay";
import type { Transport } from "./protocol";
import { Questions } from "./questions";
import { counted, nameOf } from "./wording";

export type PathTone = "causal" | "biasing" | "blocked";
export const PATH_TONES: readonly PathTone[] = ["causal", "biasing", "blocked"];

export function toneOfPath({ kind, open }: Path): PathTone {
  if (!open) return "blocked";
  return kind === "biasing" ? "biasing" : "causal";
}

/** What an edge from a node would change of the code, in bits, by the node at its other end. */
export interface Candidates {
  readonly source: string;
  readonly bits: ReadonlyMap<string, number>;
}

/** Candidates in order, what saves most first; those at which the edge would be refused last. */
export function ranked({ bits }: Candidates, refused: ReadonlySet<string>): [id: string, change: number][] {
  const late = (id: string): number => (refused.has(id) ? 1 : 0);
  return [...bits].sort(([a, one], [b, other]) => late(a) - late(b) || one - other);
}

export class Reading {
  readonly overlay = signal<Overlay | null>(null);
  /** Which paths are lit on the canvas. */
  readonly shown = signal<ReadonlySet<PathTone>>(new Set(["causal", "biasing"]));
  /** One path that is pointed at, or else was chosen: it alone is lit. */
  readonly pointed = signal<Path | null>(null);
  readonly chosen = signal<Path | null>(null);
  readonly comparing = signal(true);
  readonly candidates = signal<Candidates | null>(null);
  /** Another graph that is shown in place of the drawn one. */
  readonly view: GraphView;
  /** The regime that a timeline points at, unless the graph itself was asked for since. */
  readonly regime: ReadonlySignal<RegimeView | null>;
  /** The edges that are drawn in place of the graph's own. */
  readonly viewedEdges: ReadonlySignal<readonly ViewedEdge[] | null>;
  readonly lastEdit: LastEdit;
  /** The bounds on the PNS, and what they were before the last edit. */
  readonly bounds = signal<Shown | null>(null);
  readonly isStale: ReadonlySignal<boolean>;
  readonly comparison: ReadonlySignal<Comparison | null>;
  /** The tones of the lit paths that run along each edge. */
  readonly tones: ReadonlySignal<ReadonlyMap<string, readonly PathTone[]>>;
  readonly #editor: Editor;
  readonly #closedRegime = signal("");
  readonly #stored: Comparison | null;
  readonly #questions: Questions;
  readonly #endings: (() => void)[];
  #said = "";

  constructor(editor: Editor, transport: Transport, comparison: unknown) {
    this.#editor = editor;
    const stored = parseComparison(comparison);
    this.#stored = stored;
    this.isStale = computed(() => (this.overlay.value?.rev ?? -1) !== editor.scene.document.value.rev || editor.screen.waiting.value > 0);
    this.comparison = computed(() => (this.comparing.value ? (this.overlay.value?.comparison ?? stored) : null));
    this.tones = computed(() => this.#tonesByEdge());
    this.lastEdit = new LastEdit(editor);
    this.#questions = new Questions(transport, () => editor.session.freshId("q"));
    this.view = new GraphView(editor, this.#questions);
    this.regime = computed(() => {
      const regime = this.overlay.value?.regime ?? null;
      return regime && keyOf(regime) !== this.#closedRegime.value ? regime : null;
    });
    this.viewedEdges = computed(() => this.view.shown.value?.edges ?? this.regime.value?.edges ?? null);
    this.#endings = [
      () => this.view.stop(),
      () => this.lastEdit.stop(),
      transport.onChange("overlay", () => this.#take(transport.get("overlay"))),
      effect(() => this.#askForCandidates()),
      () => this.#questions.stop(),
    ];
    this.#take(transport.get("overlay"));
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
  }

  /** Whether there are differences to show, live or stored. */
  get canCompare(): boolean {
    return (this.overlay.value?.comparison ?? this.#stored) !== null;
  }

  /** Shows the graph itself in place of that of a regime, until a timeline points at another batch. */
  closeRegime(): void {
    const regime = this.regime.peek();
    if (regime) this.#closedRegime.value = keyOf(regime);
    this.#editor.screen.announce("The graph itself is shown.");
  }

  toggle(tone: PathTone): void {
    const shown = new Set(this.shown.peek());
    if (!shown.delete(tone)) shown.add(tone);
    this.shown.value = shown;
    this.#editor.screen.announce(`${PATH_WORDS[tone]} ${shown.has(tone) ? "shown" : "hidden"}.`);
  }

  /** What an edge saves, live where the kernel says so, else as it was stored. */
  bitsOf(edge: { readonly id: string; readonly bits: number | null }): number | null {
    return this.overlay.value?.bits?.edges.get(edge.id) ?? edge.bits;
  }

  /** Lights one path alone until it is chosen again. */
  choosePath(path: Path): void {
    this.chosen.value = this.chosen.peek() === path ? null : path;
    this.#editor.screen.announce(this.chosen.peek() ? "This path alone is shown." : "All paths are shown.");
  }

  /** Adjusts for exactly these nodes; for nothing where exactly they are adjusted for already. */
  adjust(chosen: readonly string[]): void {
    const now = this.#editor.document.nodes.filter(({ roles }) => roles.includes("adjusted")).map(({ id }) => id);
    const ids = now.length === chosen.length && now.every((id) => chosen.includes(id)) ? [] : chosen;
    this.#setRole("adjusted", ids, `Adjusted for ${this.#names(ids)}`);
  }

  /** Takes a role from one of the nodes that share it. */
  release(role: "exposure" | "outcome", id: string): void {
    const others = this.#editor.document.nodes.filter(({ roles }) => roles.includes(role)).map((node) => node.id);
    this.#setRole(role, others.filter((other) => other !== id), `${nameOf(this.#editor.document, id)} is no ${role}`);
  }

  /** Makes one node the exposure or the outcome; none where the id is empty. */
  choose(role: "exposure" | "outcome", id: string): void {
    this.#setRole(role, id ? [id] : [], id ? `${nameOf(this.#editor.document, id)} is the ${role}` : `No ${role}`);
  }

  #setRole(role: Role, ids: readonly string[], label: string): void {
    const ops = this.#editor.document.nodes.flatMap(({ id, roles }): Operation[] => {
      const wanted = ids.includes(id);
      if (wanted === roles.includes(role)) return [];
      const others = roles.filter((other) => other !== role && !(wanted && EXCLUSIVE.has(role) && EXCLUSIVE.has(other)));
      return [{ op: "set_node", id, roles: wanted ? [...others, role] : others }];
    });
    if (ops.length > 0) this.#editor.edit(ops, label);
    else this.#editor.screen.announce(`${label} already.`);
  }

  #names(ids: readonly string[]): string {
    return setOf(this.#editor.document, ids);
  }

  #tonesByEdge(): ReadonlyMap<string, readonly PathTone[]> {
    const effect = this.overlay.value?.effect;
    const pointed = this.pointed.value ?? this.chosen.value;
    const paths = pointed ? [pointed] : (effect?.paths ?? []).filter((path) => this.shown.value.has(toneOfPath(path)));
    const found = new Map<string, Set<PathTone>>();
    for (const path of paths) {
      for (const id of path.edges) found.set(id, (found.get(id) ?? new Set()).add(toneOfPath(path)));
    }
    return new Map([...found].map(([id, tones]) => [id, PATH_TONES.filter((tone) => tones.has(tone))]));
  }

  #take(raw: unknown): void {
    const next = parseOverlay(raw);
    const before = this.overlay.peek();
    if (!next) return;
    this.#noteRegime(next.regime, before?.regime ?? null);
    this.overlay.value = next;
    this.bounds.value = this.#bounds(next);
    this.pointed.value = null;
    this.chosen.value = next.effect?.paths.find(({ edges }) => edges.join() === this.chosen.peek()?.edges.join()) ?? null;
    this.#say(next, this.lastEdit.take(next));
  }

  #bounds({ bounds, effect, waiting }: Overlay): Shown | null {
    const { nodes, edges } = this.#editor.document;
    const question = JSON.stringify([effect?.exposure, effect?.outcome]);
    const drawing = bounds ? JSON.stringify([nodes.map(({ id, name, roles }) => [id, name, roles]), edges]) : "";
    return follow(this.bounds.peek(), bounds, waiting !== "", question, drawing);
  }

  #noteRegime(next: RegimeView | null, before: RegimeView | null): void {
    if (!next || (before && keyOf(next) === keyOf(before))) return;
    this.#closedRegime.value = "";
    this.view.chosen.value = null;
    const changed = next.changed.size > 0 ? ` Other mechanisms than in ${next.since}: ${this.#names([...next.changed])}.` : "";
    if (before) this.#editor.screen.announce(`${next.title}, ${next.words}, is shown.${changed}`);
  }

  /** Says what an edit did to the effect, nothing where it says the same as before; and what else it came to, where that is news. */
  #say(overlay: Overlay, isNews: boolean): void {
    const words = overlay.effect ? this.describe(overlay) : "";
    const changed = words === this.#said ? "" : words;
    this.#said = words;
    if (isNews) this.lastEdit.say(overlay, this.bounds.peek(), changed);
    else if (changed) this.#editor.screen.announce(changed);
  }

  /** "Effect of X on Y. 1 causal path, 1 open biasing path. Adjust for {Z}." */
  describe({ effect, bounds }: Overlay): string {
    if (!effect) return "";
    const count = (tone: PathTone): number => effect.paths.filter((path) => toneOfPath(path) === tone).length;
    const sets = effect.adjustmentSets.map(({ nodes }) => this.#names(nodes));
    const advice = sets.length === 0 ? (effect.obstacle || "No adjustment set.") : `Adjustment sets: ${sets.slice(0, 3).join(" or ")}.`;
    const paths = `${counted(count("causal"), "causal path")}, ${counted(count("biasing"), "open biasing path")}.`;
    const pns = bounds && "bounds" in bounds ? ` PNS ${endsWords(bounds.bounds.now)}.` : "";
    return `Effect of ${this.#names(effect.exposure)} on ${this.#names(effect.outcome)}: ${paths} ${advice}${pns}`;
  }

  /** Asks once for the node that an edge is being drawn or typed from. */
  #askForCandidates(): void {
    const { screen } = this.#editor;
    const drag = screen.drag.value;
    const source = drag?.kind === "edge" ? drag.source : screen.connecting.value;
    const isPriced = PRICED.has(screen.tool.value) && this.overlay.peek()?.bits;
    if (source === null || !isPriced) {
      if (this.candidates.peek()) this.candidates.value = null;
      this.#asked = null;
      return;
    }
    if (this.#asked === source) return;
    this.#asked = source;
    void this.#questions.ask("candidate_bits", { source }).then((result) => {
      if (this.#asked !== source || !isObject(result) || !isObject(result.bits)) return;
      const bits = Object.entries(result.bits).filter((entry): entry is [string, number] => typeof entry[1] === "number");
      this.candidates.value = { source, bits: new Map(bits) };
    });
  }

  #asked: string | null = null;
}

const keyOf = ({ title, words }: RegimeView): string => `${words} ${title}`;

export const PATH_WORDS: Readonly<Record<PathTone, string>> = {
  causal: "Causal paths",
  biasing: "Open biasing paths",
  blocked: "Blocked paths",
};

/** What is drawn with these is a parent in the code of the data. */
const PRICED: ReadonlySet<string> = new Set(["->", "required"]);

const EXCLUSIVE: ReadonlySet<Role> = new Set<Role>(["exposure", "outcome", "adjusted"]);

/** "{Age, Gene}": nodes as a set, by name. */
export function setOf(document: GraphDocument, ids: readonly string[]): string {
  const { nodes } = indexOf(document);
  const names = ids.map((id) => nodes.get(id)?.name ?? "?");
  return names.length === 1 ? (names[0] ?? "") : names.length === 0 ? "nothing" : `{${names.join(", ")}}`;
}
