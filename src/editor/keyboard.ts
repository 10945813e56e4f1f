/** The keys of the editor; the help sheet is written from the same table. */
import { indexOf } from "../graph/model";
import type { Role } from "../graph/model";
import * as actions from "./actions";
import { duplicate } from "./clipboard";
import { READ_ONLY, type Editor } from "./editor";
import { layOut, layOutSelected } from "./laying-out";
import { edgeLabel } from "./wording";

export interface Binding {
  /** As the help sheet shows it. */
  readonly keys: string;
  readonly words: string;
  /** The keys as `chord` writes them. */
  readonly chords: readonly string[];
  readonly edits?: true;
  readonly run: (editor: Editor, chord: string) => void;
}

const ROLE_KEYS: Readonly<Record<string, Role>> = { x: "exposure", y: "outcome", a: "adjusted", u: "latent", s: "selection", f: "functional" };
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const arrowChords = Object.keys(ARROWS);

export const BINDINGS: readonly Binding[] = [
  { keys: "N", words: "add a node", chords: ["n"], edits: true, run: startNode },
  { keys: "E", words: "connect the node to another, by name", chords: ["e"], edits: true, run: startEdge },
  { keys: "F2", words: "rename", chords: ["F2", "Enter"], edits: true, run: startRename },
  { keys: "Del", words: "delete", chords: ["Delete", "Backspace"], edits: true, run: actions.removeSelected },
  { keys: "R", words: "reverse the edge", chords: ["r"], edits: true, run: actions.reverseSelected },
  { keys: "T", words: "next type of the edge", chords: ["t"], edits: true, run: actions.cycleTypes },
  { keys: "K", words: "edge required, forbidden, neither", chords: ["k"], edits: true, run: actions.cycleKnowledge },
  { keys: "X Y A U S F", words: "exposure, outcome, adjusted, latent (unobserved), selection, functional (of its parents)", chords: Object.keys(ROLE_KEYS), edits: true, run: switchRole },
  { keys: "← → ↑ ↓", words: "go to a neighbour", chords: arrowChords, run: walk },
  { keys: "Shift+← → ↑ ↓", words: "select a neighbour as well", chords: arrowChords.map((key) => `Shift+${key}`), run: walk },
  { keys: "[ ]", words: "go through the node's edges", chords: ["[", "]"], run: walkEdges },
  { keys: "Alt+← → ↑ ↓", words: "move by 8 px; with Shift by 40 px", chords: arrowChords.flatMap((key) => [`Alt+${key}`, `Alt+Shift+${key}`]), edits: true, run: nudge },
  { keys: "Ctrl+Z", words: "undo", chords: ["Mod+z"], run: (editor) => editor.undo() },
  { keys: "Shift+Ctrl+Z", words: "redo", chords: ["Mod+Shift+z", "Mod+y"], run: (editor) => editor.redo() },
  { keys: "Ctrl+C X V", words: "copy, cut, paste as text, also to and from dagitty.net", chords: [], run: () => undefined },
  { keys: "Ctrl+D", words: "duplicate", chords: ["Mod+d"], edits: true, run: duplicate },
  { keys: "/", words: "find a node", chords: ["/"], run: ({ screen }) => (screen.finding.value = true) },
  { keys: "M", words: "select several: each click or tap adds, a drag takes all in a box", chords: ["m"], run: actions.selectSeveral },
  { keys: "Ctrl+A", words: "select all", chords: ["Mod+a"], run: selectAll },
  { keys: "L", words: "lay out", chords: ["l"], edits: true, run: layOut },
  { keys: "Shift+L", words: "lay out what is selected", chords: ["Shift+l"], edits: true, run: layOutSelected },
  { keys: "0 + −", words: "fit, zoom in, zoom out", chords: ["0", "+", "=", "-"], run: zoom },
  { keys: "V", words: "select tool", chords: ["v"], run: (editor) => (editor.screen.mode.value = "select") },
  { keys: "O", words: "outline as a table", chords: ["o"], run: ({ screen }) => (screen.outline.value = !screen.outline.peek()) },
  { keys: "?", words: "this help", chords: ["?", "Shift+?"], run: ({ screen }) => (screen.help.value = !screen.help.peek()) },
  { keys: "Esc", words: "cancel, then leave", chords: ["Escape"], run: escape },
];

/** The browser turns these into events of the clipboard, which the editor hears. */
const CLIPBOARD = ["Mod+c", "Mod+x", "Mod+v"];

const byChord = new Map(BINDINGS.flatMap((binding) => binding.chords.map((chord) => [chord, binding] as const)));

/** "Mod+Shift+z": the key with its modifiers, letters small; Mod is Ctrl or Cmd. */
function chordOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const shift = event.shiftKey && (event.key.length > 1 || event.ctrlKey || event.metaKey);
  return [event.ctrlKey || event.metaKey ? "Mod+" : "", event.altKey ? "Alt+" : "", shift ? "Shift+" : "", key].join("");
}

