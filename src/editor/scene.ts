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
  private readonly nodes = new Map<string, Signal<NodeScene>>();
  private readonly edges = new Map<string, Signal<EdgeScene>>();
  private readonly boxes = new Map<string, Box>();
  private places: Places = NOWHERE;

  constructor(document: GraphDocument) {
    this.document = signal(document);
    this.show(document);
  }

  node(id: string): ReadonlySignal<NodeScene> | undefined {
    return this.nodes.get(id);
  }

  edge(id: string): ReadonlySignal<EdgeScene> | undefined {
    return this.edges.get(id);
  }

  /** The boxes of all nodes, where they are drawn now. */
  get nodeBoxes(): ReadonlyMap<string, Box> {
    return this.boxes;
  }

  /** Routes of all edges, for what surrounds the drawing. */
  routes(): EdgeRoute[] {
    return [...this.edges.values()].map((edge) => edge.peek().route);
  }

  /** The topmost node at a point of the drawing, up to `reach` px outside of it. */
  nodeAt(x: number, y: number, reach: number): string | null {
    let found: string | null = null;
    for (const [id, box] of this.boxes) {
      const inside = Math.abs(x - box.x) <= box.width / 2 + reach && Math.abs(y - box.y) <= box.height / 2 + reach;
      if (inside) found = id;
    }
    return found;
  }

  show(document: GraphDocument): void {
    batch(() => {
      this.document.value = document;
      this.showNodes(document);
      this.showEdges(document, document.edges);
      drop(this.edges, indexOf(document).edges);
      setList(this.edgeIds, document.edges.filter(({ id }) => this.edges.has(id)).map(({ id }) => id));
    });
  }

  /** Draws some nodes elsewhere, for as long as they are dragged. */
  drag(places: Places): void {
    const document = this.document.peek();
    const { nodes, incident } = indexOf(document);
    const touched = new Set([...this.places.keys(), ...places.keys()]);
    this.places = places;
    batch(() => {
      for (const id of touched) {
        const node = nodes.get(id);
        if (node) this.showNode(document, node);
      }
      this.showEdges(document, new Set([...touched].flatMap((id) => incident.get(id) ?? [])));
    });
  }

  /** Ends a drag; edges that ran around the dragged nodes find their way anew. */
  drop(): void {
    this.places = NOWHERE;
    this.show(this.document.peek());
  }

  private showNodes(document: GraphDocument): void {
    const known = indexOf(document).nodes;
    drop(this.nodes, known);
    drop(this.boxes, known);
    for (const node of document.nodes) this.showNode(document, node);
    setList(this.nodeIds, document.nodes.map(({ id }) => id));
  }

  private showNode(document: GraphDocument, node: DocumentNode): void {
    const held = this.nodes.get(node.id);
    const before = held?.peek();
    const same = before?.node.name === node.name && before.node.roles.join() === node.roles.join();
    const shape = same ? before.shape : nodeShape(node.name, node.roles);
    const [x, y] = this.places.get(node.id) ?? [node.x, node.y];
    const description = describeNode(document, node);
    this.boxes.set(node.id, nodeBox(shape, x, y));
    const moved = before?.x !== x || before.y !== y;
    if (same && !moved && before.description === description && before.node === node) return;
    const scene = { node, shape, x, y, description };
    if (held) held.value = scene;
    else this.nodes.set(node.id, signal<NodeScene>(scene));
  }

  private showEdges(document: GraphDocument, changed: Iterable<DocumentEdge>): void {
    const edges = [...changed];
    const widths = edges.map(({ confidence }) => edgeWidth(confidence));
    const ends = edges.map(({ source, target, mark }, place) => ({ source, target, mark, width: widths[place] ?? 1.5 }));
    const routes = routeEdges(this.boxes, ends);
    edges.forEach((edge, place) => {
      const [route, width] = [routes[place], widths[place] ?? 1.5];
      if (!route) return;
      const scene: EdgeScene = { edge, route, width, key: edgeKey(document, edge), description: describeEdge(document, edge) };
      const held = this.edges.get(edge.id);
      if (!held) this.edges.set(edge.id, signal(scene));
      else if (differs(held.peek(), scene)) held.value = scene;
    });
  }
}

function differs(a: EdgeScene, b: EdgeScene): boolean {
  const [from, to] = [a.route, b.route];
  const sameRoute = from.path === to.path && from.middle.join() === to.middle.join() && from.source.tip.join() === to.source.tip.join();
  return !sameRoute || a.edge !== b.edge || a.width !== b.width || a.key !== b.key;
}

function drop(held: Map<string, unknown>, known: ReadonlyMap<string, unknown>): void {
  for (const id of held.keys()) if (!known.has(id)) held.delete(id);
}

function setList(list: Signal<readonly string[]>, ids: readonly string[]): void {
  const before = list.peek();
  if (before.length !== ids.length || before.some((id, place) => id !== ids[place])) list.value = ids;
}
