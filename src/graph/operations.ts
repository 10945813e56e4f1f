/** Operations on documents: applied as a group or not at all, and undone by their inverse. */
import { OperationError } from "./errors";
import {
  isDirected,
  nameProblem,
  ROLES,
  type DocumentEdge,
  type DocumentNode,
  type GraphDocument,
  type KnowledgeMark,
  type Mark,
  type Role,
  type Tiers,
} from "./model";

export type AddNode = { readonly op: "add_node" } & DocumentNode;
export type SetNode = {
  readonly op: "set_node";
  readonly id: string;
  readonly name?: string;
  readonly roles?: readonly Role[];
};
export type DeleteNode = { readonly op: "delete_node"; readonly id: string };
export type AddEdge = { readonly op: "add_edge" } & DocumentEdge;
export type SetEdge = {
  readonly op: "set_edge";
  readonly id: string;
  readonly mark?: Mark;
  readonly knowledge?: KnowledgeMark | null;
  readonly confidence?: number | null;
  readonly bits?: number | null;
};
export type DeleteEdge = { readonly op: "delete_edge"; readonly id: string };
export type Move = { readonly op: "move"; readonly positions: Readonly<Record<string, readonly [number, number]>> };
export type SetTiers = { readonly op: "set_tiers"; readonly tiers: Tiers };

export type Operation = AddNode | SetNode | DeleteNode | AddEdge | SetEdge | DeleteEdge | Move | SetTiers;
export type Group = readonly Operation[];

/** The document after the whole group; `rev` is left alone. Throws `OperationError`. */
export function applyGroup(document: GraphDocument, group: Group): GraphDocument {
  const draft = new Draft(document);
  for (const operation of group) draft.apply(operation);
  return draft.finish(document);
}

/** The group that undoes `group`, which is one that applies to `document`. */
export function inverse(document: GraphDocument, group: Group): Operation[] {
  const draft = new Draft(document);
  const undo: Operation[][] = [];
  for (const operation of group) {
    undo.push(draft.inverseOf(operation));
    draft.apply(operation);
  }
  return undo.reverse().flat();
}

/** Those operations of the group that apply, one after the other. */
export function applicable(document: GraphDocument, group: Group): Operation[] {
  const draft = new Draft(document);
  return group.filter((operation) => {
    try {
      draft.apply(operation);
      return true;
    } catch (error) {
      if (error instanceof OperationError) return false;
      throw error;
    }
  });
}

class Draft {
  readonly #nodes: Map<string, DocumentNode>;
  readonly #edges: Map<string, DocumentEdge>;
  readonly #ids: Map<string, string>;
  #tiers: Tiers;

  constructor(document: GraphDocument) {
    this.#nodes = new Map(document.nodes.map((node) => [node.id, node]));
    this.#edges = new Map(document.edges.map((edge) => [edge.id, edge]));
    this.#ids = new Map(document.nodes.map((node) => [node.name, node.id]));
    this.#tiers = document.tiers;
  }

