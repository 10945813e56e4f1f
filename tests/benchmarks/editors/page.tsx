/** Three editors in one page, each with what it needs to show and move the same graph. */
import cytoscape from "cytoscape";
import { createElement, useCallback, useState, type CSSProperties } from "react";
import { createRoot } from "react-dom/client";
import { applyNodeChanges, Handle, MarkerType, Position, ReactFlow, type Node, type NodeChange, type ReactFlowInstance } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { mountEditor } from "../../../src/editor";
import { LocalKernel } from "../../../src/editor/local-kernel";
import { nodeShape } from "../../../src/graph/geometry";
import { layout } from "../../../src/graph/layout";
import type { GraphDocument } from "../../../src/graph/model";

interface Shown {
  /** Zooms by a factor around the middle. */
  readonly zoom: (factor: number) => void;
  /** Where a node is on the page. */
  readonly place: (id: string) => readonly [number, number];
  readonly dispose: () => void;
}

function graph(count: number): GraphDocument {
  let seed = count;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const ids = Array.from({ length: count }, (_, i) => `V${i}`);
  const pairs = new Map<string, [string, string]>();
  while (pairs.size < count) {
    const from = Math.floor(random() * (count - 1));
    const to = Math.min(count - 1, from + 1 + Math.floor(random() * 12));
    pairs.set(`${from} ${to}`, [`V${from}`, `V${to}`]);
  }
  // The first node is a hub, so that a drag moves many edges.
  for (let i = 1; i <= 8; i++) pairs.set(`0 ${i}`, ["V0", `V${i}`]);
  const ends = [...pairs.values()];
  const places = layout(ids.map((id) => ({ id, ...nodeShape(id, []) })), ends);
  return {
    version: 1,
    rev: 1,
    nodes: ids.map((id) => ({ id, name: id, roles: [], x: places.get(id)?.[0] ?? 0, y: places.get(id)?.[1] ?? 0 })),
    edges: ends.map(([source, target], i) => ({ id: `e${i}`, source, target, mark: "->", knowledge: null, confidence: null, bits: null })),
    tiers: [],
  };
}

function ours(host: HTMLElement, document: GraphDocument): Shown {
  const dispose = mountEditor(host, new LocalKernel({ document, onEdit: () => undefined }), { fills: true, local: true });
  const canvas = host.querySelector("svg.cmg-svg")!;
  return {
    zoom: (factor) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      canvas.dispatchEvent(new WheelEvent("wheel", { ctrlKey: true, deltaY: -300 * Math.log(factor), clientX: left + width / 2, clientY: top + height / 2, cancelable: true, bubbles: true }));
    },
    place: (id) => {
      const { left, top, width, height } = host.querySelector(`[data-node-id="${id}"] .cmg-box`)!.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    },
    dispose,
  };
}

function theirsOnCanvas(host: HTMLElement, { nodes, edges }: GraphDocument): Shown {
  const core = cytoscape({
    container: host,
    elements: [
      ...nodes.map(({ id, x, y }) => ({ data: { id, label: id }, position: { x, y } })),
      ...edges.map(({ id, source, target }) => ({ data: { id, source, target } })),
    ],
    layout: { name: "preset", fit: true, padding: 28 },
    style: [
      { selector: "node", style: { label: "data(label)", "text-valign": "center", shape: "round-rectangle", width: 64, height: 30, "background-color": "#fff", "border-width": 1.5, "border-color": "#3b3b3b", "font-size": 13 } },
      { selector: "edge", style: { width: 1.5, "line-color": "#3b3b3b", "target-arrow-color": "#3b3b3b", "target-arrow-shape": "triangle", "curve-style": "bezier" } },
    ],
  });
  return {
    zoom: (factor) => core.zoom({ level: core.zoom() * factor, renderedPosition: { x: host.clientWidth / 2, y: host.clientHeight / 2 } }),
    place: (id) => {
      const { x, y } = core.getElementById(id).renderedPosition();
      const { left, top } = host.getBoundingClientRect();
      return [left + x, top + y];
    },
    dispose: () => core.destroy(),
  };
}

