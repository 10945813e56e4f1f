/** What can be done where the right button, the menu key or a long press was. */
import { indexOf, isSymmetric, MARKS, ROLES, type DocumentEdge } from "../graph/model";
import * as actions from "./actions";
import { ARRANGEMENTS, arrange } from "./arrange";
import { copyText, duplicate, pasteText } from "./clipboard";
import type { Editor } from "./editor";
import { demandOf, demandWords, takeSide, type SideName } from "./evidence/sides";
import type { PairTold } from "./evidence/told";
import { setMark } from "./edge-types";
import { writeClipboard } from "./export";
import { layOut, layOutSelected } from "./laying-out";
import { rankOf, setRank } from "./tiers";
import { MARK_SIGNS, MARK_WORDS } from "./wording";

export interface Entry {
  readonly label: string;
  readonly hint?: string;
  readonly checked?: boolean;
  readonly run: () => void;
}

/** The entries for a node, an edge or the canvas; what only reads is there in a read-only editor too. */
export function entriesFor(editor: Editor, node: string | null, edge: string | null, at: readonly [number, number]): readonly Entry[] {
  const { edges } = indexOf(editor.document);
  const chosen = edge === null ? undefined : edges.get(edge);
  const editable = !editor.screen.readOnly.peek();
  if (node !== null) return editable ? nodeEntries(editor, node) : [copyEntry(editor)];
  if (chosen) return editable ? edgeEntries(editor, chosen) : [copyEntry(editor)];
  return canvasEntries(editor, at, editable);
}

function copyEntry(editor: Editor): Entry {
  return { label: "Copy", hint: "Ctrl+C", run: () => void writeClipboard(copyText(editor)) };
}

function nodeEntries(editor: Editor, id: string): Entry[] {
  const { document, screen } = editor;
  const { nodes } = screen.selection.peek();
  const ids = nodes.has(id) ? [...nodes] : [id];
  const roles = indexOf(document).nodes.get(id)?.roles ?? [];
  const several = ids.length > 1;
  return [
    ...(several
      ? [
          ...ARRANGEMENTS.map(([how, label]): Entry => ({ label, run: () => arrange(editor, how) })),
          { label: "Lay out these", hint: "Shift+L", run: () => layOutSelected(editor) },
        ]
      : [
          { label: "Rename", hint: "F2", run: () => (screen.naming.value = { kind: "rename", id }) },
          { label: "Connect to …", hint: "E", run: () => (screen.connecting.value = id) },
        ]),
    ...ROLES.map((role): Entry => ({ label: role, checked: roles.includes(role), run: () => actions.toggleRole(editor, role, ids) })),
    ...document.tiers.map((_, place): Entry => ({ label: `tier ${place + 1}`, checked: rankOf(document, id) === place + 1, run: () => void setRank(editor, ids, place + 1) })),
    { label: "New tier", run: () => void setRank(editor, ids, document.tiers.length + 1) },
    ...(rankOf(document, id) > 0 ? [{ label: "No tier", run: () => void setRank(editor, ids, 0) }] : []),
    copyEntry(editor),
    { label: "Duplicate", hint: "Ctrl+D", run: () => duplicate(editor) },
    { label: "Delete", hint: "Del", run: () => actions.removeSelected(editor) },
  ];
}

function edgeEntries(editor: Editor, edge: DocumentEdge): Entry[] {
  const ends = new Set([edge.source, edge.target]);
  const dispute = editor.evidence.disputes.peek().find(({ a, b }) => ends.has(a) && ends.has(b));
  return [
    ...sideEntries(editor, dispute),
    ...(isSymmetric(edge.mark) ? [] : [{ label: "Reverse", hint: "R", run: () => void actions.reverse(editor, edge) }]),
    ...MARKS.map((mark): Entry => ({
      label: `${MARK_SIGNS[mark]}  ${MARK_WORDS[mark]}`,
      checked: edge.mark === mark,
      run: () => void setMark(editor, edge, mark),
    })),
    ...(["required", "forbidden"] as const).map((knowledge): Entry => ({
      label: knowledge,
      checked: edge.knowledge === knowledge,
      run: () => void actions.setKnowledge(editor, edge, edge.knowledge === knowledge ? null : knowledge),
    })),
    { label: "Delete", hint: "Del", run: () => actions.removeSelected(editor) },
  ];
}

/** What the two sides of a disagreement come to. */
function sideEntries(editor: Editor, pair: PairTold | undefined): Entry[] {
  const entry = (side: SideName, name: string): Entry[] => {
    const demand = pair && demandOf(editor.document, pair, side);
    return pair && demand ? [{ label: `Take ${name}: ${demandWords(editor.document, demand)}`, run: () => void takeSide(editor, pair, side, name) }] : [];
  };
  return [...entry("data", "data"), ...entry("model", editor.evidence.model)];
}

function canvasEntries(editor: Editor, [x, y]: readonly [number, number], editable: boolean): Entry[] {
  const { screen } = editor;
  const reading: Entry[] = [
    { label: "Find …", hint: "/", run: () => (screen.finding.value = true) },
    { label: "Select several", hint: "M", checked: screen.mode.peek() === "several", run: () => actions.selectSeveral(editor) },
    { label: "Show all", hint: "0", run: () => editor.fit() },
    copyEntry(editor),
  ];
  if (!editable) return reading;
  return [
    { label: "Add a node here", hint: "N", run: () => (screen.naming.value = { kind: "create", x: actions.snapped(x), y: actions.snapped(y), from: null }) },
    { label: "Paste", hint: "Ctrl+V", run: () => void pasteFromClipboard(editor) },
    { label: "Lay out", hint: "L", run: () => layOut(editor) },
    ...reading,
  ];
}

/** Where the page may not read the clipboard, the keys still can. */
async function pasteFromClipboard(editor: Editor): Promise<void> {
  try {
    pasteText(editor, await navigator.clipboard.readText());
  } catch {
    editor.warn("This page may not read the clipboard from a menu. Press Ctrl+V on the canvas.");
  }
}
