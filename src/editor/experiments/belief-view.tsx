/** What is believed, as a small picture beside the graph. */
import type { JSX } from "preact";
import { boundingBox, fitLabel, labelWidth, type Box } from "../../graph/geometry";
import type { Editor } from "../editor";
import { EdgesBetween } from "../view/graph-view";
import type { BelievedEdge } from "./belief";
import { beliefWords } from "./words";

interface Props {
  readonly editor: Editor;
  readonly belief: readonly BelievedEdge[];
}

/** The small picture is at most so large, and its names so long, in px. */
const [WIDE, HIGH, LONG] = [330, 176, 80];
const [TALL, PADDING] = [18, 14];

/** The same nodes where they are on the canvas, drawn smaller, with names that can still be read. */
export function BeliefPicture({ editor, belief }: Props): JSX.Element {
  const { scene, document } = editor;
  const places = scene.nodeIds.value.flatMap((id) => {
    const node = scene.node(id)?.value;
    return node ? [{ id, x: node.x, y: node.y, label: fitLabel(node.node.name, LONG) }] : [];
  });
  const span = (values: readonly number[]): number => Math.max(1, Math.max(...values) - Math.min(...values));
  const across = (WIDE - LONG - PADDING) / span(places.map(({ x }) => x));
  const down = (HIGH - 2 * TALL) / span(places.map(({ y }) => y));
  const nodes = places.map(({ id, x, y, label }) => ({ id, label, x: x * Math.min(1, across), y: y * Math.min(1, down) }));
  const boxes = new Map(nodes.map(({ id, x, y, label }): [string, Box] => [
    id, { x, y, width: labelWidth(label) * 0.85 + PADDING, height: TALL, radius: TALL / 2 },
  ])); // prettier-ignore
  const view = boundingBox(boxes.values(), [], 10);
  return (
    <svg class="cmg-svg cmg-belief" viewBox={view.join(" ")} width={view[2]} height={view[3]} role="img" aria-label={`What it believes: ${beliefWords(belief)}`}>
      <EdgesBetween boxes={boxes} edges={belief} document={document} thin={0.6} />
      {nodes.map(({ id, x, y, label }) => {
        const width = boxes.get(id)?.width ?? 0;
        return (
          <g key={id} transform={`translate(${x} ${y})`}>
            <rect class="cmg-box" x={-width / 2} y={-TALL / 2} width={width} height={TALL} rx={TALL / 2} />
            <text>{label}</text>
          </g>
        );
      })}
    </svg>
  );
}
