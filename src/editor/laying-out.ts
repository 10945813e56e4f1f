/** Lays the graph out anew, all of it or what is selected, as one step. */
import { tierOrder } from "../graph/conversion";
import { nodeShape } from "../graph/geometry";
import { layout } from "../graph/layout";
import { isDirected, type DocumentEdge } from "../graph/model";
import { snapped } from "./actions";
import type { Editor } from "./editor";
import { glideFrom } from "./motion";
import { counted } from "./wording";

/** The places that the layout gives to some nodes, as if they were the whole graph. */
function placesOf({ document }: Editor, wanted: (id: string) => boolean): ReadonlyMap<string, readonly [number, number]> {
  const sizes = document.nodes
    .filter(({ id }) => wanted(id))
    .map(({ id, name, roles }) => {
      const { width, height, ring } = nodeShape(name, roles);
      return { id, width: width + 2 * ring, height: height + 2 * ring };
    });
  const inside = document.edges.filter(({ source, target }) => wanted(source) && wanted(target));
  const ends = (kind: (edge: DocumentEdge) => boolean): [string, string][] =>
    inside.filter(kind).map(({ source, target }) => [source, target]);
  const arrow = (edge: DocumentEdge): boolean => isDirected(edge) || edge.mark === "@->";
  return layout(sizes, [...ends(arrow), ...tierOrder(document.tiers.map((tier) => tier.filter(wanted)))], {
    undirected: ends(({ mark }) => mark === "--" || mark === "@-@" || mark === "@--"),
    soft: ends(({ mark }) => mark === "<->"),
  });
}

/** Lays the whole graph out anew, as one step. */
export function layOut(editor: Editor): void {
  if (editor.document.nodes.length === 0) return editor.screen.announce("There is nothing to lay out.");
  const places = placesOf(editor, () => true);
  const glide = glideFrom(editor);
  if (!editor.edit([{ op: "move", positions: Object.fromEntries(places) }], "Laid out")) return;
  editor.fit();
  glide();
}

/** The selected nodes keep the middle of where they stood; all others stay where they are. */
export function layOutSelected(editor: Editor): void {
  const { nodes } = editor.screen.selection.peek();
  const chosen = editor.document.nodes.filter(({ id }) => nodes.has(id));
  if (chosen.length < 2) return editor.screen.announce("Select two nodes or more.");
  const places = placesOf(editor, (id) => nodes.has(id));
  const middle = (values: readonly number[]): number => (Math.min(...values) + Math.max(...values)) / 2;
  const laid = [...places.values()];
  const dx = snapped(middle(chosen.map(({ x }) => x)) - middle(laid.map(([x]) => x)));
  const dy = snapped(middle(chosen.map(({ y }) => y)) - middle(laid.map(([, y]) => y)));
  const positions = Object.fromEntries([...places].map(([id, [x, y]]): [string, [number, number]] => [id, [x + dx, y + dy]]));
  const glide = glideFrom(editor);
  if (!editor.edit([{ op: "move", positions }], `${counted(chosen.length, "node")} laid out`)) return;
  editor.showAll([...nodes]);
  glide();
}
