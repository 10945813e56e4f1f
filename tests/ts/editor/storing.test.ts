import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { STORED_EVENT } from "../../../src/editor";
import type { GraphDocument } from "../../../src/graph/model";
import { canvas, CHAIN, nodeElement, open, pointer, settle } from "./bench";

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
  SVGElement.prototype.setPointerCapture = () => undefined;
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

describe("while the pointer drags", () => {
  const later = { ...STORED, text: "A -> B\nC" };

  it("what is stored waits, and only the last of it is told when the pointer is up", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", nodeElement(bench, "B"), 100, 140);
    await pointer(bench, "pointermove", canvas(bench), 200, 200);
    bench.wire.set("stored", STORED);
    bench.wire.set("stored", later);
    expect(heard).toEqual([]);
    await pointer(bench, "pointerup", canvas(bench), 200, 200);
    expect(heard[0]).toEqual(later);
    expect(heard).toHaveLength(1);
    expect(bench.root.dataset.kept).toBe(String(CHAIN.rev));
  });

  it("nothing is lost when the editor is taken away", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", nodeElement(bench, "B"), 100, 140);
    await pointer(bench, "pointermove", canvas(bench), 200, 200);
    bench.wire.set("stored", STORED);
    bench.dispose();
    expect(heard).toEqual([STORED]);
  });
});