  finish(document: GraphDocument): GraphDocument {
    return { ...document, nodes: [...this.#nodes.values()], edges: [...this.#edges.values()], tiers: this.#tiers };
  }

  apply(operation: Operation): void {
    switch (operation.op) {
      case "add_node":
        return this.#addNode(operation);
      case "set_node":
        return this.#setNode(operation);
      case "delete_node":
        return this.#deleteNode(operation.id);
      case "add_edge": {
        const edge = edgeOf(operation);
        if (this.#edges.has(edge.id)) throw new OperationError("duplicate_id", `There is an edge ${edge.id} already.`);
        this.#checkEdge(edge);
        this.#edges.set(edge.id, edge);
        return;
      }
      case "set_edge": {
        const edge = edgeOf({ ...this.#edge(operation.id), ...operation });
        this.#checkEdge(edge);
        this.#edges.set(edge.id, edge);
        return;
      }
      case "delete_edge":
        this.#edges.delete(this.#edge(operation.id).id);
        return;
      case "move":
        for (const id of Object.keys(operation.positions)) this.#node(id);
        for (const [id, [x, y]] of Object.entries(operation.positions)) this.#nodes.set(id, { ...this.#node(id), x, y });
        return;
      case "set_tiers":
        return this.#setTiers(operation.tiers);
    }
  }

  inverseOf(operation: Operation): Operation[] {
    switch (operation.op) {
      case "add_node":
        return [{ op: "delete_node", id: operation.id }];
      case "set_node":
        return [{ ...operation, ...restored(this.#node(operation.id), operation) }];
      case "delete_node":
        return this.#nodeAgain(operation.id);
      case "add_edge":
        return [{ op: "delete_edge", id: operation.id }];
      case "set_edge":
        return [{ ...operation, ...restored(this.#edge(operation.id), operation) }];
      case "delete_edge":
        return [{ op: "add_edge", ...this.#edge(operation.id) }];
      case "move": {
        const places = Object.keys(operation.positions).map((id): [string, [number, number]] => {
          const { x, y } = this.#node(id);
          return [id, [x, y]];
        });
        return [{ op: "move", positions: Object.fromEntries(places) }];
      }
      case "set_tiers":
        return [{ op: "set_tiers", tiers: this.#tiers }];
    }
  }

  #nodeAgain(id: string): Operation[] {
    const edges = [...this.#edges.values()].filter((edge) => edge.source === id || edge.target === id);
    const again: Operation[] = [
      { op: "add_node", ...this.#node(id) },
      ...edges.map((edge): Operation => ({ op: "add_edge", ...edge })),
    ];
    if (this.#tiers.some((tier) => tier.includes(id))) again.push({ op: "set_tiers", tiers: this.#tiers });
    return again;
  }

  #node(id: string): DocumentNode {
    const node = this.#nodes.get(id);
    if (!node) throw new OperationError("unknown_node", `There is no node ${id} any more.`);
    return node;
  }

  #edge(id: string): DocumentEdge {
    const edge = this.#edges.get(id);
    if (!edge) throw new OperationError("unknown_edge", `There is no edge ${id} any more.`);
    return edge;
  }

  #addNode({ id, name, roles, x, y }: AddNode): void {
    if (this.#nodes.has(id)) throw new OperationError("duplicate_id", `There is a node ${id} already.`);
    this.#checkName(name, id);
    this.#nodes.set(id, { id, name, roles: inOrder(roles), x, y });
    this.#ids.set(name, id);
  }

  #setNode({ id, ...changed }: SetNode): void {
    const node = this.#node(id);
    const { name = node.name, roles = node.roles } = changed;
    if (changed.name !== undefined) {
      this.#checkName(name, id);
      this.#ids.delete(node.name);
      this.#ids.set(name, id);
    }
    this.#nodes.set(id, { ...node, name, roles: inOrder(roles) });
  }

  #deleteNode(id: string): void {
    this.#ids.delete(this.#node(id).name);
    this.#nodes.delete(id);
    for (const edge of this.#edges.values()) {
      if (edge.source === id || edge.target === id) this.#edges.delete(edge.id);
    }
    if (this.#tiers.some((tier) => tier.includes(id))) {
      this.#tiers = filled(this.#tiers.map((tier) => tier.filter((other) => other !== id)));
    }
  }

  #setTiers(tiers: Tiers): void {
    const members = tiers.flat();
    for (const id of members) this.#node(id);
    if (new Set(members).size < members.length) throw new OperationError("malformed", "A node stands in one tier only.");
    this.#tiers = filled(tiers);
    for (const edge of this.#edges.values()) if (isDirected(edge)) this.#checkTiers(edge);
  }

  #checkName(name: string, id: string): void {
    const problem = nameProblem(name);
    if (problem) throw new OperationError("malformed", problem);
    const owner = this.#ids.get(name);
    if (owner !== undefined && owner !== id) throw new OperationError("duplicate_node", `There is a node ${name} already.`);
  }

  #checkEdge(edge: DocumentEdge): void {
    const source = this.#node(edge.source).name;
    const target = this.#node(edge.target).name;
    if (edge.source === edge.target) throw new OperationError("self_loop", `${source} cannot point to itself.`);
    if (edge.knowledge && edge.mark !== "->") {
      throw new OperationError("knowledge", `Only a directed edge can be ${edge.knowledge}.`);
    }
    for (const other of this.#edges.values()) {
      if (other.id !== edge.id) checkPair(edge, other, source, target);
    }
    if (!isDirected(edge)) return;
    this.#checkTiers(edge);
    const path = this.#pathBetween(edge.target, edge.source);
    if (path) {
      const names = [edge.source, ...path].map((id) => this.#node(id).name);
      throw new OperationError("cycle", `${source} → ${target} would close a cycle: ${names.join(" → ")}.`, names);
    }
  }

  #checkTiers(edge: DocumentEdge): void {
    const from = this.#tiers.findIndex((tier) => tier.includes(edge.source));
    const to = this.#tiers.findIndex((tier) => tier.includes(edge.target));
    if (from < 0 || to < 0 || from <= to) return;
    const [source, target] = [this.#node(edge.source).name, this.#node(edge.target).name];
    throw new OperationError("knowledge", `${source} → ${target} is against the tiers: ${source} stands in a later one.`);
  }

  /** Ids along a shortest directed path, ends included; edges listed first are tried first. */
  #pathBetween(start: string, end: string): string[] | null {
    const children = new Map<string, string[]>();
    for (const edge of this.#edges.values()) {
      if (!isDirected(edge)) continue;
      const known = children.get(edge.source);
      if (known) known.push(edge.target);
      else children.set(edge.source, [edge.target]);
    }
    return shortestPath(children, start, end);
  }
}

/** Throws an `OperationError` where an edge cannot stand beside another one. */
export function checkPair(edge: DocumentEdge, other: DocumentEdge, source: string, target: string): void {
  const along = other.source === edge.source && other.target === edge.target;
  const against = other.source === edge.target && other.target === edge.source;
  if (!along && !against) return;
  const forbids = edge.knowledge === "forbidden";
  if (forbids || other.knowledge === "forbidden") {
    if (!along || !(forbids || isDirected(edge))) return;
    if (forbids && other.knowledge === "forbidden") {
      throw new OperationError("duplicate_edge", `${source} → ${target} is forbidden already.`);
    }
    if (!forbids) throw new OperationError("knowledge", `${source} → ${target} is forbidden.`);
    if (isDirected(other)) throw new OperationError("knowledge", `${source} → ${target} is drawn, so it cannot be forbidden.`);
    return;
  }
  if (edge.mark === "->" && other.mark === "->" && against) return; // refused as a cycle, with its path
  const mixed = new Set([edge.mark, other.mark]);
  if (mixed.size === 2 && mixed.has("->") && mixed.has("<->")) return;
  throw new OperationError("duplicate_edge", `There is an edge between ${source} and ${target} already.`);
}

function shortestPath(children: ReadonlyMap<string, readonly string[]>, start: string, end: string): string[] | null {
  const cameFrom = new Map<string, string | null>([[start, null]]);
  const queue = [start];
  for (const id of queue) {
    if (id === end) {
      const path: string[] = [];
      for (let at: string | null = end; at !== null; at = cameFrom.get(at) ?? null) path.push(at);
      return path.reverse();
    }
    for (const child of children.get(id) ?? []) {
      if (cameFrom.has(child)) continue;
      cameFrom.set(child, id);
      queue.push(child);
    }
  }
  return null;
}

/** The fields that `operation` sets, as they are in `value` now. */
function restored<Value extends object>(value: Value, operation: object): Partial<Value> {
  const fields = Object.entries(value).filter(([key]) => Object.hasOwn(operation, key));
  return Object.fromEntries(fields) as Partial<Value>;
}

function edgeOf({ id, source, target, mark, knowledge, confidence, bits }: DocumentEdge): DocumentEdge {
  return { id, source, target, mark, knowledge, confidence, bits };
}

function inOrder(roles: readonly Role[]): readonly Role[] {
  return ROLES.filter((role) => roles.includes(role));
}

function filled(tiers: Tiers): Tiers {
  return tiers.filter((tier) => tier.length > 0);
}
