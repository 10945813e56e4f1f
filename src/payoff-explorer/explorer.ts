/** One payoff explorer on one screen: the weights as they are now, what follows from them, and whether the kernel hears. */
import { batch, computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Link } from "../traits/link";
import type { TraitModel } from "../traits/model";
import { envelopeOf, spend, treatedParts, type Envelope, type Spending } from "./budget";
import {
  isPlace, matrixOf, NO_ANSWER, NO_STUDY, pairOf, parseAnswer, parseAxes, parseStudy, parseWeights, sameWeights,
  type Answer, type Axes, type Study,
} from "./data"; // prettier-ignore
import { callsOf, largestWeight, orderOf, RULES, sharesOf, type Call, type Rule, type Shares, type Sort } from "./decisions";
import { PhaseMaps } from "./phase-maps";
import type { PhaseMap, Plane } from "./phase";
import { boundsOf, type Intervals } from "./transport";
import { describeStratum, describeWeights } from "./wording";

/** What screens and kernel choose both. */
const CHOICES = ["weights", "rule", "optimism", "budget", "selected", "axes"];
/** How long a slider rests before the kernel is told. */
const TELL_DELAY = 80;
const NOTHING: Intervals = { lower: new Float64Array(0), upper: new Float64Array(0) };

export class Explorer {
  readonly study = signal<Study>(NO_STUDY);
  readonly title = signal("");
  readonly weights = signal<readonly number[]>(NO_STUDY.payoff);
  readonly rule = signal<Rule>("midpoint");
  /** For Hurwicz's rule, the weight of the upper bound. */
  readonly optimism = signal(0.5);
  /** What may be spent, in units of the costs; null where that does not matter. */
  readonly budget = signal<number | null>(null);
  readonly selected = signal<number | null>(null);
  readonly axes = signal<Axes>([1, 2]);
  readonly sort = signal<Sort>("midpoint");
  readonly hover = signal<number | null>(null);
  readonly announcement = signal("");
  readonly link: ReadonlySignal<Link>;
  /** Weights are shown from minus this to this. */
  readonly reach: ReadonlySignal<number>;
  readonly bounds: ReadonlySignal<Intervals>;
  /** Whether the bounds are those of the weights: not yet, where the kernel computes them. */
  readonly isCurrent: ReadonlySignal<boolean>;
  /** Confidence intervals, where the kernel has them for these weights. */
  readonly confidence: ReadonlySignal<Intervals | null>;
  /** The last that there were, of these weights or others. */
  readonly lastConfidence: ReadonlySignal<Intervals | null>;
  /** How often such intervals hold the bounds. */
  readonly level: ReadonlySignal<number>;
  readonly failure: ReadonlySignal<string>;
  readonly calls: ReadonlySignal<Int8Array>;
  readonly shares: ReadonlySignal<Shares>;
  readonly order: ReadonlySignal<Int32Array>;
  readonly envelope: ReadonlySignal<Envelope>;
  readonly spending: ReadonlySignal<Spending>;
  /** Which part of each stratum is treated. */
  readonly parts: ReadonlySignal<Float64Array>;
  readonly map: ReadonlySignal<PhaseMap | null>;
  /** The stratum whose numbers are shown. */
  readonly shown: ReadonlySignal<number | null>;
  readonly #answer = signal<Answer>(NO_ANSWER);
  readonly #isGone = signal(false);
  readonly #model: TraitModel;
  readonly #endings: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(model: TraitModel, isStored: boolean) {
    this.#model = model;
    this.link = computed(() => (isStored ? "stored" : this.#isGone.value ? "gone" : "live"));
    this.reach = computed(() => reachOf(this.study.value.payoff, this.weights.value));
    const isAnswered = computed(() => sameWeights(this.#answer.value.weights, this.weights.value));
    this.isCurrent = computed(() => this.study.value.margins !== null || (isAnswered.value && this.#answer.value.bounds !== null));
    this.bounds = computed(() => this.#bounds());
    this.confidence = computed(() => (isAnswered.value ? this.#answer.value.confidence : null));
    this.lastConfidence = computed(() => this.#answer.value.confidence);
    this.level = computed(() => this.#answer.value.level);
    this.failure = computed(() => (isAnswered.value ? this.#answer.value.failure : ""));
    this.calls = computed(() => callsOf(this.bounds.value, largestWeight(this.weights.value)));
    this.shares = computed(() => sharesOf(this.calls.value, this.study.value.share));
    this.order = computed(() => orderOf(this.bounds.value, this.study.value.share, this.sort.value));
    this.envelope = computed(() => this.#envelope());
    this.spending = computed(() => spend(this.envelope.value, this.budget.value));
    this.parts = computed(() => treatedParts(this.envelope.value, this.spending.value, this.study.value.strata.length));
    this.shown = computed(() => this.hover.value ?? this.selected.value);
    const maps = new PhaseMaps();
    this.map = maps.map;
    this.#endings = [
      ...["study", "title"].map((trait) => model.onChange(trait, () => this.#heard(() => this.#read()))),
      ...CHOICES.map((trait) => model.onChange(trait, () => this.#heard(() => this.#readChoice()))),
      model.onChange("answer", () => this.#heard(() => (this.#answer.value = parseAnswer(model.get("answer"), this.study.peek())))),
      model.onGone(() => (this.#isGone.value = true)),
      effect(() => maps.show(this.#plane())),
      () => maps.stop(),
      () => clearTimeout(this.#timer),
    ];
    this.#read();
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
  }

  get levels(): number {
    return this.study.value.levels.length;
  }

  /** What is known of a stratum. */
  callAt(z: number): Call {
    const call = this.calls.value[z];
    return call === 1 || call === -1 ? call : 0;
  }

  /** Sets some weights; the kernel hears of it once they rest. */
  weigh(...changes: readonly (readonly [cell: number, weight: number])[]): void {
    const weights = [...this.weights.peek()];
    for (const [cell, weight] of changes) if (Number.isFinite(weight)) weights[cell] = weight;
    if (sameWeights(weights, this.weights.peek())) return;
    this.weights.value = weights;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settle(), TELL_DELAY);
  }

  /** Tells the kernel now which weights there are. */
  settle(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const weights = this.weights.peek();
    this.#model.set("weights", matrixOf(weights, this.study.peek().levels.length));
    this.#announce(describeWeights(this.study.peek(), weights, this.shares.peek()));
  }

  reset(): void {
    this.weigh(...this.study.peek().payoff.map((weight, cell) => [cell, weight] as const));
    this.settle();
  }

  select(stratum: number | null): void {
    if (this.selected.peek() === stratum) return;
    this.selected.value = stratum;
    this.#model.set("selected", stratum);
    this.#announce(stratum === null ? "No stratum selected." : describeStratum(this, stratum));
  }

  setRule(rule: Rule): void {
    this.rule.value = rule;
    this.#model.set("rule", rule);
  }

  setOptimism(optimism: number): void {
    this.optimism.value = optimism;
    this.#model.set("optimism", optimism);
  }

  setBudget(budget: number | null): void {
    this.budget.value = budget;
    this.#model.set("budget", budget);
  }

  /** Chooses the weight of an axis; the other axis takes its place where it had that one. */
  setAxis(which: 0 | 1, cell: number): void {
    const [x, y] = this.axes.peek();
    const next: Axes = which === 0 ? [cell, y === cell ? x : y] : [x === cell ? y : x, cell];
    this.axes.value = next;
    this.#model.set("axes", next.map((each) => pairOf(each, this.study.peek().levels.length)));
  }

  #bounds(): Intervals {
    const { margins, monotone } = this.study.value;
    if (margins) return boundsOf(margins, this.weights.value, monotone);
    return this.#answer.value.bounds ?? NOTHING;
  }

  #envelope(): Envelope {
    const { share, units, cost } = this.study.value;
    const all = units.reduce((sum, count) => sum + count, 0);
    return envelopeOf(this.bounds.value, share.map((each) => each * all), cost, { rule: this.rule.value, optimism: this.optimism.value, scale: largestWeight(this.weights.value) });
  }

  #plane(): Plane | null {
    const { margins, share, monotone } = this.study.value;
    if (!margins) return null;
    const stratum = this.selected.value ?? (margins.strata === 1 ? 0 : null);
    return { margins, share, monotone, weights: this.weights.value, axes: this.axes.value, reach: this.reach.value, stratum };
  }

  #heard(read: () => void): void {
    this.#isGone.value = false;
    batch(read);
  }

  #read(): void {
    const title = this.#model.get("title");
    batch(() => {
      this.title.value = typeof title === "string" ? title : "";
      this.study.value = parseStudy(this.#model.get("study"));
      this.hover.value = null;
      this.#answer.value = parseAnswer(this.#model.get("answer"), this.study.peek());
      this.#readChoice();
    });
  }

  #readChoice(): void {
    const { levels, strata, payoff } = this.study.peek();
    const [rule, optimism, budget, selected] = CHOICES.slice(1, 5).map((trait) => this.#model.get(trait));
    const weights = parseWeights(this.#model.get("weights"), levels.length) ?? payoff;
    // What a hand holds now is told soon, and stands then.
    const isHeld = this.#timer !== undefined && this.weights.peek().length === weights.length;
    if (!isHeld && !sameWeights(weights, this.weights.peek())) this.weights.value = weights;
    this.rule.value = RULES.find((each) => each === rule) ?? "midpoint";
    this.optimism.value = typeof optimism === "number" && optimism >= 0 && optimism <= 1 ? optimism : 0.5;
    this.budget.value = typeof budget === "number" && budget >= 0 ? budget : null;
    this.selected.value = isPlace(selected, strata.length) ? selected : null;
    const axes = parseAxes(this.#model.get("axes"), levels.length);
    if (axes.some((cell, place) => cell !== this.axes.peek()[place])) this.axes.value = axes;
  }

  #announce(text: string): void {
    this.announcement.value = this.announcement.peek() === text ? `${text}\u00a0` : text;
  }
}

/** A round number that leaves room to move every weight. */
export function reachOf(payoff: readonly number[], weights: readonly number[]): number {
  const most = (values: readonly number[]): number => values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const needed = Math.max(1.5 * most(payoff), most(weights)) || 1;
  const unit = 10 ** Math.floor(Math.log10(needed));
  return [1, 2, 5, 10].map((factor) => factor * unit).find((each) => each >= needed * (1 - 1e-9)) ?? 10 * unit;
}
