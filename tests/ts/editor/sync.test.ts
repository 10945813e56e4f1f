import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DocumentEdge, DocumentNode, GraphDocument } from "../../../src/graph/model";
import type { Group, Operation } from "../../../src/graph/operations";
import type { Reject } from "../../../src/editor/protocol";
import { EditSession } from "../../../src/editor/session";
import type { Link } from "../../../src/editor/sync";
import { SimulatedKernel, type Wire } from "./simulated-kernel";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const node = (id: string, name: string): DocumentNode => ({ id, name, roles: [], x: 0, y: 0 });
const edge = (id: string, source: string, target: string): DocumentEdge => ({
  id, source, target, mark: "->", knowledge: null, confidence: null, bits: null,
}); // prettier-ignore
const add = (value: DocumentEdge): Operation => ({ op: "add_edge", ...value });
const DOCUMENT: GraphDocument = {
  version: 1, rev: 4, nodes: [node("a", "A"), node("b", "B"), node("c", "C")], edges: [edge("ab", "a", "b")], tiers: [],
}; // prettier-ignore

function names({ document }: EditSession): string[] {
  return document.nodes.map(({ name }) => name);
}

function arrows({ nodes, edges }: GraphDocument): string[] {
  const name = (id: string) => nodes.find((n) => n.id === id)?.name ?? "?";
  return edges.map(({ source, target }) => name(source) + name(target)).sort();
}

interface Bench {
  readonly kernel: SimulatedKernel;
  readonly wire: Wire;
  readonly screen: EditSession;
  readonly rejects: Reject[];
  readonly links: Link[];
}

function bench(kernel = new SimulatedKernel(DOCUMENT), origin = "s"): Bench {
  const wire = kernel.connect();
  const [rejects, links]: [Reject[], Link[]] = [[], []];
  const onReject = (reject: Reject) => void rejects.push(reject);
  const onLink = (link: Link) => void links.push(link);
  const screen = new EditSession(wire, { origin, onReject, onLink });
  screen.sync.start();
  wire.settle();
  return { kernel, wire, screen, rejects, links };
}

describe("edits of the screen", () => {
  it("are shown at once and confirmed later", () => {
    const { kernel, wire, screen } = bench();
    screen.edit([add(edge("bc", "b", "c"))], "draw");
    expect(arrows(screen.document)).toEqual(["AB", "BC"]);
    expect(screen.store.confirmed.rev).toBe(4);
    expect(screen.sync.link).toBe("sending");
    wire.settle();
    expect(screen.store.confirmed).toEqual(kernel.document);
    expect(screen.store.confirmed.rev).toBe(5);
    expect(screen.sync.link).toBe("saved");
  });

  it("that close a cycle are refused here, with the path, and nothing is sent", () => {
    const { wire, screen } = bench();
    expect(() => screen.edit([add(edge("ba", "b", "a"))], "draw")).toThrow("B → A → B");
    expect(wire.up).toEqual([]);
    expect(screen.document).toEqual(DOCUMENT);
  });

  it("arrive in order, all of them, also 500 at once", () => {
    const { kernel, wire, screen } = bench();
    const group: Group = Array.from({ length: 500 }, (_, i) => ({ op: "add_node", ...node(`p${i}`, `P${i}`) }));
    screen.edit(group, "paste");
    for (let i = 1; i < 50; i++) screen.edit([add(edge(`q${i}`, `p${i - 1}`, `p${i}`))], "draw");
    wire.settle();
    expect(kernel.document.nodes).toHaveLength(503);
    expect(screen.document).toEqual(kernel.document);
  });
});

describe("two screens", () => {
  function pair(): [Bench, Bench] {
    const first = bench(undefined, "s1");
    return [first, bench(first.kernel, "s2")];
  }

  it.each([
    ["the same edge", edge("two", "b", "c"), "duplicate_edge"],
    ["the opposite edge", edge("two", "c", "b"), "cycle"],
  ])("that add %s agree on the first", (_, second, code) => {
    const [one, two] = pair();
    one.screen.edit([add(edge("one", "b", "c"))], "draw");
    two.screen.edit([add(second)], "draw");
    expect(arrows(two.screen.document)).toEqual(["AB", second.source === "b" ? "BC" : "CB"]);
    one.wire.settle();
    for (const { screen } of [one, two]) expect(arrows(screen.document)).toEqual(["AB", "BC"]);
    expect(one.rejects).toEqual([]);
    expect(two.rejects.map((reject) => reject.code)).toEqual([code]);
    expect(two.screen.history.canUndo).toBe(false);
  });

  it("each undo their own", () => {
    const [one, two] = pair();
    one.screen.edit([{ op: "set_node", id: "a", name: "One" }], "rename");
    two.screen.edit([{ op: "set_node", id: "b", name: "Two" }], "rename");
    one.wire.settle();
    one.screen.undo();
    one.wire.settle();
    expect(names(two.screen)).toEqual(["A", "Two", "C"]);
  });
});

