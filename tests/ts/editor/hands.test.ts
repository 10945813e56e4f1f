/** What hands do with several nodes: copies, tiers, lines, distances, menus, large graphs. */
import { afterEach, describe, expect, it } from "vitest";
import { addNode, freePlace } from "../../../src/editor/actions";
import { copyText, duplicate, pasteText } from "../../../src/editor/clipboard";
import { Editor } from "../../../src/editor/editor";
import { arrange } from "../../../src/editor/arrange";
import { snapTo } from "../../../src/editor/guides";
import { LocalKernel } from "../../../src/editor/local-kernel";
import { entriesFor } from "../../../src/editor/menus";
import { neighbourhoodOf } from "../../../src/editor/neighbourhood";
import { bandsOf, joining, rankAt, rankOf, setRank } from "../../../src/editor/tiers";
import { toDocument } from "../../../src/graph/conversion";
import { formatGraph, parseGraph } from "../../../src/graph/notation";
import { toNotation } from "../../../src/graph/conversion";
import type { GraphDocument } from "../../../src/graph/model";

const open: Editor[] = [];
afterEach(() => open.splice(0).forEach((editor) => editor.dispose()));

function editorOf(text: string): Editor {
  let count = 0;
  const document = toDocument(parseGraph(text), { freshId: (prefix) => `${prefix}${++count}` });
  const editor = new Editor(new LocalKernel({ document, onEdit: () => undefined }), { origin: "me" }, document);
  editor.resized(800, 400);
  open.push(editor);
  return editor;
}

const id = (editor: Editor, name: string): string => editor.document.nodes.find((node) => node.name === name)?.id ?? "";
const names = ({ document }: Editor): string[] => document.nodes.map(({ name }) => name);
const textOf = ({ document }: Editor): string =>
  formatGraph({ ...toNotation(document), nodes: toNotation(document).nodes.map((node) => ({ ...node, position: null })) });

describe("copy and paste", () => {
  it("carries a sub-graph with its roles and knowledge", () => {
    const from = editorOf("A [exposure]; A -> B [required]; B -> C; C -> D [forbidden]");
    from.select([id(from, "A"), id(from, "B")]);
    const to = editorOf("X");
    expect(pasteText(to, copyText(from))).toBe(true);
    expect(textOf(to)).toBe("A [exposure]\nX\nA -> B [required]");
    expect(to.screen.selection.peek().nodes.size).toBe(2);
  });

  it("gives fresh names where names are taken, and is one step", () => {
    const editor = editorOf('A -> "A 2"');
    editor.select(editor.document.nodes.map((node) => node.id));
    duplicate(editor);
    expect(names(editor)).toEqual(["A", "A 2", "A 3", "A 2 2"]);
    expect(editor.document.edges).toHaveLength(2);
    editor.undo();
    expect(names(editor)).toEqual(["A", "A 2"]);
  });

  it("reads what dagitty.net gives, and cells", () => {
    const editor = editorOf("Z");
    pasteText(editor, 'dag {\nbb="0,0,1,1"\nT [exposure,pos="0.1,0.2"]\nO [outcome,pos="0.9,0.2"]\nT -> O\n}');
    pasteText(editor, "%%causal graph -o g\nM -> N");
    expect(names(editor)).toEqual(["Z", "T", "O", "M", "N"]);
    const [t, o] = ["T", "O"].map((name) => editor.document.nodes.find((node) => node.name === name));
    expect((o?.x ?? 0) - (t?.x ?? 0)).toBeGreaterThan(60);
  });

  it("says where a text is no graph, and changes nothing", () => {
    const editor = editorOf("A");
    expect(pasteText(editor, "B -> C\nD => E")).toBe(false);
    expect(editor.screen.notice.peek()?.text).toContain("Line 2");
    expect(names(editor)).toEqual(["A"]);
  });

  it("of 500 nodes is one edit", () => {
    const editor = editorOf("A");
    const text = Array.from({ length: 500 }, (_, i) => `N${i} -> N${i + 1}`).join("\n");
    pasteText(editor, text);
    expect(editor.document.nodes).toHaveLength(502);
    editor.undo();
    expect(names(editor)).toEqual(["A"]);
  });
});

describe("tiers", () => {
  it("are bands in the order of their nodes", () => {
    const editor = editorOf("A -> B -> C; tiers: A | B | C");
    const bands = bandsOf(editor.document.tiers, editor.scene.nodeBoxes);
    expect(bands.map(({ direction }) => direction)).toEqual(["rows", "rows", "rows"]);
    const box = editor.scene.nodeBoxes.get(id(editor, "B"));
    expect(rankAt(bands, box?.x ?? 0, box?.y ?? 0)).toBe(2);
  });

  it("take a node that is dropped into their band", () => {
    const editor = editorOf("A -> B; D; tiers: A | B");
    const bands = bandsOf(editor.document.tiers, editor.scene.nodeBoxes);
    const at = editor.scene.nodeBoxes.get(id(editor, "B"));
    editor.edit([{ op: "move", positions: { [id(editor, "D")]: [(at?.x ?? 0) + 200, at?.y ?? 0] } }], "moved");
    const wide = bands.map((band) => ({ ...band, width: 2_000, left: -1_000 }));
    expect(joining(editor, [id(editor, "D")], wide)).toEqual({ op: "set_tiers", tiers: [[id(editor, "A")], [id(editor, "B"), id(editor, "D")]] });
    expect(joining(editor, [id(editor, "B")], wide)).toBeNull();
  });

  it("are made, changed and refused with a reason", () => {
    const editor = editorOf("A -> B");
    expect(setRank(editor, [id(editor, "A")], 1)).toBe(true);
    expect(setRank(editor, [id(editor, "B")], 2)).toBe(true);
    expect(rankOf(editor.document, id(editor, "B"))).toBe(2);
    editor.edit([{ op: "set_tiers", tiers: [] }], "none");
    setRank(editor, [id(editor, "B")], 1);
    expect(setRank(editor, [id(editor, "A")], 2)).toBe(false);
    expect(editor.screen.notice.peek()?.text).toContain("tier");
  });
});

