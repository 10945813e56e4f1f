/** Another graph in place of the drawn one: its edges, and the bar that says what it tells. */
import type { JSX } from "preact";
import { edgeWidth, routeEdges, type Box } from "../../graph/geometry";
import type { GraphDocument } from "../../graph/model";
import type { Editor } from "../editor";
import { VIEWS } from "../graph-view";
import type { ViewedEdge } from "../overlay";
import { describeEvidence, nameOf } from "../wording";
import { lineOf } from "./edge";
import { Difference, type Sign } from "./underlay";

type Edges = readonly (ViewedEdge & { readonly status?: Sign | null })[];

interface Props {
  readonly editor: Editor;
  readonly edges: Edges;
}

export function ViewedEdges({ editor: { scene, document }, edges }: Props): JSX.Element {
  // Read so that edges follow the nodes.
  for (const id of scene.nodeIds.value) void scene.node(id)?.value;
  return <EdgesBetween boxes={scene.nodeBoxes} edges={edges} document={document} />;
}

interface EdgesProps {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly edges: Edges;
  readonly document: GraphDocument;
  /** How wide lines are of what they are on the canvas. */
  readonly thin?: number;
}

export function EdgesBetween({ boxes, edges, document, thin = 1 }: EdgesProps): JSX.Element {
  const drawn = edges.filter(({ source, target }) => boxes.has(source) && boxes.has(target));
  const widths = drawn.map(({ confidence }) => thin * edgeWidth(confidence));
  const routes = routeEdges(boxes, drawn.map((edge, place) => ({ ...edge, width: widths[place] ?? 1.5 })));
  return (
    <g class="cmg-viewed">
      {drawn.map((edge, place) => {
        const { source, target, mark, status } = edge;
        const route = routes[place];
        const words = `${nameOf(document, source)} ${mark} ${nameOf(document, target)}`;
        const evidence = [describeEvidence(edge), status ?? ""].filter(Boolean).join(", ");
        const kind = `${mark === "<->" ? " is-bidirected" : ""}${status === "missing" ? " cmg-ghost" : status ? ` is-${status}` : ""}`;
        return route && (
          <g key={words} class={`cmg-edge${kind}`} data-viewed={words} data-difference={status ?? undefined} role="img" aria-label={evidence ? `${words}, ${evidence}` : words}>
            {evidence && <title>{`${words}\n${evidence}`}</title>}
            {evidence && <path class="cmg-hit" d={route.path} />}
            {lineOf(route, widths[place] ?? 1.5)}
            {status && <Difference status={status} at={route.middle} />}
          </g>
        );
      })}
    </g>
  );
}

/** Whether another graph is shown, or asked for, in place of the drawn one. */
export function isViewing({ reading: { view, viewedEdges } }: Editor): boolean {
  return view.chosen.value !== null || viewedEdges.value !== null;
}

/** Says in the line below the canvas what is shown there, and leads back. */
export function ViewBar({ editor }: { readonly editor: Editor }): JSX.Element {
  const { view, regime } = editor.reading;
  const name = view.chosen.value;
  if (name === null) {
    const { title, words } = regime.value ?? { title: "", words: "" };
    return <Bar editor={editor} title={title} words={words} close={() => editor.reading.closeRegime()} />;
  }
  const [, title] = VIEWS.find(([each]) => each === name) ?? [name, name];
  return <Bar editor={editor} title={title} words={view.shown.value?.words ?? "asking the kernel"} close={() => view.close()} />;
}

interface BarProps {
  readonly editor: Editor;
  readonly title: string;
  readonly words: string;
  readonly close: () => void;
}

function Bar({ editor, title, words, close }: BarProps): JSX.Element {
  const leave = (): void => {
    close();
    editor.takeFocus();
  };
  return (
    <div class="cmg-view-bar" role="group" aria-label="View">
      <span class="cmg-view-words" title={`${title}: ${words}`}>
        <b>{title}</b> {words}
      </span>
      <button type="button" class="cmg-link" onClick={leave}>
        Back to the graph
      </button>
    </div>
  );
}
