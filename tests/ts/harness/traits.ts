/** A kernel that says only what it is told to say, and notes what screens tell it. */
import { vi } from "vitest";
import type { TraitModel } from "../../../src/traits/model";

export class Kernel implements TraitModel {
  readonly traits: Record<string, unknown>;
  readonly told: [trait: string, value: unknown][] = [];
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(traits: Record<string, unknown>) {
    this.traits = { ...traits };
  }

  get(trait: string): unknown {
    return this.traits[trait];
  }

  onChange(trait: string, listener: () => void): () => void {
    const held = this.#listeners.get(trait) ?? new Set();
    this.#listeners.set(trait, held.add(listener));
    return () => held.delete(listener);
  }

  onGone(listener: () => void): () => void {
    return this.onChange("gone", listener);
  }

  set(trait: string, value: unknown): void {
    this.told.push([trait, value]);
  }

  say(traits: Record<string, unknown>): void {
    Object.assign(this.traits, traits);
    for (const name of Object.keys(traits)) for (const listener of this.#listeners.get(name) ?? []) listener();
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

export const drawn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(30);

/** Presses keys where the keyboard is. */
export async function press(...keys: readonly string[]): Promise<void> {
  for (const each of keys) {
    const parts = each.split("+");
    const key = parts.pop() ?? "";
    const held = { ctrlKey: parts.includes("Control"), shiftKey: parts.includes("Shift") };
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, ...held, bubbles: true, cancelable: true, composed: true }));
    await drawn();
  }
}