describe("the kernel's answers", () => {
  it("rebase what is pending", () => {
    const { kernel, wire, screen } = bench();
    screen.edit([{ op: "move", positions: { a: [8, 8] } }], "move");
    kernel.python([{ op: "set_node", id: "a", name: "Age" }]);
    wire.deliverDown();
    expect(screen.document.nodes[0]).toEqual({ ...node("a", "Age"), x: 8, y: 8 });
    wire.settle();
    expect(screen.document).toEqual(kernel.document);
  });

  it("take a refused group back with what was built on it", () => {
    const { kernel, wire, screen, rejects } = bench();
    kernel.python([{ op: "set_node", id: "b", name: "D" }]);
    screen.edit([{ op: "add_node", ...node("d", "D") }], "add");
    screen.edit([add(edge("cd", "c", "d"))], "draw");
    screen.edit([add(edge("bc", "b", "c"))], "draw");
    wire.settle();
    expect(rejects.map((reject) => reject.code)).toEqual(["duplicate_node", "unknown_node"]);
    expect(names(screen)).toEqual(["A", "D", "C"]);
    expect(arrows(screen.document)).toEqual(["AD", "DC"]);
    expect(screen.document).toEqual(kernel.document);
  });

  it("count once when they come twice", () => {
    const { kernel, wire, screen } = bench();
    screen.edit([{ op: "add_node", ...node("d", "D") }], "add");
    wire.up.push(...wire.up);
    wire.deliverUp();
    wire.down.push(...wire.down);
    wire.settle();
    expect(names(screen)).toEqual(["A", "B", "C", "D"]);
    expect(kernel.document.rev).toBe(5);
    expect(screen.document).toEqual(kernel.document);
  });

  it("with a gap between revisions make the screen ask for the whole", () => {
    const { kernel, wire, screen } = bench();
    kernel.python([{ op: "delete_edge", id: "ab" }]);
    wire.down.shift();
    kernel.python([{ op: "set_node", id: "a", name: "Age" }]);
    wire.deliverDown();
    expect(wire.up).toEqual(['{"kind":"resync"}']);
    expect(screen.store.confirmed.rev).toBe(4);
    wire.settle();
    expect(screen.document).toEqual(kernel.document);
  });

  it("that are no messages are passed over", () => {
    const { wire, screen } = bench();
    const junk = [null, 3, "x", [], {}, { kind: "commit" }, { kind: "commit", rev: 5, gid: "g", ops: [{ op: "paint" }] }, { kind: "snapshot", document: { version: 9 } }];
    wire.down.push(...junk.map((message) => JSON.stringify(message)));
    wire.settle();
    expect(screen.document).toEqual(DOCUMENT);
  });
});

