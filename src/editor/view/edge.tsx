/** One edge: its line, the marks at its ends and its badge. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { arrowHead, CIRCLE_RADIUS, circleCentre, type EdgeEnd, type EdgeRoute } from "../../graph/geometry";
import type { KnowledgeMark } from "../../graph/model";
import type { Editor } from "../editor";
import type { Status } from "../overlay";
import { describeEvidence } from "../wording";
import { Difference } from "./underlay";

interface Props {
  readonly editor: Editor;
  readonly id: string;
  /** What a comparison says of the edge. */
  readonly status: Status | undefined;
  /** What the data say of it now, and which data. */
  readonly bits: number | undefined;
  readonly source: string | undefined;
  /** The model that says otherwise than the data; undefined where they do not disagree. */
  readonly opponent: string | undefined;
}

export function EdgeView({ editor, id, status, bits, source, opponent }: Props): JSX.Element | null {
  const { screen } = editor;
  const scene = editor.scene.edge(id)?.value;
  const state = useComputed(() => {
    const words = [];
    if (screen.selection.value.edges.has(id)) words.push("is-selected");
    if (screen.flash.value?.edges.has(id)) words.push("is-flashing");
    if (screen.focus.value?.kind === "edge" && screen.focus.value.id === id) words.push("is-tab-stop");
    const [tone] = editor.reading.tones.value.get(id) ?? [];
    if (tone) words.push(`on-${tone}`);
    if (editor.experiments.isCut(scene?.edge)) words.push("is-cut");
    return words.join(" ");
  }).value;
  if (!scene) return null;
  const { edge, route, width, key, description } = scene;
  const far = screen.isFar.value;
  const kind = edge.mark === "<->" ? " is-bidirected" : "";
  const knowledge = edge.knowledge ? ` is-${edge.knowledge}` : "";
  const evidence = describeEvidence({ ...edge, bits: bits ?? edge.bits }, source);
  const difference = status && status !== "shared" ? status : null;
  const dispute = opponent === undefined ? "" : `data and ${opponent} disagree`;
  return (
    <g
      class={`cmg-edge${kind}${knowledge}${difference ? ` is-${difference}` : ""} ${state}`}
      data-edge-id={id}
      data-edge={key}
      data-knowledge={edge.knowledge ?? undefined}
      data-difference={difference ?? undefined}
      data-dispute={opponent}
      role="button"
      aria-label={dispute ? `${description}; ${dispute}` : description}
      aria-pressed={state.includes("is-selected")}
      tabindex={state.includes("is-tab-stop") ? 0 : -1}
    >
      {(evidence || dispute) && <title>{[key, evidence, dispute].filter(Boolean).join("\n")}</title>}
      {!(far && state === "") && <path class="cmg-hit" d={route.path} />}
      <path class="cmg-line" d={route.path} stroke-width={width} />
      {!far && endOf(route.source, width)}
      {!far && endOf(route.target, width)}
      {!far && edge.knowledge && <Badge knowledge={edge.knowledge} at={route.middle} />}
      {!far && dispute && <Dispute at={difference ? besideOf(route.middle) : route.middle} />}
      {difference && <Difference status={difference} at={edge.knowledge ? besideOf(route.middle) : route.middle} />}
    </g>
  );
}

/** A line with its marks, for what is drawn as an edge and is none of the graph's own. */
export function lineOf({ path, source, target }: EdgeRoute, width: number): JSX.Element {
  return (
    <>
      <path class="cmg-line" d={path} stroke-width={width} />
      {endOf(source, width)}
      {endOf(target, width)}
    </>
  );
}

/** No component of its own: a large graph has many. */
function endOf(end: EdgeEnd, width: number): JSX.Element | null {
  switch (end.mark) {
    case "none":
      return null;
    case "arrow":
      return <path class="cmg-head" d={arrowHead(end, width)} />;
    case "circle": {
      const [x, y] = circleCentre(end);
      return <circle class="cmg-circle" cx={x} cy={y} r={CIRCLE_RADIUS} />;
    }
  }
}

function besideOf([x, y]: readonly [number, number]): readonly [number, number] {
  return [x + 18, y];
}

/** Unlike the round badges it stands on a corner, so that its shape tells it from them. */
function Dispute({ at: [x, y] }: { readonly at: readonly [number, number] }): JSX.Element {
  return (
    <g class="cmg-badge cmg-dispute" transform={`translate(${x} ${y})`}>
      <path class="cmg-corner" d="M0 -10.5L10.5 0L0 10.5L-10.5 0z" />
      <path class="cmg-letter" d="M-3.6 -1.6H3.6M-3.6 1.6H3.6M1.7 -4.2L-1.7 4.2" />
    </g>
  );
}

function Badge({ knowledge, at: [x, y] }: { readonly knowledge: KnowledgeMark; readonly at: readonly [number, number] }): JSX.Element {
  return (
    <g class="cmg-badge" transform={`translate(${x} ${y})`}>
      <circle r={8} />
      {knowledge === "required" ? (
        <path class="cmg-letter" d="M-2.4 3.8v-7.6h3a2.2 2.2 0 0 1 0 4.4h-3M.6.6 3 3.8" />
      ) : (
        <>
          <circle class="cmg-letter" r={3.6} />
          <path class="cmg-letter" d="M-2.5 2.5L2.5 -2.5" />
        </>
      )}
    </g>
  );
}
