/** The line below the canvas: what can be done here, and whether the kernel has it. */
import type { JSX } from "preact";
import { indexOf } from "../../graph/model";
import { MOST_NODES, type Editor } from "../editor";
import { handOver } from "../handover";
import { counted, edgeLabel, LEAST_BITS, nameOf, priceOf } from "../wording";
import { isViewing, ViewBar } from "./graph-view";

interface Props {
  readonly editor: Editor;
}

export function Status({ editor }: Props): JSX.Element {
  return (
    <div class="cmg-status">
      {isViewing(editor) ? <ViewBar editor={editor} /> : <span class="cmg-advice">{advice(editor)}</span>}
      <Verdict editor={editor} />
      <LinkState editor={editor} />
    </div>
  );
}

/** What the last edit did to the code of the data. */
function Verdict({ editor }: Props): JSX.Element | null {
  const { lastEdit, isStale } = editor.reading;
  const shown = lastEdit.shown.value;
  const change = shown && !shown.waiting ? shown.change.bits : null;
  if (change === null || Math.abs(change) < LEAST_BITS || isStale.value) return null;
  return <span class={change < 0 ? "cmg-yes" : "cmg-no"}>{`last edit ${priceOf(change)}`}</span>;
}

function advice(editor: Editor): string {
  const { screen, scene } = editor;
  const document = scene.document.value;
  const { nodes, edges } = screen.selection.value;
  if (editor.isTooLarge) return `More than ${MOST_NODES} nodes: shown, not edited`;
  if (screen.readOnly.value) return "read-only";
  if (screen.isFar.value) return "names return when you zoom in (Ctrl+wheel)";
  if (screen.mode.value === "node") return "click the canvas to add a node · Esc ends";
  if (screen.mode.value === "edge") return "drag from node to node · Esc ends";
  if (screen.mode.value === "several") return `${counted(nodes.size, "node")} selected · click or tap adds, a drag takes a box · Esc ends`;
  const [node] = nodes;
  const [edge] = edges;
  if (nodes.size > 1) return `${counted(nodes.size, "node")} selected · drag to move · Del`;
  if (node !== undefined) return `${nameOf(document, node)} selected · drag a ring dot or press E to connect · F2 rename · Del`;
  const chosen = edge === undefined ? undefined : indexOf(document).edges.get(edge);
  if (chosen) return `${edgeLabel(document, chosen)} selected · R reverse · T type · K knowledge · Del`;
  return document.nodes.length === 0 ? "double-click the canvas, or press N, for the first node" : "double-click for a node · ? for the keys";
}

function fileState({ screen, isTooLarge }: Editor): string {
  return screen.readOnly.value && !isTooLarge ? "the text cannot be read" : "in step with the text";
}

function LinkState({ editor }: Props): JSX.Element {
  const { screen, scene } = editor;
  const link = screen.link.value;
  const { rev } = scene.document.value;
  const waiting = screen.waiting.value;
  if (editor.options.readOnly) return <span class="cmg-link-state">stored graph · run the cell to edit</span>;
  const words = {
    saved: editor.options.local ? fileState(editor) : `rev ${rev} · saved to kernel`,
    sending: `rev ${rev} · sending`,
    busy: `kernel busy, ${counted(waiting, "edit")} queued`,
    disconnected: waiting > 0 ? `disconnected · ${counted(waiting, "edit")} kept` : "disconnected",
  }[link];
  return (
    <span class={`cmg-link-state is-${link}`} data-link={link}>
      {words}
      {link === "disconnected" && waiting > 0 && (
        <button type="button" class="cmg-link" onClick={() => handOver(editor)}>
          send to the new kernel
        </button>
      )}
      <span class="cmg-lamp" aria-hidden="true" />
    </span>
  );
}
