/** What a notebook keeps of a view goes up the page, for whoever writes the notebook. */
import type { TraitModel } from "./model";

/** The event that carries it, by MIME type. */
export const STORED_EVENT = "causal-magics:stored-data";

/** Tells what the kernel shows in place of what it showed first, now and whenever that changes. */
export function tellStored(model: TraitModel, host: Element): () => void {
  const tell = (): void => {
    const detail = model.get("stored");
    if (typeof detail !== "object" || detail === null || Object.keys(detail).length === 0) return;
    host.dispatchEvent(new CustomEvent(STORED_EVENT, { bubbles: true, composed: true, detail }));
  };
  tell();
  return model.onChange("stored", tell);
}
