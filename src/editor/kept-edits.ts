/** Edits that no kernel ever got: kept in the browser, also while the page is loaded again, until they are sent or dropped. */
import type { GraphDocument } from "../graph/model";
import { isObject, parseDocument, parseGroup } from "../graph/wire";
import type { Pending } from "./store";

const PREFIX = "causal-magics:kept:";
const MOST_SLOTS = 20;
const MOST_TEXT = 500_000;
const LONGEST = 30 * 24 * 3_600_000;

export interface Kept {
  /** The screen that made them. */
  readonly slot: string;
  readonly notebook: string;
  readonly title: string;
  /** When they were kept, in ms. */
  readonly time: number;
  /** What the kernel had confirmed. */
  readonly document: GraphDocument;
  readonly groups: readonly Pending[];
}

type Slots = Pick<Storage, "getItem" | "setItem" | "removeItem"> & { keys(): string[] };

/** What stands in where the browser has no room: all editors of the page find it, each has a module of its own. */
function ofThePage(): Slots {
  const page = window as { [PREFIX]?: Map<string, string> };
  const held = (page[PREFIX] ??= new Map<string, string>());
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, text) => void held.set(key, text),
    removeItem: (key) => void held.delete(key),
    keys: () => [...held.keys()],
  };
}

function ofTheBrowser(): Slots | null {
  try {
    const { localStorage: held } = window;
    held.getItem(PREFIX);
    return {
      getItem: (key) => held.getItem(key),
      setItem: (key, text) => held.setItem(key, text),
      removeItem: (key) => held.removeItem(key),
      keys: () => Object.keys(held),
    };
  } catch {
    return null;
  }
}

const allSlots = (): readonly Slots[] => [ofTheBrowser(), ofThePage()].filter((slots) => slots !== null);

/** What is kept, the oldest first; what is too old, unreadable or too much is dropped. */
export function keptEdits(now = Date.now()): readonly Kept[] {
  const found = allSlots().flatMap((held) => {
    const keys = held.keys().filter((key) => key.startsWith(PREFIX));
    return keys.map((key) => ({ held, key, kept: read(held.getItem(key)) }));
  });
  const usable = found.flatMap(({ kept }) => (kept && now - kept.time < LONGEST ? [kept] : []));
  const fresh = usable.sort((a, b) => a.time - b.time).slice(-MOST_SLOTS);
  const names = new Set(fresh.map(({ slot }) => PREFIX + slot));
  for (const { held, key } of found) if (!names.has(key)) held.removeItem(key);
  return fresh;
}

/** Returns whether the browser has them also when the page is closed. */
export function keepEdits(kept: Kept): boolean {
  const [key, text] = [PREFIX + kept.slot, JSON.stringify(kept)];
  const browser = ofTheBrowser();
  dropEdits(kept.slot);
  if (browser && text.length <= MOST_TEXT && holds(browser, key, text)) return true;
  ofThePage().setItem(key, text);
  return false;
}

/** Whether there was room for a text. */
function holds(slots: Slots, key: string, text: string): boolean {
  try {
    slots.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

export function dropEdits(slot: string): void {
  for (const held of allSlots()) held.removeItem(PREFIX + slot);
}

function read(text: string | null): Kept | null {
  try {
    const raw: unknown = JSON.parse(text ?? "");
    if (!isObject(raw) || !Array.isArray(raw.groups)) return null;
    const { slot, notebook, title, time } = raw;
    const document = parseDocument(raw.document);
    if (typeof slot !== "string" || typeof notebook !== "string" || typeof title !== "string") return null;
    if (typeof time !== "number" || !document) return null;
    const groups = raw.groups.map((group: unknown): Pending => {
      if (!isObject(group) || typeof group.gid !== "string") throw new TypeError("Expected a group.");
      return { gid: group.gid, ops: parseGroup(group.ops) };
    });
    return { slot, notebook, title, time, document, groups };
  } catch {
    return null;
  }
}
