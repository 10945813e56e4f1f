/** Where everything of a panel stands, in px: wide cells for few heads, small ones for many. */

/** Left of the cells, for the numbers of layers; above and below them. */
export const GUTTER = 34;
export const TOP = 14;
export const BOTTOM = 28;
export const RIGHT = 4;
/** Between panels. */
export const GAP = 14;
const [LEAST_CELL, MOST_WIDTH, MOST_HEIGHT] = [4, 46, 26];
/** Panels stand beside each other while their cells are this wide. */
const EASY_CELL = 9;
/** How high the cells of a panel are together, unless they would be too small to hit. */
const HEIGHT = 440;
const LEAST_HEIGHT = 7;
const [ROW_LABEL, COLUMN_LABEL] = [12, 18];
const STRIDES = [1, 2, 4, 5, 10, 20, 50, 100];

export interface Label {
  readonly index: number;
  readonly at: number;
}

export interface Layout {
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Between the colours of two cells. */
  readonly gap: number;
  readonly width: number;
  readonly height: number;
  readonly rowLabels: readonly Label[];
  readonly columnLabels: readonly Label[];
}

export interface Shape {
  readonly layers: number;
  readonly heads: number;
}

export function layoutOf({ layers, heads }: Shape, panels: number, available: number): Layout {
  const columns = columnsOf(heads, panels, available);
  const cellWidth = bounded(LEAST_CELL, widthOf(heads, columns, available), MOST_WIDTH);
  const tall = bounded(LEAST_HEIGHT, HEIGHT / layers, MOST_HEIGHT);
  // Cells lie rather than stand; many layers take no more room than they must.
  const cellHeight = bounded(LEAST_CELL, layers > 64 ? HEIGHT / layers : tall, Math.max(LEAST_HEIGHT, cellWidth * 1.5));
  return {
    columns,
    cellWidth,
    cellHeight,
    gap: Math.min(cellWidth, cellHeight) >= 7 ? 1 : 0.4,
    width: GUTTER + heads * cellWidth + RIGHT,
    height: TOP + layers * cellHeight + BOTTOM,
    rowLabels: labels(layers, cellHeight, ROW_LABEL, TOP),
    columnLabels: labels(heads, cellWidth, COLUMN_LABEL, GUTTER),
  };
}

function columnsOf(heads: number, panels: number, available: number): number {
  for (let columns = panels; columns > 1; columns--) if (widthOf(heads, columns, available) >= EASY_CELL) return columns;
  return 1;
}

/** The width of a cell where so many panels share the room. */
function widthOf(heads: number, columns: number, available: number): number {
  return ((available - GAP * (columns + 1)) / columns - GUTTER - RIGHT) / heads;
}

function bounded(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** As many numbers as stand apart, from 0. */
function labels(count: number, cell: number, room: number, start: number): Label[] {
  const stride = STRIDES.find((each) => each * cell >= room) ?? count;
  const places = Array.from({ length: Math.ceil(count / stride) }, (_, place) => place * stride);
  return places.map((index) => ({ index, at: start + (index + 0.5) * cell }));
}

/** The head at a point of a panel's drawing; the nearest one where `clamped`, else null outside the cells. */
export function headAt(layout: Layout, { layers, heads }: Shape, x: number, y: number, clamped = false): number | null {
  const [layer, head] = [Math.floor((y - TOP) / layout.cellHeight), Math.floor((x - GUTTER) / layout.cellWidth)];
  if (clamped) return bounded(0, layer, layers - 1) * heads + bounded(0, head, heads - 1);
  return layer >= 0 && layer < layers && head >= 0 && head < heads ? layer * heads + head : null;
}

/** Top left corner of a head's cell. */
export function cornerOf(layout: Layout, { heads }: Shape, index: number): readonly [x: number, y: number] {
  return [GUTTER + (index % heads) * layout.cellWidth, TOP + Math.floor(index / heads) * layout.cellHeight];
}

/** A path along the border of a set of heads: between one that is in it and one that is not. */
export function outline(layout: Layout, shape: Shape, heads: ReadonlySet<number>): string {
  const { cellWidth: width, cellHeight: height } = layout;
  const parts: string[] = [];
  for (const index of heads) {
    const [x, y] = cornerOf(layout, shape, index);
    const column = index % shape.heads;
    if (!heads.has(index - shape.heads)) parts.push(`M${round(x)} ${round(y)}h${round(width)}`);
    if (!heads.has(index + shape.heads)) parts.push(`M${round(x)} ${round(y + height)}h${round(width)}`);
    if (column === 0 || !heads.has(index - 1)) parts.push(`M${round(x)} ${round(y)}v${round(height)}`);
    if (column === shape.heads - 1 || !heads.has(index + 1)) parts.push(`M${round(x + width)} ${round(y)}v${round(height)}`);
  }
  return parts.join("");
}

/** Strokes across a head's cell, from its upper right to its lower left. */
export function hatching(layout: Layout, shape: Shape, index: number): string {
  const { cellWidth: width, cellHeight: height } = layout;
  const [x, y] = cornerOf(layout, shape, index);
  const step = bounded(2.5, Math.min(width, height) / 2, 6);
  let strokes = "";
  for (let along = step; along < width + height; along += step) {
    const [right, left] = [Math.min(along, width), Math.max(0, along - height)];
    strokes += `M${round(x + right)} ${round(y + along - right)}L${round(x + left)} ${round(y + along - left)}`;
  }
  return strokes;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
