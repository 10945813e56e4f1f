/** What is drawn of a document: one signal for each node and edge, so that a change touches little. */
import { batch, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { edgeWidth, nodeBox, nodeShape, routeEdges, type Box, type EdgeRoute, type NodeShape } from "../graph/geometry";
import { indexOf, type DocumentEdge, type DocumentNode, type GraphDocument } from "../graph/model";
import { describeEdge, describeNode, edgeKey } from "./wording";

export interface NodeScene {
  readonly node: DocumentNode;
  readonly shape: NodeShape;
  readonly x: number;
  readonly y: number;
  readonly description: string;
}

export interface EdgeScene {
  readonly edge: DocumentEdge;
  readonly route: EdgeRoute;
  readonly width: number;
  /** Both names with the mark between them. */
  readonly key: string;
  readonly description: string;
}

/** Centres that differ from the document's while a drag is going on. */
export type Places = ReadonlyMap<string, readonly [number, number]>;

const NOWHERE: Places = new Map();

export class Scene {
  readonly document: Signal<GraphDocument>;
  readonly nodeIds = signal<readonly string[]>([]);
  readonly edgeIds = signal<readonly string[]>([]);
  readonly #nodes = new Map<string, Signal<NodeScene>>();
  readonly #edges = new Map<string, Signal<EdgeScene>>();
  readonly #boxes = new Map<string, Box>();
  #places: Places = NOWHERE;

  constructor(document: GraphDocument) {
    this.document = signal(document);
    this.show(document);
  }

  node(id: string): ReadonlySignal<NodeScene> | undefined {
    return this.#nodes.get(id);
  }

  edge(id: string): ReadonlySignal<EdgeScene> | undefined {
    return this.#edges.get(id);
  }

  /** The boxes of all nodes, where they are drawn now. */
  get nodeBoxes(): ReadonlyMap<string, Box> {
    return this.#boxes;
  }

  /** Routes of all edges, for what surrounds the drawing. */
  routes(): EdgeRoute[] {
    return [...this.#edges.values()].map((edge) => edge.peek().route);
  }

  /** The topmost node at a point of the drawing, up to `reach` px outside of it. */
  nodeAt(x: number, y: number, reach: number, aside = reach): string | null {
    let found: string | null = null;
    for (const [id, box] of this.#boxes) {
      const inside = Math.abs(x - box.x) <= box.width / 2 + aside && Math.abs(y - box.y) <= box.height / 2 + reach;
      if (inside) found = id;
    }
    return found;
  }

  show(document: GraphDocument): void {
    const before = this.document.peek();
    batch(() => {
      this.document.value = document;
      const moved = this.#showNodes(document);
      this.#showEdges(document, moved ? document.edges : changedEdges(before, document));
      drop(this.#edges, indexOf(document).edges);
      setList(this.edgeIds, document.edges.filter(({ id }) => this.#edges.has(id)).map(({ id }) => id));
    });
  }

  /** Draws some nodes elsewhere, for as long as they are dragged. */
  drag(places: Places): void {
    const document = this.document.peek();
    const { nodes, incident } = indexOf(document);
    const touched = new Set([...this.#places.keys(), ...places.keys()]);
    this.#places = places;
    batch(() => {
      for (const id of touched) {
        const node = nodes.get(id);
        if (node) this.#showNode(document, node);
      }
      this.#showEdges(document, new Set([...touched].flatMap((id) => incident.get(id) ?? [])));
    });
  }

  /** Ends a drag; edges that ran around the dragged nodes find their way anew. */
  drop(): void {
    if (this.#places.size === 0) return;
    this.#places = NOWHERE;
    const document = this.document.peek();
    batch(() => {
      this.#showNodes(document);
      this.#showEdges(document, document.edges);
    });
  }

  /** Returns whether any box is new, gone or elsewhere, so that edges may have to run otherwise. */
  #showNodes(document: GraphDocument): boolean {
    const known = indexOf(document).nodes;
    let moved = drop(this.#boxes, known);
    drop(this.#nodes, known);
    for (const node of document.nodes) moved = this.#showNode(document, node) || moved;
    setList(this.nodeIds, document.nodes.map(({ id }) => id));
    return moved;
  }

  #showNode(document: GraphDocument, node: DocumentNode): boolean {
    const held = this.#nodes.get(node.id);
    const before = held?.peek();
    const same = before?.node.name === node.name && before.node.roles.join() === node.roles.join();
    const shape = same ? before.shape : nodeShape(node.name, node.roles);
    const [x, y] = this.#places.get(node.id) ?? [node.x, node.y];
    const description = describeNode(document, node);
    const moved = !same || before.x !== x || before.y !== y;
    if (moved) this.#boxes.set(node.id, nodeBox(shape, x, y));
    else if (before.description === description && before.node === node) return false;
    const scene = { node, shape, x, y, description };
    if (held) held.value = scene;
    else this.#nodes.set(node.id, signal<NodeScene>(scene));
    return moved;
  }

  #showEdges(document: GraphDocument, changed: Iterable<DocumentEdge>): void {
    const edges = [...changed];
    const widths = edges.map(({ confidence }) => edgeWidth(confidence));
    const ends = edges.map(({ source, target, mark }, place) => ({ source, target, mark, width: widths[place] ?? 1.5 }));
    const routes = routeEdges(this.#boxes, ends);
    edges.forEach((edge, place) => {
      const [route, width] = [routes[place], widths[place] ?? 1.5];
      if (!route) return;
      const scene: EdgeScene = { edge, route, width, key: edgeKey(document, edge), description: describeEdge(document, edge) };
      const held = this.#edges.get(edge.id);
      if (!held) this.#edges.set(edge.id, signal(scene));
      else if (differs(held.peek(), scene)) held.value = scene;
    });
  }
}

function differs(a: EdgeScene, b: EdgeScene): boolean {
  const [from, to] = [a.route, b.route];
  const sameRoute = from.path === to.path && from.middle.join() === to.middle.join() && from.source.tip.join() === to.source.tip.join();
  return !sameRoute || a.edge !== b.edge || a.width !== b.width || a.key !== b.key;
}

/** Edges that are new or changed, and all others between the same nodes as a changed or missing one. */
function changedEdges(before: GraphDocument, after: GraphDocument): readonly DocumentEdge[] {
  const [was, is] = [indexOf(before).edges, indexOf(after).edges];
  const pair = ({ source, target }: DocumentEdge): string => (source < target ? `${source} ${target}` : `${target} ${source}`);
  const pairs = new Set([
    ...before.edges.filter(({ id }) => !is.has(id)).map(pair),
    ...after.edges.filter((edge) => was.get(edge.id) !== edge).map(pair),
  ]);
  return pairs.size === 0 ? [] : after.edges.filter((edge) => pairs.has(pair(edge)));
}

/** Returns whether any was dropped. */
function drop(held: Map<string, unknown>, known: ReadonlyMap<string, unknown>): boolean {
  const gone = [...held.keys()].filter((id) => !known.has(id));
  for (const id of gone) held.delete(id);
  return gone.length > 0;
}

function setList(list: Signal<readonly string[]>, ids: readonly string[]): void {
  const before = list.peek();
  if (before.length !== ids.length || before.some((id, place) => id !== ids[place])) list.value = ids;
}