describe("lines and distances", () => {
  const box = (x: number, y: number) => ({ x, y, width: 64, height: 30, radius: 15 });

  it("snap centres to centres and sides to sides, the nearest first", () => {
    const snap = snapTo(box(103, 200), [box(100, 0), box(400, 203)], 6);
    expect([snap.dx, snap.dy]).toEqual([-3, 3]);
    expect(snap.guides.map(({ axis, at }) => [axis, at])).toEqual([["x", 100], ["y", 203]]);
    expect(snapTo(box(110, 200), [box(100, 0)], 6)).toEqual({ dx: 0, dy: 0, guides: [] });
  });

  it("put nodes in a row, and at equal distances", () => {
    const editor = editorOf('A [pos="0,0"]; B [pos="1,1"]; C [pos="5,2"]');
    editor.select(editor.document.nodes.map((node) => node.id));
    arrange(editor, "row");
    expect(new Set(editor.document.nodes.map(({ y }) => y)).size).toBe(1);
    arrange(editor, "spread-x");
    const xs = editor.document.nodes.map(({ x }) => x);
    expect((xs[1] ?? 0) - (xs[0] ?? 0)).toBe((xs[2] ?? 0) - (xs[1] ?? 0));
  });
});

describe("menus", () => {
  const labels = (editor: Editor, node: string | null, edge: string | null): string[] =>
    entriesFor(editor, node, edge, [0, 0]).map(({ label }) => label);

  it("offer what can be done there", () => {
    const editor = editorOf("A -> B; A <-> C");
    expect(labels(editor, id(editor, "A"), null)).toEqual(expect.arrayContaining(["Rename", "exposure", "New tier", "Duplicate", "Delete"]));
    const [arrow, arc] = ["->", "<->"].map((mark) => editor.document.edges.find((edge) => edge.mark === mark)?.id ?? "");
    expect(labels(editor, null, arrow ?? "")).toContain("Reverse");
    expect(labels(editor, null, arc ?? "")).not.toContain("Reverse");
    expect(labels(editor, null, null)).toContain("Add a node here");
  });

  it("do it", () => {
    const editor = editorOf("A -> B");
    entriesFor(editor, id(editor, "A"), null, [0, 0]).find(({ label }) => label === "latent")?.run();
    expect(textOf(editor)).toBe("A [latent]\nA -> B");
  });
});

it("a node added by key has room for its name", () => {
  const editor = editorOf("B; C");
  editor.edit([{ op: "move", positions: { [id(editor, "B")]: [104, 0], [id(editor, "C")]: [0, 80] } }], "Moved");
  editor.screen.focus.value = { kind: "node", id: id(editor, "B") };
  const name = "a name that is quite long";
  const [x, y] = freePlace(editor, name);
  addNode(editor, name, x, y);
  const boxes = editor.scene.nodeBoxes;
  const [long, c] = [boxes.get(id(editor, name)), boxes.get(id(editor, "C"))];
  expect(Math.abs((long?.x ?? 0) - (c?.x ?? 0))).toBeGreaterThan(((long?.width ?? 0) + (c?.width ?? 0)) / 2);
});

describe("a graph too large to draw", () => {
  const nodes = Array.from({ length: 2_000 }, (_, i) => ({ id: `n${i}`, name: `N${i}`, roles: [], x: 0, y: 0 }));
  const edges = nodes.slice(1).map(({ id: target }, i) => ({ id: `e${i}`, source: `n${i}`, target, mark: "->", knowledge: null, confidence: null, bits: null }) as const);
  const large: GraphDocument = { version: 1, rev: 1, nodes, edges, tiers: [] };

  it("is shown around one node", () => {
    expect(neighbourhoodOf(large, "n500", 2).nodes.map(({ id: key }) => key)).toEqual(["n498", "n499", "n500", "n501", "n502"]);
    const editor = new Editor(new LocalKernel({ document: large, onEdit: () => undefined }), {}, large);
    open.push(editor);
    expect(editor.screen.readOnly.peek()).toBe(true);
    editor.goTo("n1000");
    expect(editor.scene.nodeIds.peek()).toEqual(["n999", "n1000", "n1001"]);
  });

  it("is undone where a paste made it so", () => {
    const editor = editorOf("A -> B");
    expect(pasteText(editor, nodes.map(({ name }) => name).join("; "))).toBe(true);
    expect(editor.screen.readOnly.peek()).toBe(true);
    expect(editor.screen.canUndo.peek()).toBe(true);
    editor.undo();
    expect(names(editor)).toEqual(["A", "B"]);
    expect(editor.screen.readOnly.peek()).toBe(false);
    editor.redo();
    expect(names(editor)).toHaveLength(2_002);
  });
});
