/** Widths of labels in 13 px system-ui, in tenths of a pixel, on the wide side of what systems ship. */

const ASCII_TENTHS =
  "41 52 60 109 83 124 101 36 51 51 65 109 41 47 41 44 83 83 83 83 83 83 83 83 83 83 44 44 109 109 109 69 " +
  "130 89 89 91 100 82 75 101 98 38 38 85 72 112 97 102 78 102 90 83 79 95 89 129 89 79 89 51 44 51 109 65 " +
  "65 80 83 71 83 80 46 83 82 36 36 75 36 127 82 80 83 83 53 68 51 82 77 106 77 77 68 83 44 83 109";
const ASCII = ASCII_TENTHS.split(" ").map(Number);

const ELLIPSIS = "…";

/** First and last code point of a block, and the width of each of its characters. */
const BLOCKS: readonly (readonly [first: number, last: number, tenths: number])[] = [
  [0x00, 0x1f, 0],
  [0x7f, 0x9f, 0],
  [0xa0, 0x24f, 85],
  [0x300, 0x36f, 0],
  [0x370, 0x52f, 90],
  [0x1100, 0x115f, 130],
  [0x1ab0, 0x1aff, 0],
  [0x200b, 0x200f, 0],
  [0x2026, 0x2026, 130],
  [0x20d0, 0x20ff, 0],
  [0x2e80, 0xa4cf, 130],
  [0xac00, 0xd7a3, 130],
  [0xf900, 0xfaff, 130],
  [0xfe00, 0xfe0f, 0],
  [0xfe30, 0xfe6f, 130],
  [0xff00, 0xff60, 130],
  [0x1f000, 0x3ffff, 160],
];
const OTHER_TENTHS = 100;

function characterTenths(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  const ascii = ASCII[code - 32];
  if (ascii !== undefined) return ascii;
  for (const [first, last, tenths] of BLOCKS) if (code >= first && code <= last) return tenths;
  return OTHER_TENTHS;
}

/** Width of a label in pixels, a multiple of 0.1. */
export function labelWidth(text: string): number {
  let tenths = 0;
  for (const character of text) tenths += characterTenths(character);
  return tenths / 10;
}

/** The label itself where it fits into `available` pixels, else its longest beginning and an ellipsis. */
export function fitLabel(text: string, available: number): string {
  if (labelWidth(text) <= available) return text;
  const budget = available * 10 - characterTenths(ELLIPSIS);
  let tenths = 0;
  let kept = "";
  for (const character of text) {
    tenths += characterTenths(character);
    if (tenths > budget) break;
    kept += character;
  }
  return kept.replace(/ +$/, "") + ELLIPSIS;
}
