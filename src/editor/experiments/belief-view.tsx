/** What is believed, as a small picture beside the graph. */
import type { JSX } from "preact";
import { boundingBox, fitLabel, labelWidth } from "../../graph/geometry";
import type { Editor } from "../editor";
import { EdgesBetween } from "../view/graph-view";
import type { BelievedEdge } from "./belief";
import { beliefWords } from "./words";

interface Props {
  readonly editor: Editor;
  readonly belief: readonly BelievedEdge[];
}

/** Nodes stand within so many px, and names are so long at most. */
const [WIDE, HIGH, LONG] = [250, 140, 80];
const [TALL, PADDING] = [18, 14];

/** The same nodes where they are on the canvas, drawn nearer to each other, with names that can still be read. */
export function BeliefPicture({ editor, belief }: Props): JSX.Element {
  const { scene, document } = editor;
  const nodes = scene.nodeIds.value.flatMap((id) => scene.node(id)?.value ?? []);
  const nearer = (values: readonly number[], room: number): number => Math.min(1, room / Math.max(1, Math.max(...values) - Math.min(...values)));
  const across = nearer(nodes.map(({ x }) => x), WIDE);
  const down = nearer(nodes.map(({ y }) => y), HIGH);
  const drawn = nodes.map(({ node, x, y }) => {
    const label = fitLabel(node.name, LONG);
    return { id: node.id, label, x: x * across, y: y * down, width: labelWidth(label) * 0.85 + PADDING, height: TALL, radius: TALL / 2 };
  });
  const boxes = new Map(drawn.map((box) => [box.id, box]));
  const view = boundingBox(drawn, [], 10);
  return (
    <svg class="cmg-svg cmg-belief" viewBox={view.join(" ")} width={view[2]} height={view[3]} role="img" aria-label={`What it believes: ${beliefWords(belief)}`}>
      <EdgesBetween boxes={boxes} edges={belief} document={document} thin={0.6} />
      {drawn.map(({ id, label, x, y, width }) => (
        <g key={id} transform={`translate(${x} ${y})`}>
          <rect class="cmg-box" x={-width / 2} y={-TALL / 2} width={width} height={TALL} rx={TALL / 2} />
          <text>{label}</text>
        </g>
      ))}
    </svg>
  );
}