const boxStyle: CSSProperties = { width: 64, height: 30, border: "1.5px solid #3b3b3b", borderRadius: 15, background: "#fff", font: "13px system-ui", display: "grid", placeItems: "center" };

function Box({ data }: { data: { label: string } }) {
  return createElement("div", { style: boxStyle }, createElement(Handle, { type: "target", position: Position.Top }), data.label, createElement(Handle, { type: "source", position: Position.Bottom }));
}
const nodeTypes = { box: Box };

function theirsInReact(host: HTMLElement, document: GraphDocument): Shown {
  let flow: ReactFlowInstance | undefined;
  const initial: Node[] = document.nodes.map(({ id, x, y }) => ({ id, type: "box", position: { x: x - 32, y: y - 15 }, data: { label: id }, width: 64, height: 30 }));
  const edges = document.edges.map(({ id, source, target }) => ({ id, source, target, markerEnd: { type: MarkerType.ArrowClosed } }));
  function Flow() {
    const [nodes, setNodes] = useState(initial);
    const change = useCallback((changes: NodeChange[]) => setNodes((held) => applyNodeChanges(changes, held)), []);
    return createElement(ReactFlow, { nodes, edges, nodeTypes, onNodesChange: change, fitView: true, minZoom: 0.02, onInit: (instance) => (flow = instance as unknown as ReactFlowInstance) });
  }
  const root = createRoot(host);
  root.render(createElement(Flow));
  return {
    zoom: (factor) => void flow?.zoomTo((flow.getZoom() || 1) * factor),
    place: (id) => {
      const { left, top, width, height } = host.querySelector(`.react-flow__node[data-id="${id}"]`)!.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    },
    dispose: () => root.unmount(),
  };
}

const EDITORS = { ours, cytoscape: theirsOnCanvas, "react flow": theirsInReact };
type Name = keyof typeof EDITORS;

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
const task = (): Promise<void> => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => resolve();
  port2.postMessage(null);
});

/** Resolves in the first task after a frame that drew everything: `ready` says whether all of it is there. */
async function painted(ready: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    await frame();
    await task();
    if (ready()) return;
  }
  throw new Error("never painted");
}

function isComplete(name: Name, host: HTMLElement, { nodes, edges }: GraphDocument): boolean {
  if (name === "cytoscape") return host.querySelector("canvas") !== null;
  const [node, edge] = name === "ours" ? ["[data-node-id]", "[data-edge-id] .cmg-line"] : [".react-flow__node", ".react-flow__edge-path"];
  return host.querySelectorAll(node).length === nodes.length && host.querySelectorAll(edge).length === edges.length;
}

const comparison = {
  shown: null as Shown | null,
  graphs: new Map<number, GraphDocument>(),
  /** Milliseconds from nothing to the frame in which the whole graph is seen. */
  async open(name: Name, count: number): Promise<number> {
    const document_ = this.graphs.get(count) ?? graph(count);
    this.graphs.set(count, document_);
    this.shown?.dispose();
    document.body.replaceChildren();
    const host = document.createElement("div");
    host.style.cssText = "position:fixed;inset:0";
    document.body.append(host);
    await frame();
    await task();
    const start = performance.now();
    this.shown = EDITORS[name](host, document_);
    await painted(() => isComplete(name, host, document_));
    return performance.now() - start;
  },
  place(id: string): readonly [number, number] {
    return this.shown!.place(id);
  },
  async zoom(factor: number): Promise<number> {
    const start = performance.now();
    this.shown!.zoom(factor);
    await frame();
    await task();
    return performance.now() - start;
  },
};

declare global {
  interface Window {
    comparison: typeof comparison;
  }
}
window.comparison = comparison;
