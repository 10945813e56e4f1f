import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { STORED_EVENT } from "../../../src/editor";
import type { GraphDocument } from "../../../src/graph/model";
import { CHAIN, open, settle } from "./bench";

interface Stored {
  readonly document: GraphDocument;
  readonly text: string;
  readonly svg?: string;
}

const STORED = { document: CHAIN, name: "g", svg: "<svg/>", text: "A -> B" };
let heard: Stored[] = [];
const hear = (event: Event): void => void heard.push((event as CustomEvent<Stored>).detail);

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  document.body.addEventListener(STORED_EVENT, hear);
});
afterEach(() => {
  document.body.removeEventListener(STORED_EVENT, hear);
  document.body.replaceChildren();
  vi.useRealTimers();
});

it("what the kernel stores goes up the page", async () => {
  const bench = await open();
  expect(heard).toEqual([]);
  bench.wire.set("stored", STORED);
  expect(heard).toEqual([STORED]);
});

it("what the kernel stored while no page was open is told to the next one", async () => {
  await open(CHAIN, { stored: STORED });
  expect(heard).toEqual([STORED]);
});

it("what a kernel confirmed and could not store any more is told by the screen", async () => {
  const bench = await open(CHAIN, { stored: STORED });
  bench.kernel.python([{ op: "set_node", id: "b", name: "Last" }]);
  await settle(bench.wire);
  heard = [];
  bench.wire.cutOff(true);
  await vi.advanceTimersByTimeAsync(50);
  expect(heard).toHaveLength(1);
  expect(heard[0]?.document).toEqual(bench.kernel.document);
  expect(heard[0]?.text).toContain("A -> Last");
  expect(heard[0]?.svg).toContain("Last");
});

it("a kernel that stored all and is gone changes nothing", async () => {
  const bench = await open(CHAIN, { stored: STORED });
  heard = [];
  bench.wire.cutOff(true);
  await vi.advanceTimersByTimeAsync(50);
  expect(heard).toEqual([]);
});

it.each([null, 7, "x", [], {}, { document: null }, { text: "A" }])("a stored value that is none is not told: %j", async (stored) => {
  const bench = await open();
  bench.wire.set("stored", stored);
  expect(heard).toEqual([]);
});