describe("a kernel that is busy, gone or new", () => {
  it("is said to be busy after a second, with the number of edits kept", () => {
    const { wire, screen, links } = bench();
    screen.edit([add(edge("bc", "b", "c"))], "draw");
    screen.edit([add(edge("ac", "a", "c"))], "draw");
    vi.advanceTimersByTime(10_000);
    expect(links.at(-1)).toBe("busy");
    expect(screen.store.pending).toHaveLength(2);
    expect(wire.up.filter((message) => message.includes("resync"))).toHaveLength(1);
    wire.settle();
    expect(links.at(-1)).toBe("saved");
    expect(screen.document.rev).toBe(6);
  });

  it("gets an edit again whose message was lost", () => {
    const { kernel, wire, screen } = bench();
    screen.edit([add(edge("bc", "b", "c"))], "draw");
    wire.up.length = 0;
    vi.advanceTimersByTime(6_000);
    wire.settle();
    expect(arrows(kernel.document)).toEqual(["AB", "BC"]);
    expect(screen.store.pending).toEqual([]);
  });

  it("gets an edit once whose answer was lost", () => {
    const { kernel, wire, screen } = bench();
    screen.edit([{ op: "add_node", ...node("d", "D") }], "add");
    wire.deliverUp();
    wire.down.length = 0;
    vi.advanceTimersByTime(6_000);
    wire.settle();
    expect(screen.store.pending).toEqual([]);
    expect(screen.document).toEqual(kernel.document);
  });

  it.each([
    ["the manager says so", true],
    ["the first message fails", false],
  ])("that is dead, as %s, leaves the edits on the screen", (_, says) => {
    const { wire, screen, links } = bench();
    screen.edit([add(edge("bc", "b", "c"))], "draw");
    wire.up.length = 0;
    wire.cutOff(says);
    screen.edit([add(edge("ac", "a", "c"))], "draw");
    vi.advanceTimersByTime(20_000);
    expect(links.at(-1)).toBe("disconnected");
    expect(arrows(screen.document)).toEqual(["AB", "AC", "BC"]);
    expect(screen.store.pending).toHaveLength(2);
    expect(screen.undo()?.done).toBe(1);
  });

  it("that was only thought to be gone gets what was kept", () => {
    const { kernel, wire, screen, links } = bench();
    wire.doubt();
    screen.edit([add(edge("bc", "b", "c"))], "draw");
    expect(links.at(-1)).toBe("disconnected");
    wire.settle();
    expect(arrows(kernel.document)).toEqual(["AB", "BC"]);
    expect(screen.sync.link).toBe("saved");
  });

  it("answers a page that was loaded again while edits were pending", () => {
    const before = bench();
    before.screen.edit([add(edge("bc", "b", "c"))], "draw");
    before.screen.sync.stop();
    const after = bench(before.kernel, "reloaded");
    before.wire.deliverUp();
    after.wire.settle();
    expect(arrows(after.screen.document)).toEqual(["AB", "BC"]);
    expect(after.screen.document).toEqual(before.kernel.document);
  });

  it("of an earlier revision gets edits again on its own document", () => {
    const { kernel, wire, screen } = bench();
    kernel.document = { ...DOCUMENT, rev: 0 };
    screen.edit([add(edge("bc", "b", "c"))], "draw");
    wire.settle();
    vi.advanceTimersByTime(6_000);
    wire.settle();
    expect(arrows(kernel.document)).toEqual(["AB", "BC"]);
    expect(screen.document).toEqual(kernel.document);
  });
});

describe("undo", () => {
  it("goes back and forth", () => {
    const { kernel, wire, screen } = bench();
    screen.edit([{ op: "delete_node", id: "a" }], "delete A");
    wire.settle();
    expect(screen.undo()).toEqual({ label: "delete A", done: 2, skipped: 0 });
    wire.settle();
    expect(arrows(kernel.document)).toEqual(["AB"]);
    expect(screen.redo()?.done).toBe(2);
    wire.settle();
    expect(names(screen)).toEqual(["B", "C"]);
    expect(screen.redo()).toBeNull();
    screen.undo();
    wire.settle();
    expect(arrows(kernel.document)).toEqual(["AB"]);
    expect(screen.undo()).toBeNull();
  });

  it("skips what the kernel has deleted", () => {
    const { kernel, wire, screen } = bench();
    screen.edit([{ op: "move", positions: { a: [8, 8], b: [16, 16] } }], "move");
    screen.edit([add(edge("bc", "b", "c"))], "draw");
    wire.settle();
    kernel.python([{ op: "delete_node", id: "b" }]);
    wire.settle();
    expect(screen.undo()).toEqual({ label: "draw", done: 0, skipped: 1 });
    expect(screen.undo()).toEqual({ label: "move", done: 1, skipped: 0 });
    wire.settle();
    expect(kernel.document.nodes.map(({ x }) => x)).toEqual([0, 0]);
  });

  it("leaves what somebody else has set since", () => {
    const { kernel, wire, screen } = bench();
    screen.edit([{ op: "set_node", id: "a", name: "Mine", roles: ["latent"] }], "rename");
    wire.settle();
    kernel.python([{ op: "set_node", id: "a", name: "Theirs" }]);
    wire.settle();
    screen.undo();
    wire.settle();
    expect(kernel.document.nodes[0]).toMatchObject({ name: "Theirs", roles: [] });
  });

  it("takes nudges in a row as one", () => {
    const { wire, screen } = bench();
    for (const x of [8, 16, 24]) screen.edit([{ op: "move", positions: { a: [x, 0] } }], "nudge A", "nudge a");
    wire.settle();
    screen.undo();
    expect(screen.document.nodes[0]?.x).toBe(0);
    expect(screen.undo()).toBeNull();
  });
});

it("two views of one model have one truth and their own undo", () => {
  const one = bench(undefined, "s1");
  const two = bench(one.kernel, "s2");
  one.screen.edit([{ op: "set_node", id: "c", name: "Z" }], "rename");
  one.wire.settle();
  expect(names(two.screen)).toEqual(["A", "B", "Z"]);
  expect(two.screen.undo()).toBeNull();
});
