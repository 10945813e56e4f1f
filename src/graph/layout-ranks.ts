/**
 * Ranks of a layered drawing: cycles are broken, and every arc points at least one rank down.
 *
 * Network simplex after Gansner, Koutsofios, North & Vo (1993), "A technique for drawing directed
 * graphs", sections 2.3 and 2.4: the sum of the arcs' lengths is as small as it can be.
 */

import { at } from "./indexing";

/** Tail and head by index. */
export type Arc = readonly [tail: number, head: number];

/** Pivots times nodes after which ranks are good enough. */
const WORK = 1_000_000;

/** Neighbours by index; `arcs` may hold any index below `count`. */
function adjacency(count: number, arcs: readonly Arc[]): { out: number[][]; into: number[][] } {
  const out: number[][] = Array.from({ length: count }, () => []);
  const into: number[][] = Array.from({ length: count }, () => []);
  for (const [tail, head] of arcs) {
    at(out, tail).push(head);
    at(into, head).push(tail);
  }
  return { out, into };
}

/** Members of each connected component, ascending, in the order of their first members. */
export function components(count: number, arcs: readonly Arc[]): number[][] {
  const { out, into } = adjacency(count, arcs);
  const seen = new Uint8Array(count);
  const found: number[][] = [];
  for (let root = 0; root < count; root++) {
    if (seen[root]) continue;
    seen[root] = 1;
    const members = [root];
    for (let next = 0; next < members.length; next++) {
      const node = at(members, next);
      for (const list of [at(out, node), at(into, node)])
        for (const other of list)
          if (!seen[other]) {
            seen[other] = 1;
            members.push(other);
          }
    }
    found.push(members.sort((a, b) => a - b));
  }
  return found;
}

/** The arcs with those that close a cycle, found by depth-first search from the roots, turned round. */
export function withoutCycles(count: number, arcs: readonly Arc[]): Arc[] {
  const outgoing: number[][] = Array.from({ length: count }, () => []);
  const indegree = new Array<number>(count).fill(0);
  arcs.forEach(([tail, head], index) => {
    at(outgoing, tail).push(index);
    indegree[head] = at(indegree, head) + 1;
  });
  const result = arcs.slice();
  const state = new Uint8Array(count);
  const order = Array.from({ length: count }, (_, node) => node);
  const roots = [...order.filter((node) => indegree[node] === 0), ...order];
  for (const root of roots) {
    if (state[root]) continue;
    const path = [root];
    const cursor = [0];
    state[root] = 1;
    while (path.length > 0) {
      const depth = path.length - 1;
      const node = at(path, depth);
      const next = at(cursor, depth);
      const index = at(outgoing, node)[next];
      cursor[depth] = next + 1;
      if (index === undefined) {
        state[node] = 2;
        path.pop();
        cursor.pop();
        continue;
      }
      const head = at(arcs, index)[1];
      if (state[head] === 1) result[index] = [head, node];
      else if (state[head] === 0) {
        state[head] = 1;
        path.push(head);
        cursor.push(0);
      }
    }
  }
  return result;
}

/** Nodes so that every arc of an acyclic graph points forward. */
export function topologicalOrder(count: number, arcs: readonly Arc[]): number[] {
  const { out, into } = adjacency(count, arcs);
  const missing = into.map((list) => list.length);
  const order: number[] = [];
  for (let node = 0; node < count; node++) if (missing[node] === 0) order.push(node);
  for (let next = 0; next < order.length; next++)
    for (const head of at(out, at(order, next))) {
      missing[head] = at(missing, head) - 1;
      if (missing[head] === 0) order.push(head);
    }
  return order;
}

function longestPathRanks(count: number, arcs: readonly Arc[]): number[] {
  const { out } = adjacency(count, arcs);
  const ranks = new Array<number>(count).fill(0);
  for (const node of topologicalOrder(count, arcs))
    for (const head of at(out, node)) ranks[head] = Math.max(at(ranks, head), at(ranks, node) + 1);
  return ranks;
}

/**
 * Ranks from 0 of a graph whose `arcs` are acyclic. `soft` arcs rank nothing; parts that only they
 * join are shifted so that the soft arcs stay short.
 */
