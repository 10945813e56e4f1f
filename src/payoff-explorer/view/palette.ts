/** The colours of the style sheet, for what is painted pixel by pixel. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

export type Colour = readonly [red: number, green: number, blue: number];

export interface Palette {
  readonly treat: Colour;
  readonly undecided: Colour;
  readonly refuse: Colour;
}

const FALLBACK: Palette = { treat: [0, 114, 178], undecided: [118, 118, 118], refuse: [192, 79, 0] };

/** The palette of the view around an element, as its theme is now. */
export function usePalette(place: RefObject<HTMLElement>): Palette {
  const palette = useSignal(FALLBACK);
  useLayoutEffect(() => {
    const root = place.current?.closest<HTMLElement>(".cmx");
    if (!root) return undefined;
    const read = (): void => void (palette.value = paletteOf(root));
    read();
    const observer = new MutationObserver(read);
    observer.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    return () => observer.disconnect();
  }, []);
  return palette.value;
}

function paletteOf(root: HTMLElement): Palette {
  const style = getComputedStyle(root);
  const read = (name: keyof Palette): Colour => hexColour(style.getPropertyValue(`--cmx-${name}`)) ?? FALLBACK[name];
  return { treat: read("treat"), undecided: read("undecided"), refuse: read("refuse") };
}

function hexColour(text: string): Colour | null {
  const found = /^\s*#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\s*$/i.exec(text);
  if (!found) return null;
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((digits) => parseInt(digits, 16));
  return [red, green, blue];
}

export const css = ([red, green, blue]: Colour): string => `rgb(${red} ${green} ${blue})`;
