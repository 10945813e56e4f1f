/** One node: its box, its roles, its name, and the ring that edges are drawn from. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { NodeShape } from "../../graph/geometry";
import type { Role } from "../../graph/model";
import type { Editor } from "../editor";

const RING_GAP = 4;
/** The ring can be grabbed on a band of this width around the node. */
const RING_BAND = 12;
const DOT = 5;
/** What is said of a node whose mechanism is another one in the regime that is shown. */
export const CHANGED = "mechanism changed";
const CHANGE_GAP = 3;

/** The role that gives the colour where roles combine. */
const TONES: readonly Role[] = ["exposure", "outcome", "selection", "adjusted"];

export function toneOf(roles: readonly Role[]): Role | "plain" {
  return TONES.find((role) => roles.includes(role)) ?? "plain";
}

interface Props {
  readonly editor: Editor;
  readonly id: string;
}

export function NodeView({ editor, id }: Props): JSX.Element | null {
  const { screen } = editor;
  const scene = editor.scene.node(id)?.value;
  const state = useComputed(() => stateOf(editor, id)).value;
  if (!scene) return null;
  const { node, shape, x, y, description } = scene;
  const selected = state.includes("is-selected");
  const far = screen.isFar.value;
  const latent = node.roles.includes("latent");
  const changed = state.includes("has-changed");
  return (
    <g
      class={`cmg-node cmg-tone-${toneOf(node.roles)}${latent ? " is-latent" : ""} ${state}`}
      transform={`translate(${x} ${y})`}
      data-node-id={id}
      data-node-name={node.name}
      role="button"
      aria-label={changed ? `${description}; ${CHANGED}` : description}
      aria-pressed={selected}
      tabindex={state.includes("is-tab-stop") ? 0 : -1}
    >
      {shape.label !== node.name && <title>{node.name}</title>}
      {!far && outline(shape, RING_GAP + shape.ring, { class: "cmg-grab", "data-ring": "", "stroke-width": RING_BAND })}
      {selected && outline(shape, RING_GAP + shape.ring, { class: "cmg-halo" })}
      {changed && outline(shape, shape.ring + CHANGE_GAP, { class: "cmg-change" })}
      {shape.ring > 0 && outline(shape, shape.ring, { class: "cmg-second" })}
      {outline(shape, 0, { class: "cmg-box" })}
      {!far && shape.glyphs.map(([role, left]) => glyph(role, left))}
      {!far && <text class="cmg-label" x={shape.labelX} y={0}>{shape.label}</text>}
      {changed && !far && <ChangeSign shape={shape} />}
      {!far && state.includes("has-handles") && <Dots shape={shape} />}
    </g>
  );
}

/** Everything about the node that this screen alone knows, as class names. */
function stateOf(editor: Editor, id: string): string {
  const { screen } = editor;
  const drag = screen.drag.value;
  const words = [];
  const selected = screen.selection.value.nodes.has(id);
  const hovered = screen.hover.value === id && drag === null;
  if (selected) words.push("is-selected");
  if ((selected || hovered) && !screen.readOnly.value) words.push("has-handles");
  if (editor.reading.regime.value?.changed.has(id)) words.push("has-changed");
  if (isTabStop(editor, id)) words.push("is-tab-stop");
  if (screen.flash.value?.nodes.has(id)) words.push("is-flashing");
  if (drag?.kind === "move" && drag.ids.includes(id)) words.push("is-dragged");
  if (drag?.kind === "edge" && id !== drag.source) {
    if (drag.invalid.has(id)) words.push("is-invalid");
    if (drag.target === id) words.push("is-target");
  }
  return words.join(" ");
}

/** One thing on the canvas is reached by Tab: what had the keyboard last, else the first node. */
function isTabStop({ screen, scene }: Editor, id: string): boolean {
  const focus = screen.focus.value;
  return focus === null ? scene.nodeIds.value[0] === id : focus.kind === "node" && focus.id === id;
}

/** The shape of a node, `by` px further out. No component of its own: a large graph has many. */
function outline({ width, height, radius }: NodeShape, by: number, rest: JSX.SVGAttributes<SVGRectElement> & { "data-ring"?: string }): JSX.Element {
  return <rect x={-width / 2 - by} y={-height / 2 - by} width={width + 2 * by} height={height + 2 * by} rx={radius + by} {...rest} />;
}

/** Colour is never alone: each role has a sign of its own. U, S and F are drawn, so that they are no part of the name. */
function glyph(role: Role, x: number): JSX.Element {
  const held = { key: role, class: `cmg-glyph cmg-glyph-${role}` };
  switch (role) {
    case "exposure":
      return <path {...held} d={`M${x - 4} -4.5L${x + 4.5} 0L${x - 4} 4.5Z`} />;
    case "outcome":
      return <rect {...held} x={x - 1.5} y={-6} width={3} height={12} />;
    case "adjusted":
      return <rect {...held} x={x - 4} y={-4} width={8} height={8} />;
    case "latent":
      return <path {...held} d={`M${x - 3} -4.2v4.6a3 3.4 0 0 0 6 0v-4.6`} />;
    case "selection":
      return <path {...held} d={`M${x + 2.8} -2.9c-1-2-5.4-1.8-5.4.6 0 2.6 5.6 1.6 5.6 4.4 0 2.6-5 2.7-6 .3`} />;
    case "functional":
      return <path {...held} d={`M${x - 2.4} 4.4v-8.4h5.2M${x - 2.4} 0h4.2`} />;
  }
}

/** Δ, drawn, at the right end of the node, where few edges arrive. */
function ChangeSign({ shape: { width, ring } }: { readonly shape: NodeShape }): JSX.Element {
  return (
    <g class="cmg-change-sign" transform={`translate(${width / 2 + ring + CHANGE_GAP} 0)`}>
      <circle r={8} />
      <path d="M-4 3.2H4L0 -4z" />
      <title>{CHANGED}</title>
    </g>
  );
}

function Dots({ shape: { width, height, ring } }: { readonly shape: NodeShape }): JSX.Element {
  const [right, bottom] = [width / 2 + RING_GAP + ring, height / 2 + RING_GAP + ring];
  const places = [
    [0, -bottom],
    [right, 0],
    [0, bottom],
    [-right, 0],
  ] as const;
  return (
    <g class="cmg-dots" data-ring="">
      {places.map(([x, y]) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r={DOT} />
      ))}
    </g>
  );
}