export function rankNodes(count: number, arcs: readonly Arc[], soft: readonly Arc[]): number[] {
  const ranks = longestPathRanks(count, arcs);
  const parts = components(count, arcs);
  const part = new Array<number>(count).fill(0);
  const place = new Array<number>(count).fill(0);
  parts.forEach((members, index) =>
    members.forEach((node, position) => {
      part[node] = index;
      place[node] = position;
    }),
  );
  const inner: Arc[][] = parts.map(() => []);
  for (const [tail, head] of arcs) at(inner, at(part, tail)).push([at(place, tail), at(place, head)]);
  parts.forEach((members, index) => {
    if (members.length < 3) return;
    const tightened = new NetworkSimplex(members.map((node) => at(ranks, node)), at(inner, index)).run();
    members.forEach((node, position) => (ranks[node] = at(tightened, position)));
  });
  alignParts(ranks, parts, part, soft);
  const least = ranks.reduce((a, b) => Math.min(a, b), Infinity);
  return ranks.map((rank) => rank - least);
}

function alignParts(ranks: number[], parts: readonly number[][], part: readonly number[], soft: readonly Arc[]): void {
  if (parts.length < 2 || soft.length === 0) return;
  const placed = new Uint8Array(parts.length);
  const order = parts.map((_, index) => index);
  order.sort((a, b) => at(parts, b).length - at(parts, a).length || a - b);
  placed[at(order, 0)] = 1;
  for (const index of order) {
    if (placed[index]) continue;
    const shifts: number[] = [];
    for (const [a, b] of soft) {
      if (part[a] === index && placed[at(part, b)]) shifts.push(at(ranks, b) - at(ranks, a));
      if (part[b] === index && placed[at(part, a)]) shifts.push(at(ranks, a) - at(ranks, b));
    }
    shifts.sort((a, b) => a - b);
    const shift = shifts[shifts.length >> 1] ?? 0;
    for (const node of at(parts, index)) ranks[node] = at(ranks, node) + shift;
    placed[index] = 1;
  }
}

/** A spanning tree of tight arcs, improved arc by arc. The graph is connected. */
class NetworkSimplex {
  private readonly incident: number[][];
  private readonly inTree: boolean[];
  private readonly cut: number[];
  private readonly parentArc: number[];
  private readonly low: number[];
  private readonly limit: number[];

  constructor(
    private readonly ranks: number[],
    private readonly arcs: readonly Arc[],
  ) {
    this.incident = ranks.map(() => []);
    arcs.forEach(([tail, head], index) => {
      at(this.incident, tail).push(index);
      at(this.incident, head).push(index);
    });
    this.inTree = arcs.map(() => false);
    this.cut = arcs.map(() => 0);
    this.parentArc = ranks.map(() => -1);
    this.low = ranks.map(() => 0);
    this.limit = ranks.map(() => 0);
  }

  run(): number[] {
    this.growTightTree();
    this.number(0, -1, 0);
    this.initialCuts();
    const count = this.ranks.length;
    for (let pivots = Math.min(4 * count + 50, Math.floor(WORK / count)); pivots > 0; pivots--) {
      const leaving = this.leavingArc();
      if (leaving < 0) break;
      this.exchange(leaving, this.enteringArc(leaving));
    }
    return this.ranks;
  }

  private slack(arc: number): number {
    const [tail, head] = at(this.arcs, arc);
    return at(this.ranks, head) - at(this.ranks, tail) - 1;
  }

  private other(arc: number, node: number): number {
    const [tail, head] = at(this.arcs, arc);
    return tail === node ? head : tail;
  }

  private growTightTree(): void {
    const reached = this.ranks.map(() => false);
    const tree: number[] = [];
    const grow = (root: number): void => {
      reached[root] = true;
      let next = tree.push(root) - 1;
      for (; next < tree.length; next++) {
        const node = at(tree, next);
        for (const arc of at(this.incident, node)) {
          const other = this.other(arc, node);
          if (reached[other] || this.slack(arc) !== 0) continue;
          this.inTree[arc] = true;
          reached[other] = true;
          tree.push(other);
        }
      }
    };
    grow(0);
    while (tree.length < this.ranks.length) {
      let nearest = -1;
      this.arcs.forEach(([tail, head], arc) => {
        if (reached[tail] !== reached[head] && (nearest < 0 || this.slack(arc) < this.slack(nearest))) nearest = arc;
      });
      const [tail, head] = at(this.arcs, nearest);
      const shift = reached[tail] ? this.slack(nearest) : -this.slack(nearest);
      for (const node of tree) this.ranks[node] = at(this.ranks, node) + shift;
      this.inTree[nearest] = true;
      grow(reached[tail] ? head : tail);
    }
  }

