/** Another graph in place of the drawn one: its edges, and the bar that says what it tells. */
import type { JSX } from "preact";
import { routeEdges } from "../../graph/geometry";
import type { Editor } from "../editor";
import { VIEWS, type Viewed } from "../graph-view";
import { nameOf } from "../wording";
import { lineOf } from "./edge";

interface Props {
  readonly editor: Editor;
  readonly viewed: Viewed;
}

export function ViewedEdges({ editor, viewed }: Props): JSX.Element {
  const { scene, document } = editor;
  // Read so that edges follow the nodes.
  for (const id of scene.nodeIds.value) void scene.node(id)?.value;
  const { nodeBoxes } = scene;
  const edges = viewed.edges.filter(({ source, target }) => nodeBoxes.has(source) && nodeBoxes.has(target));
  const routes = routeEdges(nodeBoxes, edges.map((edge) => ({ ...edge, width: 1.5 })));
  return (
    <g class="cmg-viewed">
      {edges.map(({ source, target, mark }, place) => {
        const route = routes[place];
        const words = `${nameOf(document, source)} ${mark} ${nameOf(document, target)}`;
        return route && (
          <g key={words} class={`cmg-edge${mark === "<->" ? " is-bidirected" : ""}`} data-viewed={words} role="img" aria-label={words}>
            {lineOf(route, 1.5)}
          </g>
        );
      })}
    </g>
  );
}

export function ViewBar({ editor }: { readonly editor: Editor }): JSX.Element | null {
  const { view } = editor.reading;
  const name = view.chosen.value;
  if (name === null) return null;
  const close = (): void => {
    view.close();
    editor.takeFocus();
  };
  const [, title] = VIEWS.find(([each]) => each === name) ?? [name, name];
  return (
    <div class="cmg-view-bar" role="group" aria-label="View">
      <span>
        <b>{title}</b> <span class="cmg-faint">{view.shown.value?.words ?? "asking the kernel"}</span>
      </span>
      <button type="button" class="cmg-button" onClick={close}>
        Back to the graph
      </button>
    </div>
  );
}
