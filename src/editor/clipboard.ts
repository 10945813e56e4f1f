/** Sub-graphs as text: copied from here, pasted here, between notebooks and from dagitty.net. */
import { PIXELS_PER_UNIT, toDocument, toNotation } from "../graph/conversion";
import { indexOf, type DocumentNode } from "../graph/model";
import { formatGraph, NotationError, parseCell, type NotationGraph } from "../graph/notation";
import type { Operation } from "../graph/operations";
import { removeSelected, snapped } from "./actions";
import { READ_ONLY, type Editor } from "./editor";
import { counted } from "./wording";

/** What is selected, with the edges between selected nodes and their ends; the whole graph where nothing is. */
function selected({ document, screen }: Editor): NotationGraph {
  const { nodes, edges } = screen.selection.peek();
  if (nodes.size + edges.size === 0) return toNotation(document);
  const ends = document.edges.filter(({ id }) => edges.has(id)).flatMap(({ source, target }) => [source, target]);
  const wanted = new Set([...nodes, ...ends]);
  return toNotation({
    ...document,
    nodes: document.nodes.filter(({ id }) => wanted.has(id)),
    edges: document.edges.filter(({ id, source, target }) => edges.has(id) || (nodes.has(source) && nodes.has(target))),
    tiers: [],
  });
}

/** The text of what is selected; a text that DAGitty reads too. */
export function copyText(editor: Editor): string {
  const graph = selected(editor);
  editor.screen.announce(`${counted(graph.nodes.length, "node")} copied as text.`);
  return `dag {\n${formatGraph(graph)}\n}\n`;
}

/** Adds the graph of a text as one step, with fresh names where names are taken; says so where it is no graph. */
export function pasteText(editor: Editor, text: string): boolean {
  const { screen, session } = editor;
  if (screen.readOnly.peek()) {
    screen.announce(READ_ONLY);
    return false;
  }
  const body = text.replace(/^\s*%{1,2}causal[^\n]*\n/u, "");
  let graph: NotationGraph;
  try {
    graph = parseCell(body).graph;
  } catch (error) {
    if (!(error instanceof NotationError)) throw error;
    editor.warn(`What was pasted is no graph. Line ${error.line}: ${error.message}`);
    return false;
  }
  if (graph.nodes.length === 0) {
    screen.announce("There is no graph to paste.");
    return false;
  }
  const added = toDocument(renamed(editor, graph), { freshId: (prefix) => session.freshId(prefix) });
  const [dx, dy] = shift(editor, added.nodes);
  const ops: Operation[] = [
    ...added.nodes.map((node): Operation => ({ op: "add_node", ...node, x: node.x + dx, y: node.y + dy })),
    ...added.edges.map((edge): Operation => ({ op: "add_edge", ...edge })),
  ];
  if (added.tiers.length > 0 && editor.document.tiers.length === 0) ops.push({ op: "set_tiers", tiers: added.tiers });
  if (!editor.edit(ops, `${counted(added.nodes.length, "node")} pasted`)) return false;
  editor.select(added.nodes.map(({ id }) => id), added.edges.map(({ id }) => id));
  const [first] = added.nodes;
  if (first) screen.focus.value = { kind: "node", id: first.id };
  if (added.nodes.length > 1) editor.showAll(added.nodes.map(({ id }) => id));
  return true;
}

export function cutText(editor: Editor): string {
  const text = copyText(editor);
  if (!editor.screen.readOnly.peek()) removeSelected(editor);
  return text;
}

export function duplicate(editor: Editor): void {
  const { nodes, edges } = editor.screen.selection.peek();
  if (nodes.size + edges.size === 0) editor.screen.announce("Nothing is selected.");
  else pasteText(editor, copyText(editor));
}

/** The graph with "Age 2" for a name that is taken. */
function renamed({ document }: Editor, graph: NotationGraph): NotationGraph {
  const taken = new Set([...indexOf(document).idByName.keys(), ...graph.nodes.map(({ name }) => name)]);
  const names = new Map<string, string>();
  for (const { name } of graph.nodes) {
    if (!indexOf(document).idByName.has(name)) continue;
    let count = 2;
    while (taken.has(`${name} ${count}`)) count += 1;
    names.set(name, `${name} ${count}`);
    taken.add(`${name} ${count}`);
  }
  if (names.size === 0) return graph;
  const named = (name: string): string => names.get(name) ?? name;
  const pair = ([a, b]: readonly [string, string]): [string, string] => [named(a), named(b)];
  return {
    nodes: graph.nodes.map((node) => ({ ...node, name: named(node.name) })),
    edges: graph.edges.map((edge) => ({ ...edge, source: named(edge.source), target: named(edge.target) })),
    required: graph.required.map(pair),
    forbidden: graph.forbidden.map(pair),
    tiers: graph.tiers.map((tier) => tier.map(named)),
  };
}

/** How far to move pasted nodes: their middle to the pointer, else to the middle of the view, off what stands there. */
function shift(editor: Editor, nodes: readonly DocumentNode[]): readonly [number, number] {
  if (editor.document.nodes.length === 0) return [0, 0];
  const [xs, ys] = [nodes.map(({ x }) => x), nodes.map(({ y }) => y)];
  const middle = (values: readonly number[]): number => (Math.min(...values) + Math.max(...values)) / 2;
  const [width, height] = editor.screen.size.peek();
  const [x, y] = editor.screen.pointer.peek() ?? editor.toDrawing(width / 2, height / 2);
  const step = PIXELS_PER_UNIT / 2;
  for (let tries = 0; ; tries++) {
    const [dx, dy] = [snapped(x - middle(xs) + tries * step), snapped(y - middle(ys) + tries * step)];
    if (tries === 12 || nodes.length > 60) return [dx, dy];
    if (nodes.every((node) => editor.scene.nodeAt(node.x + dx, node.y + dy, 12) === null)) return [dx, dy];
  }
}