  /** Postorder numbers of the tree below `root`, from `first` on. */
  private number(root: number, parentArc: number, first: number): void {
    let next = first;
    const path = [root];
    const cursor = [0];
    this.parentArc[root] = parentArc;
    this.low[root] = next;
    while (path.length > 0) {
      const depth = path.length - 1;
      const node = at(path, depth);
      const step = at(cursor, depth);
      const arc = at(this.incident, node)[step];
      cursor[depth] = step + 1;
      if (arc === undefined) {
        this.limit[node] = next++;
        path.pop();
        cursor.pop();
      } else if (this.inTree[arc] && arc !== this.parentArc[node]) {
        const child = this.other(arc, node);
        this.parentArc[child] = arc;
        this.low[child] = next;
        path.push(child);
        cursor.push(0);
      }
    }
  }

  private initialCuts(): void {
    const order = this.ranks.map((_, node) => node).sort((a, b) => at(this.limit, a) - at(this.limit, b));
    for (const node of order) {
      const own = at(this.parentArc, node);
      if (own < 0) continue;
      const childIsTail = at(this.arcs, own)[0] === node;
      let cut = 1;
      for (const arc of at(this.incident, node)) {
        if (arc === own) continue;
        const sign = (at(this.arcs, arc)[0] === node) === childIsTail ? 1 : -1;
        cut += sign;
        if (this.inTree[arc]) cut -= sign * at(this.cut, arc);
      }
      this.cut[own] = cut;
    }
  }

  /** The first of the tree arcs with the most negative cut value; -1 without one. */
  private leavingArc(): number {
    let leaving = -1;
    let least = 0;
    this.cut.forEach((cut, arc) => {
      if (cut < least) [leaving, least] = [arc, cut];
    });
    return leaving;
  }

  private below(node: number, root: number): boolean {
    return at(this.low, root) <= at(this.limit, node) && at(this.limit, node) <= at(this.limit, root);
  }

  /** The tail of a tree arc if it is the lower end in the tree, else its head. */
  private lowerEnd(arc: number): number {
    const [tail, head] = at(this.arcs, arc);
    return at(this.limit, tail) < at(this.limit, head) ? tail : head;
  }

  private enteringArc(leaving: number): number {
    const root = this.lowerEnd(leaving);
    const rootIsTail = root === at(this.arcs, leaving)[0];
    let entering = -1;
    this.arcs.forEach(([tail, head], arc) => {
      if (this.below(tail, root) === rootIsTail || this.below(head, root) !== rootIsTail) return;
      if (entering < 0 || this.slack(arc) < this.slack(entering)) entering = arc;
    });
    return entering;
  }

  private exchange(leaving: number, entering: number): void {
    const root = this.lowerEnd(leaving);
    const shift = this.slack(entering) * (root === at(this.arcs, leaving)[0] ? -1 : 1);
    for (let node = 0; node < this.ranks.length; node++)
      if (this.below(node, root)) this.ranks[node] = at(this.ranks, node) + shift;
    const cut = at(this.cut, leaving);
    const [tail, head] = at(this.arcs, entering);
    const ancestor = this.climb(tail, head, cut, true);
    this.climb(head, tail, cut, false);
    this.cut[entering] = -cut;
    this.cut[leaving] = 0;
    this.inTree[entering] = true;
    this.inTree[leaving] = false;
    this.number(ancestor, at(this.parentArc, ancestor), at(this.low, ancestor));
  }

  /** Adds `cut` to the tree arcs from `node` up to its first ancestor that is also one of `other`. */
  private climb(node: number, other: number, cut: number, upward: boolean): number {
    let current = node;
    while (!this.below(other, current)) {
      const arc = at(this.parentArc, current);
      const sign = (at(this.arcs, arc)[0] === current) === upward ? 1 : -1;
      this.cut[arc] = at(this.cut, arc) + sign * cut;
      current = this.other(arc, current);
    }
    return current;
  }
}
