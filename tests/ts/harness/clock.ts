/** Timers of one screen: its time goes on when it is told, whatever the others' do. */
type Run = () => void;

let count = 0;

export class Clock {
  /** Whose timers are set just now. */
  static active = new Clock();
  #now = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly run: Run }>();

  set(run: Run, ms: number): number {
    this.#timers.set(++count, { at: this.#now + ms, run });
    return count;
  }

  clear(id: unknown): void {
    this.#timers.delete(Number(id));
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = due[1].at;
      due[1].run();
    }
    this.#now = end;
  }
}

Object.assign(globalThis, {
  setTimeout: (run: Run, ms = 0) => Clock.active.set(run, ms),
  clearTimeout: (id: unknown) => Clock.active.clear(id),
});
