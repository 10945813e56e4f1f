/** What lies under the edges: the paths between exposure and outcome; and what another graph has besides. */
import type { JSX } from "preact";
import { routeEdges } from "../../graph/geometry";
import type { Editor } from "../editor";
import type { PathTone } from "../reading";
import { nameOf } from "../wording";
import { lineOf } from "./edge";

interface Props {
  readonly editor: Editor;
}

/** Bands along the lit paths; an edge on several kinds of them shows each. */
export function PathBands({ editor }: Props): JSX.Element | null {
  const { tones } = editor.reading;
  if (tones.value.size === 0) return null;
  return (
    <g class="cmg-paths">
      {[...tones.value].map(([id, kinds]) => (
        <Bands key={id} editor={editor} id={id} tones={kinds} />
      ))}
    </g>
  );
}

function Bands({ editor, id, tones }: Props & { readonly id: string; readonly tones: readonly PathTone[] }): JSX.Element | null {
  const route = editor.scene.edge(id)?.value.route;
  if (!route) return null;
  const widest = 11 + 7 * (tones.length - 1);
  return (
    <>
      {[...tones].reverse().map((tone, place) => (
        <path key={tone} class={`cmg-path cmg-path-${tone}`} d={route.path} stroke-width={widest - 7 * place} />
      ))}
    </>
  );
}

/** The edges that only the other graph has. */
export function Ghosts({ editor }: Props): JSX.Element | null {
  const comparison = editor.reading.comparison.value;
  if (!comparison || comparison.missing.length === 0) return null;
  // Read so that ghosts follow the nodes.
  const boxes = new Map(editor.scene.nodeIds.value.flatMap((id) => {
    const scene = editor.scene.node(id)?.value;
    const box = scene && editor.scene.nodeBoxes.get(id);
    return box ? [[id, box] as const] : [];
  }));
  const missing = comparison.missing.filter(({ source, target }) => boxes.has(source) && boxes.has(target));
  const routes = routeEdges(boxes, missing.map((edge) => ({ ...edge, width: 2 })));
  const { document } = editor;
  return (
    <g class="cmg-ghosts">
      {missing.map(({ source, target, mark }, place) => {
        const route = routes[place];
        if (!route) return null;
        const words = `${nameOf(document, source)} ${mark} ${nameOf(document, target)}`;
        return (
          <g key={words} class="cmg-edge cmg-ghost" data-ghost={words} role="img" aria-label={`only in ${comparison.reference}: ${words}`}>
            <title>{`only in ${comparison.reference}`}</title>
            {lineOf(route, 2)}
            <Difference status="missing" at={route.middle} />
          </g>
        );
      })}
    </g>
  );
}

const SIGNS = {
  added: "M-3.6 0H3.6M0 -3.6V3.6",
  missing: "M-3 -3L3 3M-3 3L3 -3",
  reversed: "M-4 -1.8H3.4L1.2 -4M4 1.8H-3.4L-1.2 4",
  changed: "M-3.6 -1.6H3.6M-3.6 1.6H3.6M2 -4L-2 4",
} as const;

export type Sign = keyof typeof SIGNS;

export function Difference({ status, at }: { readonly status: Sign; readonly at: readonly [number, number] }): JSX.Element {
  const [x, y] = at;
  return (
    <g class="cmg-badge" transform={`translate(${x} ${y})`}>
      <circle r={8} />
      <path class="cmg-letter" d={SIGNS[status]} />
    </g>
  );
}
