/** The whole editor: toolbar, canvas, panel and status, and the ears of the keyboard. */
import { effect, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { boundingBox } from "../../graph/geometry";
import { indexOf } from "../../graph/model";
import type { Editor } from "../editor";
import { pictureOf } from "../export";
import { handleKey, isForPage } from "../keyboard";
import { PointerControl } from "../pointer";
import { hearKeysFirst } from "../shortcuts";
import { Canvas } from "./canvas";
import { ExperimentStrip } from "../experiments/strip";
import { copyText, cutText, pasteText } from "../clipboard";
import { ContextMenu } from "./context-menu";
import { Connect, Help, NoticeBar } from "./dialogs";
import { Find, Neighbourhood } from "./find";
import { Inspector } from "./inspector";
import { Minimap } from "./minimap";
import { NameField } from "./name-field";
import { Outline } from "./outline";
import { Status } from "./status";
import { Toolbar } from "./toolbar";

const [LEAST_HEIGHT, MOST_HEIGHT] = [300, 560];

export function App({ editor, root }: { readonly editor: Editor; readonly root: HTMLElement }): JSX.Element {
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<SVGSVGElement>(null);
  const isMeasured = useSignal(false);
  useLayoutEffect(() => void (isMeasured.value = true), []);
  useCanvas(editor, stage, canvas, root);
  const height = `${useHeight(editor)}px`;
  const { announcement } = editor.screen;
  return (
    <>
      <Toolbar editor={editor} />
      <div class="cmg-body" style={editor.options.fills ? undefined : { height }}>
        <div class="cmg-stage" ref={stage} onKeyDown={(event) => onCanvasKey(editor, event)} onKeyUp={(event) => releaseSpace(editor, event)}>
          <Canvas editor={editor} canvas={canvas} isMeasured={isMeasured} />
          <Minimap editor={editor} />
          <NameField editor={editor} />
          <Connect editor={editor} />
          <Find editor={editor} />
          <Neighbourhood editor={editor} />
          <Help editor={editor} />
          <ContextMenu editor={editor} />
        </div>
        <Inspector editor={editor} />
      </div>
      <ExperimentStrip editor={editor} />
      <div class="cmg-notices"><NoticeBar editor={editor} /></div>
      <Outline editor={editor} />
      <Status editor={editor} />
      <div class="cmg-live" role="status" aria-live="polite">
        {announcement}
      </div>
    </>
  );
}

/** As tall as the graph was when it was first shown, within limits. */
function useHeight(editor: Editor): number {
  const height = useRef<number | null>(null);
  if (editor.document.nodes.length === 0) return LEAST_HEIGHT;
  height.current ??= boundingBox(editor.scene.nodeBoxes.values(), editor.scene.routes(), 32)[3];
  return Math.max(LEAST_HEIGHT, Math.min(MOST_HEIGHT, height.current));
}

function useCanvas(editor: Editor, stage: RefObject<HTMLDivElement>, canvas: RefObject<SVGSVGElement>, root: HTMLElement): void {
  useLayoutEffect(() => {
    if (!stage.current || !canvas.current) return undefined;
    const [box, svg] = [stage.current, canvas.current];
    const measure = (): void => editor.resized(box.clientWidth, box.clientHeight);
    measure();
    const observer = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(measure);
    observer?.observe(box);
    const detach = new PointerControl(editor, svg).attach();
    editor.takeFocus = () => {
      if (!svg.contains(activeIn(root))) svg.focus({ preventScroll: true });
      setTimeout(() => focusCanvas(editor, svg));
    };
    editor.leave = () => {
      const { activeElement } = root.ownerDocument;
      if (activeElement instanceof HTMLElement || activeElement instanceof SVGElement) activeElement.blur();
    };
    editor.picture = () => {
      const around = boundingBox(editor.scene.nodeBoxes.values(), editor.scene.routes());
      return pictureOf(svg, around, getComputedStyle(box).backgroundColor);
    };
    return () => {
      observer?.disconnect();
      detach();
    };
  }, []);
  useEffect(() => hearKeysFirst(root, (event) => isForPage(event, isTyping(event))), []);
  useEffect(() => hearClipboard(editor, root), []);
  useSignalEffect(() => {
    const { rev, nodes, edges } = editor.scene.document.value;
    root.dataset.rev = String(rev);
    const all = editor.document;
    root.dataset.nodeCount = String(Math.max(nodes.length, all.nodes.length));
    root.dataset.edgeCount = String(Math.max(edges.length, all.edges.length));
    root.dataset.link = editor.options.readOnly ? "stored" : editor.screen.link.value;
    root.dataset.pending = String(editor.screen.waiting.value);
    root.dataset.overlay = editor.reading.overlay.value === null ? "none" : editor.reading.isStale.value ? "stale" : "fresh";
    root.dataset.opinion = editor.evidence.opinion.value === null ? "none" : editor.evidence.isStale.value ? "stale" : "fresh";
  });
  useEffect(() => keepFocus(editor, root), []);
}

/** Where what has the keyboard is about to go, the canvas has it before the next key arrives. */
function keepFocus(editor: Editor, root: HTMLElement): () => void {
  const { scene, screen } = editor;
  return effect(() => {
    const { nodes, edges } = indexOf(scene.document.value);
    const noticed = screen.notice.value !== null;
    const active = activeIn(root);
    if (!(active instanceof HTMLElement || active instanceof SVGElement)) return;
    const { nodeId, edgeId } = active.dataset;
    const deleted = (nodeId !== undefined && !nodes.has(nodeId)) || (edgeId !== undefined && !edges.has(edgeId));
    if (!deleted && (noticed || !active.closest(".cmg-notice"))) return;
    active.blur();
    editor.takeFocus();
  });
}

function activeIn(root: HTMLElement): Element | null {
  const scope = root.getRootNode();
  const active = scope instanceof ShadowRoot || scope instanceof Document ? scope.activeElement : null;
  return root.contains(active) ? active : null;
}

function focusCanvas({ screen }: Editor, svg: SVGSVGElement): void {
  const focus = screen.focus.peek();
  if (screen.naming.peek() || screen.connecting.peek() !== null) return;
  const drawn = focus ? [...svg.querySelectorAll<SVGElement>(`[data-${focus.kind}-id]`)] : [];
  const held = drawn.find(({ dataset }) => (dataset.nodeId ?? dataset.edgeId) === focus?.id);
  (held ?? svg).focus({ preventScroll: true });
}

function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && target.matches("input, select, textarea");
}

