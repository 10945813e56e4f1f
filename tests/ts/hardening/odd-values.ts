/** Values as the kernel tells them, with odd things put in their places; the same ones for the same seed. */

const deep = (depth: number): unknown => (depth === 0 ? [] : depth % 2 ? [deep(depth - 1)] : { op: deep(depth - 1) });

const ODD: readonly unknown[] = [
  undefined, null, true, false, 0, -0, -1, 1, 0.5, 2 ** 53, 2 ** 63, 1e308, -1e308, 5e-324, NaN, Infinity, -Infinity, "",
  "x".repeat(101), "x".repeat(10_000), "\0", "\ud800", "\u202e", "a\nb", "__proto__", "constructor", "toString", "<script>",
  "python", [], {}, [[]], [null], { __proto__: null }, JSON.parse('{"__proto__":{"polluted":1}}'), deep(50), deep(500),
  new Array<string>(500).fill("n1"), "n1", "e1", "->", "commit", new DataView(new ArrayBuffer(3)),
]; // prettier-ignore
const KEYS = ["__proto__", "constructor", "prototype", "op", "id", "kind", "ops", "gid", "rev", "nodes", "edges", "", "name", "0"];

type Path = readonly (string | number)[];

function places(value: unknown, path: Path = []): Path[] {
  const found = [path];
  if (path.length > 7 || typeof value !== "object" || value === null) return found;
  const keys = Array.isArray(value) ? [...value.keys()].slice(0, 9) : Object.keys(value);
  return found.concat(keys.flatMap((key) => places((value as Record<string | number, unknown>)[key], [...path, key])));
}

const copyOf = (value: unknown): Record<string | number, unknown> =>
  (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as unknown as Record<string | number, unknown>;

export class OddValues {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2 + 1;
  }

  /** A number from 0 to below `end`. */
  below(end: number): number {
    this.#state = (this.#state * 48271) % 2147483647;
    return Math.floor((this.#state / 2147483647) * end);
  }

  /** A value with a few things in it replaced, dropped, doubled or added. */
  from(value: unknown): unknown {
    let odd = value;
    for (let times = 1 + this.below(3); times > 0; times--) odd = this.#changed(odd);
    return odd;
  }

  #one<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  #changed(value: unknown): unknown {
    const path = this.#one(places(value));
    const last = path.at(-1);
    if (last === undefined) return this.#one(ODD);
    const top = copyOf(value);
    let parent = top;
    for (const key of path.slice(0, -1)) parent = parent[key] = copyOf(parent[key]);
    const way = this.below(4);
    if (way === 0) parent[last] = this.#one(ODD);
    else if (Array.isArray(parent)) {
      if (way === 1) parent.splice(Number(last), 1);
      else if (way === 2) for (let i = 0; i < 40; i++) parent.push(parent[Number(last)]);
      else parent.unshift(this.#one(ODD));
    } else if (way === 1) delete parent[last];
    else Object.defineProperty(parent, this.#one(KEYS), { value: this.#one(ODD), enumerable: true, configurable: true, writable: true });
    return top;
  }
}
