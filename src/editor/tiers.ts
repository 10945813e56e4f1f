/** Tiers: bands on the canvas, and what puts nodes into them. */
import { indexOf, type GraphDocument, type Tiers } from "../graph/model";
import type { Box } from "../graph/geometry";
import type { Operation } from "../graph/operations";
import type { Editor } from "./editor";
import { counted, nameOf } from "./wording";

const MARGIN = 22;

/** A tier on the canvas, px of the drawing; `rank` counts from 1. */
export interface TierBand {
  readonly rank: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** How the bands lie: one below the other, side by side, or as they come. */
  readonly direction: "rows" | "columns" | "free";
}

/** The bands of the tiers as their nodes stand now. */
export function bandsOf(tiers: Tiers, boxes: ReadonlyMap<string, Box>): readonly TierBand[] {
  const spans = tiers.flatMap((ids, place) => {
    const held = ids.flatMap((id) => boxes.get(id) ?? []);
    if (held.length === 0) return [];
    const left = Math.min(...held.map(({ x, width }) => x - width / 2));
    const right = Math.max(...held.map(({ x, width }) => x + width / 2));
    const top = Math.min(...held.map(({ y, height }) => y - height / 2));
    const bottom = Math.max(...held.map(({ y, height }) => y + height / 2));
    return [{ rank: place + 1, left, right, top, bottom }];
  });
  if (spans.length === 0) return [];
  const all = [...boxes.values()];
  const edge = {
    left: Math.min(...all.map(({ x, width }) => x - width / 2)) - 2 * MARGIN,
    right: Math.max(...all.map(({ x, width }) => x + width / 2)) + 2 * MARGIN,
    top: Math.min(...all.map(({ y, height }) => y - height / 2)) - MARGIN,
    bottom: Math.max(...all.map(({ y, height }) => y + height / 2)) + MARGIN,
  };
  const inOrder = (low: "top" | "left", high: "bottom" | "right"): boolean =>
    spans.every((span, place) => place === 0 || (spans[place - 1]?.[high] ?? -Infinity) <= span[low]);
  const between = (place: number, low: "top" | "left", high: "bottom" | "right"): number => {
    const [before, after] = [spans[place - 1], spans[place]];
    if (!before) return edge[low];
    return after ? (before[high] + after[low]) / 2 : edge[high];
  };
  if (inOrder("top", "bottom")) {
    return spans.map(({ rank }, place) => {
      const [top, bottom] = [between(place, "top", "bottom"), between(place + 1, "top", "bottom")];
      return { rank, left: edge.left, width: edge.right - edge.left, top, height: bottom - top, direction: "rows" };
    });
  }
  if (inOrder("left", "right")) {
    return spans.map(({ rank }, place) => {
      const [left, right] = [between(place, "left", "right"), between(place + 1, "left", "right")];
      return { rank, left, width: right - left, top: edge.top, height: edge.bottom - edge.top, direction: "columns" };
    });
  }
  return spans.map(({ rank, left, right, top, bottom }) => ({
    rank, left: left - MARGIN, top: top - MARGIN, width: right - left + 2 * MARGIN, height: bottom - top + 2 * MARGIN, direction: "free",
  })); // prettier-ignore
}

/** The rank of the band at a point, 0 where none is or where bands overlap. */
export function rankAt(bands: readonly TierBand[], x: number, y: number): number {
  const inside = bands.filter(({ left, top, width, height }) => x >= left && x <= left + width && y >= top && y <= top + height);
  return inside.length === 1 && inside[0]?.direction !== "free" ? (inside[0]?.rank ?? 0) : 0;
}

/** The rank of the tier that holds a node, 0 where none does. */
export function rankOf({ tiers }: GraphDocument, id: string): number {
  return tiers.findIndex((tier) => tier.includes(id)) + 1;
}

/** The tiers with some nodes in another one; rank 0 takes them out, one beyond the last makes a new tier. */
function withRank(tiers: Tiers, ids: ReadonlySet<string>, rank: number): Tiers {
  const kept = tiers.map((tier) => tier.filter((id) => !ids.has(id)));
  if (rank > kept.length) kept.push([]);
  return kept.map((tier, place) => (place === rank - 1 ? [...tier, ...ids] : tier)).filter((tier) => tier.length > 0);
}

/** Puts nodes into a tier, as one step. */
export function setRank(editor: Editor, ids: Iterable<string>, rank: number): boolean {
  const chosen = new Set(ids);
  const { document } = editor;
  const [first] = chosen;
  const who = chosen.size === 1 && first !== undefined ? nameOf(document, first) : counted(chosen.size, "node");
  const words = rank === 0 ? `${who} in no tier` : `${who} in tier ${rank}`;
  return editor.edit([{ op: "set_tiers", tiers: withRank(document.tiers, chosen, rank) }], words);
}

/** The operation that nodes call for which were dropped in another band than they were in; null where none. */
export function joining(editor: Editor, ids: Iterable<string>, bands: readonly TierBand[]): Operation | null {
  const { document, scene } = editor;
  let { tiers } = document;
  for (const id of ids) {
    const box = scene.nodeBoxes.get(id);
    const rank = box ? rankAt(bands, box.x, box.y) : 0;
    if (rank > 0 && rank !== rankOf({ ...document, tiers }, id)) tiers = replaced(tiers, id, rank);
  }
  return tiers === document.tiers ? null : { op: "set_tiers", tiers: tiers.filter((tier) => tier.length > 0) };
}

/** As `withRank`, but ranks stay what they are while more nodes follow. */
function replaced(tiers: Tiers, id: string, rank: number): Tiers {
  return tiers.map((tier, place) => {
    const others = tier.filter((other) => other !== id);
    return place === rank - 1 ? [...others, id] : others;
  });
}

/** Moves a tier before the one that it follows. */
export function raiseTier(editor: Editor, rank: number): boolean {
  const tiers = [...editor.document.tiers];
  const [moved] = tiers.splice(rank - 1, 1);
  if (!moved || rank < 2) return false;
  tiers.splice(rank - 2, 0, moved);
  return editor.edit([{ op: "set_tiers", tiers }], `Tier ${rank} moved before tier ${rank - 1}`);
}

/** Names of the nodes of a tier. */
export function namesIn(document: GraphDocument, tier: readonly string[]): string {
  const { nodes } = indexOf(document);
  return tier.map((id) => nodes.get(id)?.name ?? "").join(", ");
}
