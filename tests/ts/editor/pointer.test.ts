import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { canvas, CHAIN, drag, edgeElement, edges, names, nodeElement, open, pointer, press, said, settle, type, type Bench } from "./bench";

beforeEach(() => {
  vi.useFakeTimers();
  SVGElement.prototype.setPointerCapture = () => undefined;
});
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

function box(bench: Bench, name: string): Element {
  return nodeElement(bench, name).querySelector(".cmg-box")!;
}

function ring(bench: Bench, name: string): Element {
  return nodeElement(bench, name).querySelector("[data-ring]")!;
}

const place = (bench: Bench, id: string) => {
  const found = bench.kernel.document.nodes.find((node) => node.id === id);
  return found && [found.x, found.y];
};

describe("a node", () => {
  it("comes by double click, named where it will stand", async () => {
    const bench = await open();
    await pointer(bench, "dblclick", canvas(bench), 403, 219);
    await type(bench, "Tar");
    await press(bench, "Enter");
    expect(bench.kernel.document.nodes.at(-1)).toMatchObject({ name: "Tar", x: 400, y: 216 });
    expect(nodeElement(bench, "Tar").getAttribute("class")).toContain("is-selected");
  });

  it("completes the columns of the data that are not drawn yet", async () => {
    const bench = await open(CHAIN, { columns: ["A", "Age", "Tar"] });
    await pointer(bench, "dblclick", canvas(bench), 400, 200);
    expect([...bench.host.querySelectorAll("datalist option")].map((el) => el.getAttribute("value"))).toEqual(["Age", "Tar"]);
  });

  it("is renamed by double click", async () => {
    const bench = await open();
    await pointer(bench, "dblclick", box(bench, "B"), 100, 140);
    await type(bench, "Tar");
    await press(bench, "Enter");
    expect(names(bench)).toEqual(["A", "Tar", "C"]);
  });

  it("moves on a grid of 8 px, and is sent once", async () => {
    const bench = await open();
    await drag(bench, box(bench, "B"), [100, 140], [141, 187]);
    expect(place(bench, "b")).toEqual([144, 184]);
    expect(bench.kernel.document.rev).toBe(CHAIN.rev + 1);
    expect(said(bench)).toBe("B moved.");
  });

  it("that is only pressed stays where it is", async () => {
    const bench = await open();
    await drag(bench, box(bench, "B"), [100, 140], [101, 141]);
    expect(bench.kernel.document).toEqual(CHAIN);
    expect(nodeElement(bench, "B").getAttribute("aria-pressed")).toBe("true");
  });

  it("is moved back by Esc while it is dragged", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", box(bench, "B"), 100, 140);
    await pointer(bench, "pointermove", canvas(bench), 200, 200);
    expect(nodeElement(bench, "B").getAttribute("transform")).toBe("translate(200 200)");
    await press(bench, "Escape");
    expect(nodeElement(bench, "B").getAttribute("transform")).toBe("translate(100 140)");
    await pointer(bench, "pointerup", canvas(bench), 200, 200);
    expect(bench.kernel.document).toEqual(CHAIN);
  });

  it("takes the others that are selected along", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", box(bench, "A"), 100, 40);
    await pointer(bench, "pointerup", box(bench, "A"), 100, 40);
    await pointer(bench, "pointerdown", box(bench, "C"), 300, 140, { shiftKey: true });
    await pointer(bench, "pointerup", box(bench, "C"), 300, 140, { shiftKey: true });
    await drag(bench, box(bench, "C"), [300, 140], [320, 140]);
    expect([place(bench, "a"), place(bench, "b"), place(bench, "c")]).toEqual([[120, 40], [100, 140], [320, 140]]); // prettier-ignore
  });

  it("redraws only itself and its edges while it is dragged", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", box(bench, "A"), 100, 40);
    await pointer(bench, "pointermove", canvas(bench), 120, 60);
    const touched = new Set<Node>();
    const watch = new MutationObserver((records) => records.forEach((record) => touched.add(record.target)));
    watch.observe(canvas(bench), { subtree: true, attributes: true, childList: true });
    await pointer(bench, "pointermove", canvas(bench), 160, 90);
    const [far, near] = [edgeElement(bench, "B -> C"), edgeElement(bench, "A -> B")];
    expect([...touched].some((element) => nodeElement(bench, "A").contains(element))).toBe(true);
    expect([...touched].some((element) => near.contains(element))).toBe(true);
    expect([...touched].filter((element) => far.contains(element) || nodeElement(bench, "C").contains(element))).toEqual([]);
  });
});

