import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OperationError } from "../../../src/graph/errors";
import { isDirected, type GraphDocument } from "../../../src/graph/model";
import { EditSession } from "../../../src/editor/session";
import { pick, randomGroup, seeded, type Random } from "./random-edits";
import { SimulatedKernel, type Wire } from "./simulated-kernel";

const RUNS = 400;
const STEPS = 60;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function isAcyclic(document: GraphDocument): boolean {
  let edges = document.edges.filter(isDirected);
  for (;;) {
    const sources = new Set(edges.map(({ source }) => source));
    const left = edges.filter(({ target }) => sources.has(target));
    if (left.length === edges.length) return edges.length === 0;
    edges = left;
  }
}

function editAtRandom(screen: EditSession, random: Random): void {
  try {
    const kind = random();
    if (kind < 0.15) screen.undo();
    else if (kind < 0.22) screen.redo();
    else screen.edit(randomGroup(screen.document, random, (prefix) => screen.freshId(prefix)), "edit");
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
  }
}

/** A wire that loses and doubles messages; the order of the others stays. */
function carry(wire: Wire, random: Random, faults: boolean): void {
  for (const way of ["up", "down"] as const) {
    if (random() < 0.5) continue;
    const fault = faults ? random() : 1;
    if (fault < 0.1) wire[way].shift();
    else if (fault < 0.2 && wire[way][0] !== undefined) wire[way].unshift(wire[way][0]);
    if (way === "up") wire.deliverUp();
    else wire.deliverDown();
  }
}

function simulate(seed: number, faults: boolean): void {
  const random = seeded(seed);
  const kernel = new SimulatedKernel();
  const wires = [kernel.connect(), kernel.connect()];
  const screens = wires.map((wire, index) => new EditSession(wire, { origin: `s${index}` }));
  for (const screen of screens) screen.sync.start();
  let python = 0;
  for (let step = 0; step < STEPS; step++) {
    const screen = pick(random, screens)!;
    if (random() < 0.15) kernel.python(randomGroup(kernel.document, random, (prefix) => `${prefix}${++python}`));
    else if (random() < 0.7) editAtRandom(screen, random);
    for (const wire of wires) carry(wire, random, faults);
    vi.advanceTimersByTime(random() * 800);
  }
  while (wires.some((wire) => wire.up.length + wire.down.length > 0)) for (const wire of wires) carry(wire, random, faults);
  for (const wire of wires) wire.set("snapshot", kernel.document); // the trait, which the kernel writes when all is quiet
  for (let round = 0; round < 4; round++) {
    for (const wire of wires) wire.settle();
    vi.advanceTimersByTime(6_000);
  }
  for (const wire of wires) wire.settle();
  expect(isAcyclic(kernel.document)).toBe(true);
  for (const screen of screens) {
    expect(screen.store.pending).toEqual([]);
    expect(screen.sync.link).toBe("saved");
    expect(screen.document).toEqual(kernel.document);
    screen.sync.stop();
  }
}

it.each([
  ["a faultless wire", false],
  ["a wire that loses and doubles messages", true],
])("two screens and Python converge over %s", (_, faults) => {
  for (let seed = 1; seed <= RUNS; seed++) simulate(seed, faults);
});
