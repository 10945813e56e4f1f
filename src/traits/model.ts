/** The kernel's side of a view: traits that it writes, and those that screens write. */
export interface TraitModel {
  get(trait: string): unknown;
  onChange(trait: string, listener: () => void): () => void;
  /** Calls back when the kernel is gone. */
  onGone(listener: () => void): () => void;
  /** Tells the kernel what a trait is now. */
  set(trait: string, value: unknown): void;
}

/** The traits of a stored output: nobody changes them, and nobody hears what is set. */
export function storedModel(stored: Readonly<Record<string, unknown>>): TraitModel {
  const nothing = (): (() => void) => () => undefined;
  return { get: (trait) => stored[trait], onChange: nothing, onGone: nothing, set: () => undefined };
}