describe("an edge", () => {
  it("is dragged from the ring to a node", async () => {
    const bench = await open();
    await drag(bench, ring(bench, "A"), [100, 60], [300, 140]);
    expect(edges(bench)).toEqual(["A -> B", "A -> C", "B -> C"]);
  });

  it("dims the nodes that would refuse it", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", ring(bench, "B"), 100, 160);
    await pointer(bench, "pointermove", canvas(bench), 150, 200);
    const dimmed = (name: string) => nodeElement(bench, name).getAttribute("class")?.includes("is-invalid");
    expect(["A", "B", "C"].map(dimmed)).toEqual([true, false, true]);
    await pointer(bench, "pointerup", canvas(bench), 100, 145);
    expect(edges(bench)).toEqual(["A -> B", "B -> C"]);
  });

  it("dropped on empty canvas makes the node too, in one step", async () => {
    const bench = await open();
    await drag(bench, ring(bench, "C"), [300, 160], [402, 262]);
    await type(bench, "D");
    await press(bench, "Enter");
    expect(edges(bench)).toEqual(["A -> B", "B -> C", "C -> D"]);
    expect(bench.kernel.document.rev).toBe(CHAIN.rev + 1);
    await press(bench, "Mod+z");
    expect(names(bench)).toEqual(["A", "B", "C"]);
  });

  it("is selected by a click and deleted", async () => {
    const bench = await open();
    const line = edgeElement(bench, "A -> B").querySelector(".cmg-hit")!;
    await pointer(bench, "pointerdown", line, 100, 90);
    await pointer(bench, "pointerup", line, 100, 90);
    await press(bench, "Delete");
    expect(edges(bench)).toEqual(["B -> C"]);
  });
});

describe("the kernel during a gesture", () => {
  it("that deletes what is dragged cancels the drag and says so", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", box(bench, "B"), 100, 140);
    await pointer(bench, "pointermove", canvas(bench), 200, 200);
    bench.kernel.python([{ op: "delete_node", id: "b" }]);
    await settle(bench.wire);
    expect(bench.host.querySelector(".cmg-notice-text")?.textContent).toBe("B was deleted elsewhere; the drag is cancelled.");
    await pointer(bench, "pointermove", canvas(bench), 220, 220);
    await pointer(bench, "pointerup", canvas(bench), 220, 220);
    expect(names(bench)).toEqual(["A", "C"]);
  });

  it("that deletes the source of an edge cancels the drag", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", ring(bench, "C"), 300, 160);
    await pointer(bench, "pointermove", canvas(bench), 350, 250);
    bench.kernel.python([{ op: "delete_node", id: "c" }]);
    await settle(bench.wire);
    await pointer(bench, "pointerup", canvas(bench), 400, 300);
    expect(bench.host.querySelector(".cmg-naming, .cmg-draft")).toBeNull();
    expect(names(bench)).toEqual(["A", "B"]);
  });

  it("that edits elsewhere leaves the drag alone", async () => {
    const bench = await open();
    await pointer(bench, "pointerdown", box(bench, "B"), 100, 140);
    await pointer(bench, "pointermove", canvas(bench), 200, 200);
    bench.kernel.python([{ op: "set_node", id: "b", name: "Tar" }, { op: "move", positions: { b: [0, 0] } }]);
    await settle(bench.wire);
    expect(nodeElement(bench, "Tar").getAttribute("transform")).toBe("translate(200 200)");
    await pointer(bench, "pointerup", canvas(bench), 200, 200);
    expect(bench.kernel.document.nodes[1]).toMatchObject({ name: "Tar", x: 200, y: 200 });
  });

  it("that deletes what is renamed ends the renaming and says so", async () => {
    const bench = await open();
    await pointer(bench, "dblclick", box(bench, "B"), 100, 140);
    await type(bench, "Tar");
    bench.kernel.python([{ op: "delete_node", id: "b" }]);
    await settle(bench.wire);
    expect(bench.host.querySelector(".cmg-naming")).toBeNull();
    expect(said(bench)).toContain("what you typed for it is dropped");
    expect(names(bench)).toEqual(["A", "C"]);
  });

  it("that renames what is renamed is overruled by what is typed", async () => {
    const bench = await open();
    await pointer(bench, "dblclick", box(bench, "B"), 100, 140);
    await type(bench, "Mine");
    bench.kernel.python([{ op: "set_node", id: "b", name: "Theirs" }]);
    await settle(bench.wire);
    await press(bench, "Enter");
    expect(names(bench)).toEqual(["A", "Mine", "C"]);
  });
});

describe("what Python draws out of sight", () => {
  const view = (bench: Bench): string | null | undefined => canvas(bench).querySelector("g[transform]")?.getAttribute("transform");

  it("is shown, unless somebody chose the view", async () => {
    vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(600);
    vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(400);
    const bench = await open();
    const before = view(bench);
    bench.kernel.python([{ op: "move", positions: { b: [6_000, 0] } }]);
    await settle(bench.wire);
    const fitted = view(bench);
    expect(fitted).not.toBe(before);
    await zoom(bench);
    const chosen = view(bench);
    expect(chosen).not.toBe(fitted);
    bench.kernel.python([{ op: "move", positions: { b: [60_000, 0] } }]);
    await settle(bench.wire);
    expect(view(bench)).toBe(chosen);
    vi.restoreAllMocks();
  });
});

async function zoom(bench: Bench): Promise<void> {
  canvas(bench).dispatchEvent(new WheelEvent("wheel", { deltaY: 40, ctrlKey: true, bubbles: true, cancelable: true }));
  await settle(bench.wire);
}
