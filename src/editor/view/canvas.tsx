/** The drawing: edges, nodes, and what a hand is doing right now. */
import { useComputed, type ReadonlySignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { routeEdges, type Box } from "../../graph/geometry";
import { toolEdge } from "../actions";
import type { Editor } from "../editor";
import { ExperimentMarks } from "../experiments/marks";
import { describeSize } from "../wording";
import { EdgeView, lineOf } from "./edge";
import { ViewedEdges } from "./graph-view";
import { NodeView } from "./node";
import { Guides, TierBands } from "./tiers";
import { Prices } from "./prices";
import { Ghosts, PathBands } from "./underlay";

const POINTER = "pointer";

interface Props {
  readonly editor: Editor;
  readonly canvas: RefObject<SVGSVGElement>;
  /** Until the size of the canvas is known nothing is drawn, so that it is drawn once. */
  readonly isMeasured: ReadonlySignal<boolean>;
}

export function Canvas({ editor, canvas, isMeasured }: Props): JSX.Element {
  const { screen, scene } = editor;
  const mode = screen.mode.value;
  const drag = useComputed(() => screen.drag.value?.kind ?? "none").value;
  const document = scene.document.value;
  const title = screen.title.value ? ` ${screen.title.value}` : "";
  const label = `Causal graph${title}: ${describeSize(document)}. Press ? for the keys.`;
  return (
    <svg
      ref={canvas}
      class={`cmg-svg${screen.isFar.value ? " is-far" : ""}${screen.spacePressed.value ? " is-panning" : ""}`}
      data-mode={mode}
      data-drag={drag}
      role="application"
      aria-roledescription="graph editor"
      aria-label={label}
      tabindex={document.nodes.length === 0 ? 0 : -1}
      onFocusIn={({ target }) => noteFocus(editor, target)}
    >
      {isMeasured.value && <Drawing editor={editor} />}
    </svg>
  );
}

/** What has the keyboard now; heard here once for all that is drawn. */
function noteFocus({ screen }: Editor, target: EventTarget | null): void {
  if (!(target instanceof SVGElement)) return;
  const { nodeId, edgeId } = target.dataset;
  if (nodeId !== undefined) screen.focus.value = { kind: "node", id: nodeId };
  else if (edgeId !== undefined) screen.focus.value = { kind: "edge", id: edgeId };
}

function Drawing({ editor }: { readonly editor: Editor }): JSX.Element {
  const { screen, scene, reading, experiments } = editor;
  const viewed = reading.viewedEdges.value ?? experiments.drawnBelief.value;
  const transform = useComputed(() => {
    const { left, top, zoom } = screen.viewport.value;
    return `translate(${left} ${top}) scale(${zoom})`;
  });
  return (
    <g class="cmg-drawing" transform={transform}>
      <TierBands editor={editor} />
      {viewed ? (
        <ViewedEdges editor={editor} edges={viewed} />
      ) : (
        <>
          <PathBands editor={editor} />
          <Ghosts editor={editor} />
          <Edges editor={editor} ids={scene.edgeIds.value} />
        </>
      )}
      <Nodes editor={editor} ids={scene.nodeIds.value} />
      <ExperimentMarks editor={editor} />
      <Draft editor={editor} />
      <Prices editor={editor} />
      <Band editor={editor} />
      <Guides editor={editor} />
    </g>
  );
}

interface ListProps {
  readonly editor: Editor;
  readonly ids: readonly string[];
}

function Edges({ editor, ids }: ListProps): JSX.Element {
  const statuses = editor.reading.comparison.value?.edges;
  const bits = editor.reading.overlay.value?.bits;
  const disputed = editor.evidence.disputedEdges.value;
  return (
    <g class="cmg-edges">
      {ids.map((id) => (
        <EdgeView key={id} editor={editor} id={id} status={statuses?.get(id)} bits={bits?.edges.get(id)} source={bits?.source} opponent={disputed.has(id) ? editor.evidence.model : undefined} />
      ))}
    </g>
  );
}

function Nodes({ editor, ids }: ListProps): JSX.Element {
  return <g class="cmg-nodes">{ids.map((id) => <NodeView key={id} editor={editor} id={id} />)}</g>;
}

/** The edge that is being drawn. */
function Draft({ editor }: { readonly editor: Editor }): JSX.Element | null {
  const drag = editor.screen.drag.value;
  if (drag?.kind !== "edge") return null;
  const source = editor.scene.nodeBoxes.get(drag.source);
  const pointer: Box = { x: drag.x, y: drag.y, width: 2, height: 2, radius: 1 };
  const target = editor.scene.nodeBoxes.get(drag.target ?? "") ?? pointer;
  if (!source) return null;
  const { mark, knowledge } = toolEdge(editor);
  const boxes = new Map([[drag.source, source], [POINTER, target]]);
  const [route] = routeEdges(boxes, [{ source: drag.source, target: POINTER, mark, width: 2 }]);
  if (!route) return null;
  const refused = drag.target !== null && drag.invalid.has(drag.target) ? " is-refused" : "";
  return (
    <g class={`cmg-edge cmg-draft${knowledge === "forbidden" ? " is-forbidden" : ""}${refused}`}>
      {lineOf(route, 2)}
    </g>
  );
}

function Band({ editor }: { readonly editor: Editor }): JSX.Element | null {
  const drag = editor.screen.drag.value;
  if (drag?.kind !== "band") return null;
  const [[ax, ay], [bx, by]] = [drag.from, drag.to];
  return <rect class="cmg-band" x={Math.min(ax, bx)} y={Math.min(ay, by)} width={Math.abs(bx - ax)} height={Math.abs(by - ay)} />;
}
