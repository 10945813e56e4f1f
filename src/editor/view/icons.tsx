/** Icons as inline SVG, drawn on 16 × 16 in the colour of the text. */
import type { JSX } from "preact";

const PATHS = {
  select: "M3.2 2.2 12.8 8 8.6 9.1l2.5 4.1-1.7 1-2.4-4.1-3 3z",
  node: "M5 4.5h6a3.5 3.5 0 0 1 0 7H5a3.5 3.5 0 0 1 0-7zM8 6.3v3.4M6.3 8h3.4",
  undo: "M5.6 3 2.4 6.2l3.2 3.2M2.8 6.2h6.4a4 4 0 0 1 0 7.6H6",
  redo: "M10.4 3l3.2 3.2-3.2 3.2M13.2 6.2H6.8a4 4 0 0 0 0 7.6H10",
  layout: "M6 2h4v3H6zM2 11h4v3H2zM10 11h4v3h-4zM8 5v3M4 11V8h8v3",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  outline: "M2.5 3h11v10h-11zM2.5 6.4h11M2.5 9.7h11M6 6.4V13",
  paths: "M2.5 12.5h2M11.5 3.5h2M4.5 12.5C9 12.5 7 3.5 11.5 3.5M4.5 12.5h9M11.7 10.7l1.8 1.8-1.8 1.8",
  export: "M8 10V2.4M4.9 5.3 8 2.2l3.1 3.1M2.8 9.5v4h10.4v-4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="cmg-icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
