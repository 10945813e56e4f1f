/** What can be done to the graph, each thing once: for keys, pointers, buttons and the outline alike. */
import {
  indexOf,
  type DocumentEdge,
  type KnowledgeMark,
  type Mark,
  type Role,
} from "../graph/model";
import { nodeShape } from "../graph/geometry";
import type { Operation } from "../graph/operations";
import { cycleType } from "./edge-types";
import type { Editor } from "./editor";
import { counted, edgeLabel, nameOf } from "./wording";

/** Nodes are put on a grid of this many px. */
export const GRID = 8;

export function snapped(value: number): number {
  return Math.round(value / GRID) * GRID;
}

/** The mark and the knowledge of the edges that the edge tool draws. */
export function toolEdge(editor: Editor): { mark: Mark; knowledge: KnowledgeMark | null } {
  const tool = editor.screen.tool.peek();
  return tool === "required" || tool === "forbidden" ? { mark: "->", knowledge: tool } : { mark: tool, knowledge: null };
}

/** An edge as the edge tool would draw it. */
export function edgeToBe(editor: Editor, source: string, target: string): DocumentEdge {
  return { id: editor.session.freshId("e"), source, target, ...toolEdge(editor), confidence: null, bits: null };
}

/** Adds a node, and an edge to it from `from`. */
export function addNode(editor: Editor, name: string, x: number, y: number, from: string | null = null): boolean {
  const id = editor.session.freshId("n");
  const ops: Operation[] = [{ op: "add_node", id, name, roles: [], x: snapped(x), y: snapped(y) }];
  if (from !== null) ops.push({ op: "add_edge", ...edgeToBe(editor, from, id) });
  const label = from === null ? `Node ${name} added` : `Node ${name} added, with an edge from ${nameOf(editor.document, from)}`;
  if (!editor.edit(ops, label)) return false;
  editor.select([id]);
  editor.screen.focus.value = { kind: "node", id };
  return true;
}

export function rename(editor: Editor, id: string, name: string): boolean {
  const before = nameOf(editor.document, id);
  return before === name || editor.edit([{ op: "set_node", id, name }], `${before} renamed to ${name}`);
}

export function connect(editor: Editor, source: string, target: string): boolean {
  const edge = edgeToBe(editor, source, target);
  const what = edge.knowledge === "forbidden" ? "Forbidden edge" : "Edge";
  if (!editor.edit([{ op: "add_edge", ...edge }], `${what} ${edgeLabel(editor.document, edge)} added`)) return false;
  editor.select([], [edge.id]);
  return true;
}

/** Deletes what is selected. */
export function removeSelected(editor: Editor): void {
  const { nodes, edges } = editor.screen.selection.peek();
  const { document } = editor;
  const alone = document.edges.filter(({ id, source, target }) => edges.has(id) && !nodes.has(source) && !nodes.has(target));
  const ops: Operation[] = [
    ...alone.map(({ id }): Operation => ({ op: "delete_edge", id })),
    ...[...nodes].map((id): Operation => ({ op: "delete_node", id })),
  ];
  if (ops.length === 0) return editor.screen.announce("Nothing is selected.");
  const words = [
    ...(nodes.size === 1 ? [...nodes].map((id) => nameOf(document, id)) : nodes.size ? [counted(nodes.size, "node")] : []),
    ...(alone.length === 1 ? alone.map((edge) => `edge ${edgeLabel(document, edge)}`) : alone.length ? [counted(alone.length, "edge")] : []),
  ];
  const [first] = nodes;
  const next = first === undefined ? null : ([...neighboursOf(editor, first)].find((id) => !nodes.has(id)) ?? null);
  if (editor.edit(ops, `${words.join(" and ")} deleted`)) editor.screen.focus.value = next === null ? null : { kind: "node", id: next };
}

export function neighboursOf(editor: Editor, id: string): ReadonlySet<string> {
  const edges = indexOf(editor.document).incident.get(id) ?? [];
  return new Set(edges.map(({ source, target }) => (source === id ? target : source)));
}

function selectedEdges(editor: Editor): DocumentEdge[] {
  const { edges } = editor.screen.selection.peek();
  const found = editor.document.edges.filter(({ id }) => edges.has(id));
  if (found.length === 0) editor.screen.announce("No edge is selected. Press ] on a node to go to its edges.");
  return found;
}