/** Whether a key is meant for the page: those with Ctrl or Alt that the editor does not know, Tab, and Shift+Enter. */
export function isForPage(event: KeyboardEvent, isTyping: boolean): boolean {
  if (event.key === "Tab" || (event.key === "Enter" && event.shiftKey)) return true;
  if (isTyping) return (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
  const known = byChord.has(chordOf(event)) || CLIPBOARD.includes(chordOf(event));
  return (event.ctrlKey || event.metaKey || event.altKey || /^F\d/.test(event.key)) && !known;
}

/** Runs what a key stands for on the canvas. */
export function handleKey(editor: Editor, event: KeyboardEvent): boolean {
  const binding = byChord.get(chordOf(event));
  if (!binding) return false;
  if (binding.edits && editor.screen.readOnly.peek()) editor.screen.announce(READ_ONLY);
  else binding.run(editor, chordOf(event));
  return true;
}

function startNode(editor: Editor): void {
  const [x, y] = actions.freePlace(editor);
  editor.screen.naming.value = { kind: "create", x, y, from: null, anywhere: true };
}

function focusedNode({ screen }: Editor): string | null {
  const focus = screen.focus.peek();
  if (focus?.kind === "node") return focus.id;
  const [first] = screen.selection.peek().nodes;
  return first ?? null;
}

function startEdge(editor: Editor): void {
  const id = focusedNode(editor);
  if (id === null) editor.screen.announce("Go to a node first; its edge starts there.");
  else editor.screen.connecting.value = id;
}

function startRename(editor: Editor): void {
  const id = focusedNode(editor);
  if (id === null) editor.screen.announce("Go to a node first.");
  else editor.screen.naming.value = { kind: "rename", id };
}

function switchRole(editor: Editor, chord: string): void {
  const role = ROLE_KEYS[chord];
  if (role) actions.toggleRole(editor, role);
}

/** Gives the keyboard to a node, which is selected alone or beside what is. */
function focusNode(editor: Editor, id: string, beside: Iterable<string> = []): void {
  editor.select([...beside, id]);
  editor.screen.focus.value = { kind: "node", id };
  editor.reveal(id);
  editor.takeFocus();
}

/** To the neighbour that lies most nearly in the direction; where none does, to any such node. */
function walk(editor: Editor, chord: string): void {
  const adds = chord.startsWith("Shift+");
  const [dx, dy] = ARROWS[chord.replace("Shift+", "")] ?? [0, 0];
  const from = focusedNode(editor) ?? endOfFocusedEdge(editor);
  const start = from === null ? undefined : editor.scene.nodeBoxes.get(from);
  if (from === null || !start) {
    const [first] = editor.document.nodes;
    if (first) focusNode(editor, first.id);
    return;
  }
  const cost = (id: string): number => {
    const box = editor.scene.nodeBoxes.get(id);
    if (!box || id === from) return Infinity;
    const [x, y] = [box.x - start.x, box.y - start.y];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    return along > 0 && aside <= 2.5 * along ? along + 2 * aside : Infinity;
  };
  const nearest = (ids: Iterable<string>): string | null => {
    const reachable = [...ids].map((id) => [id, cost(id)] as const).filter(([, value]) => value < Infinity);
    return reachable.sort(([, a], [, b]) => a - b)[0]?.[0] ?? null;
  };
  const next = nearest(actions.neighboursOf(editor, from)) ?? nearest(editor.scene.nodeBoxes.keys());
  if (next === null) editor.screen.announce("No node in that direction.");
  else focusNode(editor, next, adds ? [...editor.screen.selection.peek().nodes, from] : []);
}

function endOfFocusedEdge(editor: Editor): string | null {
  const focus = editor.screen.focus.peek();
  const edge = focus?.kind === "edge" ? indexOf(editor.document).edges.get(focus.id) : undefined;
  return edge?.target ?? null;
}

/** To the next edge of the node, or of the edge's source. */
function walkEdges(editor: Editor, chord: string): void {
  const { screen, document } = editor;
  const { edges, incident } = indexOf(document);
  const focus = screen.focus.peek();
  const current = focus?.kind === "edge" ? edges.get(focus.id) : undefined;
  const at = current?.source ?? focusedNode(editor);
  const around = at === null ? document.edges : (incident.get(at) ?? []);
  if (around.length === 0) return screen.announce("No edges here.");
  const place = current ? around.indexOf(current) : chord === "]" ? -1 : 0;
  const next = around[(place + (chord === "]" ? 1 : around.length - 1)) % around.length];
  if (!next) return;
  editor.select([], [next.id]);
  screen.focus.value = { kind: "edge", id: next.id };
  screen.announce(edgeLabel(document, next));
  editor.takeFocus();
}

function nudge(editor: Editor, chord: string): void {
  const [dx, dy] = ARROWS[chord.replace(/^.*\+/, "")] ?? [0, 0];
  const steps = chord.includes("Shift") ? 5 : 1;
  actions.nudge(editor, dx * steps, dy * steps);
}

function selectAll(editor: Editor): void {
  editor.select(
    editor.document.nodes.map(({ id }) => id),
    editor.document.edges.map(({ id }) => id),
  );
}

function zoom(editor: Editor, chord: string): void {
  if (chord === "0") editor.fit();
  else editor.zoomBy(chord === "-" ? 1 / 1.25 : 1.25);
}

/** One thing after the other: drag, notice, sheets, tool, selection; then the notebook has the keyboard. */
function escape(editor: Editor): void {
  const { screen } = editor;
  const { nodes, edges } = screen.selection.peek();
  if (screen.drag.peek()) editor.endDrag();
  else if (screen.notice.peek()) screen.notice.value = null;
  else if (screen.help.peek()) screen.help.value = false;
  else if (screen.finding.peek()) screen.finding.value = false;
  else if (screen.mode.peek() !== "select") screen.mode.value = "select";
  else if (editor.reading.view.chosen.peek()) editor.reading.view.close();
  else if (editor.reading.viewedEdges.peek()) editor.reading.closeRegime();
  else if (nodes.size + edges.size > 0) editor.clearSelection();
  else editor.leave();
}
