/** What a notebook keeps of a timeline goes up the page, for whoever writes the notebook. */
import type { TimelineModel } from "./timeline";

/** The event that carries it. */
export const STORED_EVENT = "causal-magics:stored-timeline";

/** Tells what the kernel shows in place of what it showed first, now and whenever that changes. */
export function tellStored(model: TimelineModel, host: Element): () => void {
  const tell = (): void => {
    const detail = model.get("stored");
    if (typeof detail !== "object" || detail === null || Object.keys(detail).length === 0) return;
    host.dispatchEvent(new CustomEvent(STORED_EVENT, { bubbles: true, composed: true, detail }));
  };
  tell();
  return model.onChange("stored", tell);
}