/** Turns an edge round; it stays selected under its new id. */
export function reverse(editor: Editor, edge: DocumentEdge): boolean {
  const id = editor.session.freshId("e");
  const turned = { ...edge, id, source: edge.target, target: edge.source };
  const label = edgeLabel(editor.document, edge);
  const ops: Operation[] = [{ op: "delete_edge", id: edge.id }, { op: "add_edge", ...turned }];
  if (!editor.edit(ops, `Edge ${label} reversed`)) return false;
  editor.select([], [id]);
  editor.screen.focus.value = { kind: "edge", id };
  return true;
}

export function reverseSelected(editor: Editor): void {
  for (const edge of selectedEdges(editor)) reverse(editor, edge);
}

/** Goes on to the next type of every selected edge. */
export function cycleTypes(editor: Editor): void {
  for (const edge of selectedEdges(editor)) cycleType(editor, edge);
}

export function setKnowledge(editor: Editor, edge: DocumentEdge, knowledge: KnowledgeMark | null): boolean {
  const label = edgeLabel(editor.document, edge);
  const words = knowledge === null ? `Knowledge about ${label} dropped` : `Edge ${label} is ${knowledge}`;
  return editor.edit([{ op: "set_edge", id: edge.id, knowledge }], words);
}

const KNOWLEDGE_CYCLE = [null, "required", "forbidden"] as const;

export function cycleKnowledge(editor: Editor): void {
  for (const edge of selectedEdges(editor)) {
    const next = KNOWLEDGE_CYCLE[(KNOWLEDGE_CYCLE.indexOf(edge.knowledge) + 1) % 3] ?? null;
    setKnowledge(editor, edge, next);
  }
}

/** Gives a role to all selected nodes, or takes it from them where all have it. */
export function toggleRole(editor: Editor, role: Role, ids: Iterable<string> = editor.screen.selection.peek().nodes): void {
  const { nodes } = indexOf(editor.document);
  const found = [...ids].flatMap((id) => nodes.get(id) ?? []);
  if (found.length === 0) return editor.screen.announce("No node is selected.");
  const taken = found.every(({ roles }) => roles.includes(role));
  const ops = found.map(({ id, roles }): Operation => {
    const others = roles.filter((other) => other !== role);
    return { op: "set_node", id, roles: taken ? others : [...others, role] };
  });
  const who = found.length === 1 ? (found[0]?.name ?? "") : counted(found.length, "node");
  editor.edit(ops, `${who}: ${role} ${taken ? "off" : "on"}`);
}

/** Moves the selected nodes by steps of the grid; presses in a row are undone at once. */
export function nudge(editor: Editor, dx: number, dy: number): void {
  const { nodes } = indexOf(editor.document);
  const found = [...editor.screen.selection.peek().nodes].flatMap((id) => nodes.get(id) ?? []);
  if (found.length === 0) return editor.screen.announce("No node is selected.");
  const positions = Object.fromEntries(
    found.map(({ id, x, y }): [string, [number, number]] => [id, [snapped(x) + dx * GRID, snapped(y) + dy * GRID]]),
  );
  const who = found.length === 1 ? (found[0]?.name ?? "") : counted(found.length, "node");
  editor.edit([{ op: "move", positions }], `${who} moved`, `nudge ${Object.keys(positions).join(" ")}`);
}

/** A free place for a node of this name: near the focused one, else in the middle of the view. */
export function freePlace(editor: Editor, name = ""): [number, number] {
  const focus = editor.screen.focus.peek();
  const box = focus?.kind === "node" ? editor.scene.nodeBoxes.get(focus.id) : undefined;
  const [width, height] = editor.screen.size.peek();
  const [x, y] = box ? [box.x, box.y + 80] : editor.toDrawing(width / 2, height / 2);
  const aside = Math.max(36, nodeShape(name, []).width / 2 + 12);
  for (let ring = 0; ring < 30; ring++) {
    for (const side of ring === 0 ? [0] : [ring, -ring]) {
      const [left, top] = [snapped(x + side * 96), snapped(y)];
      if (editor.scene.nodeAt(left, top, 36, aside) === null) return [left, top];
    }
  }
  return [snapped(x), snapped(y)];
}

export function selectSeveral({ screen }: Editor): void {
  const several = screen.mode.peek() !== "several";
  screen.mode.value = several ? "several" : "select";
  screen.announce(several ? "Each click or tap adds to the selection; Esc ends." : "One at a time again.");
}
