import { describe, expect, test } from "vitest";
import type { LiveEditor } from "../../../src/lab/cells-channel";
import { describeLoss } from "../../../src/lab/graph-status";
import { findGraph, labelOf, listGraphs } from "../../../src/lab/live-graphs";

function editor(modelId: string, parts: Partial<LiveEditor> = {}): LiveEditor {
  return { modelId, name: null, title: "", nodes: 0, edges: 0, cell: null, ...parts };
}

const prompts = (cell: string): string | null => (cell === "c1" ? "In [1]" : null);

describe("the list", () => {
  test("shows names, else titles, and sizes", () => {
    const editors = [editor("a", { name: "g", title: "Smoking", nodes: 1, edges: 2 }), editor("b", { title: "Smoking" }), editor("c")];
    expect(listGraphs(editors, prompts)).toEqual([
      { modelId: "a", label: "g", detail: "1 node, 2 edges" },
      { modelId: "b", label: "Smoking", detail: "0 nodes, 0 edges" },
      { modelId: "c", label: "Unnamed graph", detail: "0 nodes, 0 edges" },
    ]);
  });

  test("tells graphs of one name apart by their cells", () => {
    const editors = [editor("a", { name: "g", cell: "c1" }), editor("b", { name: "g", cell: "gone" }), editor("c", { name: "h", cell: "c1" })];
    expect(listGraphs(editors, prompts).map(({ detail }) => detail)).toEqual(["0 nodes, 0 edges · In [1]", "0 nodes, 0 edges", "0 nodes, 0 edges"]);
  });

  test("keeps what looks like markup as it is", () => {
    expect(labelOf({ name: null, title: "<b>x</b>" })).toBe("<b>x</b>");
  });
});

describe("a graph is found again", () => {
  const was = { modelId: "old", name: "g", title: "g", cell: "c1" };

  test("by its model, whatever it is called now", () => {
    expect(findGraph([editor("new", { name: "g", cell: "c1" }), editor("old", { name: "h" })], was)?.modelId).toBe("old");
  });

  test("in its cell after that was run again, also under another name", () => {
    expect(findGraph([editor("other", { name: "g" }), editor("new", { name: "g", cell: "c1" })], was)?.modelId).toBe("new");
    expect(findGraph([editor("new", { name: "h", cell: "c1" })], was)?.modelId).toBe("new");
    expect(findGraph([editor("x", { name: "h", cell: "c1" }), editor("y", { name: "i", cell: "c1" })], was)).toBeNull();
  });

  test("by its name, the newest first", () => {
    expect(findGraph([editor("a", { name: "g", cell: "c2" }), editor("b", { name: "g", cell: "c3" })], was)?.modelId).toBe("b");
  });

  test("not where it only shares having no name or no cell", () => {
    expect(findGraph([editor("a")], { modelId: "old", name: null, title: "", cell: null })).toBeNull();
    expect(findGraph([], was)).toBeNull();
  });
});

describe("a graph that is lost", () => {
  const address = { modelId: "m", name: "g", title: "", cell: "c1" };
  const around = { path: "work/model.ipynb", isNotebookOpen: true, isSettled: true, hasKernel: true, hasCell: true };

  test.each([
    [{ isNotebookOpen: false }, "model.ipynb is closed.", "open-notebook"],
    [{ isSettled: false }, "Looking for g in model.ipynb", null],
    [{ hasKernel: false }, "The kernel of model.ipynb is not running. Run the cell of g", "run-cell"],
    [{}, "g is no longer open in the kernel. Run the cell of g", "run-cell"],
    [{ hasCell: false }, "The cell that opened it is gone, too.", null],
  ])("says why, and what helps: %j", (parts, text, remedy) => {
    const loss = describeLoss(address, { ...around, ...parts });
    expect(loss.text).toContain(text);
    expect(loss.remedy).toBe(remedy);
  });
});
