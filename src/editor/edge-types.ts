/** The types of an edge: every mark, and those that are not symmetric in both directions. */
import { isSymmetric, MARKS, type DocumentEdge, type Mark } from "../graph/model";
import type { Operation } from "../graph/operations";
import { accepts } from "../graph/targets";
import type { Editor } from "./editor";
import { edgeLabel } from "./wording";

interface EdgeType {
  readonly mark: Mark;
  /** The mark is read from the target to the source. */
  readonly turned: boolean;
}

/** All nine, in the order in which they are gone through: those that point back come after those that do not. */
const EDGE_TYPES: readonly EdgeType[] = [
  ...MARKS.map((mark) => ({ mark, turned: false })),
  ...MARKS.filter((mark) => !isSymmetric(mark)).map((mark) => ({ mark, turned: true })),
];

/** The edge as it would be with another type. */
function retyped(editor: Editor, edge: DocumentEdge, { mark, turned }: EdgeType): DocumentEdge {
  const knowledge = mark === "->" ? edge.knowledge : null;
  if (!turned) return { ...edge, mark, knowledge };
  return { ...edge, mark, knowledge, id: editor.session.freshId("e"), source: edge.target, target: edge.source };
}

/** Gives the edge another type; one that is turned round stays selected under its new id. */
function setType(editor: Editor, edge: DocumentEdge, type: EdgeType): boolean {
  const next = retyped(editor, edge, type);
  const { id, mark, knowledge } = next;
  const turned: Operation[] = [{ op: "delete_edge", id: edge.id }, { op: "add_edge", ...next }];
  const known = edge.knowledge === knowledge ? {} : { knowledge };
  const ops: Operation[] = type.turned ? turned : [{ op: "set_edge", id, mark, ...known }];
  if (!editor.edit(ops, `Edge ${edgeLabel(editor.document, edge)} made ${edgeLabel(editor.document, next)}`)) return false;
  if (type.turned) {
    const { nodes, edges } = editor.screen.selection.peek();
    editor.select(nodes, [...edges, id]);
    editor.screen.focus.value = { kind: "edge", id };
  }
  return true;
}

/** Another mark on the same ends; whether the document took it. */
export function setMark(editor: Editor, edge: DocumentEdge, mark: Mark): boolean {
  return setType(editor, edge, { mark, turned: false });
}

/** From which end the types of an edge are counted while they are gone through. */
const started = new WeakMap<Editor, Pick<DocumentEdge, "source" | "target">>();

/** The next type that the document takes; after all nine the edge is what it was. */
export function cycleType(editor: Editor, edge: DocumentEdge): void {
  const from = started.get(editor);
  const back = from?.source === edge.target && from.target === edge.source;
  if (!back) started.set(editor, edge);
  const turned = back && !isSymmetric(edge.mark);
  const place = EDGE_TYPES.findIndex((type) => type.mark === edge.mark && type.turned === turned);
  const without = { ...editor.document, edges: editor.document.edges.filter(({ id }) => id !== edge.id) };
  const others = [...EDGE_TYPES.slice(place + 1), ...EDGE_TYPES.slice(0, place)];
  const asStands = (type: EdgeType): EdgeType => (isSymmetric(type.mark) ? type : { mark: type.mark, turned: type.turned !== back });
  const next = others.map(asStands).find((type) => accepts(without, retyped(editor, edge, type)));
  if (next) setType(editor, edge, next);
}
