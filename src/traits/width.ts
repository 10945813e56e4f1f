/** How wide there is room on the page. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Where nothing is laid out, as in an output that is folded. */
const FALLBACK_WIDTH = 640;

/** The inner width of an element, kept up to date; 0 before it is on the page. */
export function useWidth(place: RefObject<HTMLDivElement>): number {
  const width = useSignal(0);
  useLayoutEffect(() => {
    const box = place.current;
    if (!box) return undefined;
    const measure = (): void => void (width.value = box.clientWidth || FALLBACK_WIDTH);
    measure();
    const observer = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(measure);
    observer?.observe(box);
    return () => observer?.disconnect();
  }, []);
  return width.value;
}