/** Copy, cut and paste of what is selected, unless a field has the keyboard. */
function hearClipboard(editor: Editor, root: HTMLElement): () => void {
  const ending = new AbortController();
  const hear = (kind: "copy" | "cut" | "paste", act: (data: DataTransfer) => void): void => {
    root.addEventListener(kind, (event) => {
      const [target] = event.composedPath();
      if (!event.clipboardData || (target instanceof HTMLElement && target.matches("input, select, textarea"))) return;
      event.preventDefault();
      event.stopPropagation();
      act(event.clipboardData);
    }, { signal: ending.signal });
  };
  hear("copy", (data) => data.setData("text/plain", copyText(editor)));
  hear("cut", (data) => data.setData("text/plain", cutText(editor)));
  hear("paste", (data) => pasteText(editor, data.getData("text/plain")));
  return () => ending.abort();
}

function onCanvasKey(editor: Editor, event: KeyboardEvent): void {
  if (event.isComposing || isTyping(event) || event.defaultPrevented) return;
  if (event.key === "Escape" && event.target instanceof Element && event.target.closest(".cmg-sheet, .cmg-connect")) return;
  if (event.target instanceof HTMLButtonElement && (event.key === "Enter" || event.key === " ")) return;
  if (event.key === " ") editor.screen.spacePressed.value = true;
  else if (!handleKey(editor, event)) return;
  event.preventDefault();
}

function releaseSpace(editor: Editor, event: KeyboardEvent): void {
  if (event.key === " ") editor.screen.spacePressed.value = false;
}
