/** What a notebook keeps of the graph goes up the page, for whoever writes the notebook. */
import { effect } from "@preact/signals";
import { toNotation } from "../graph/conversion";
import { formatGraph } from "../graph/notation";
import { isObject } from "../graph/wire";
import type { Editor } from "./editor";
import type { Transport } from "./protocol";

/** The event that carries it. */
export const STORED_EVENT = "causal-magics:stored";

/**
 * Tells what the kernel stored whenever it stores, and once the kernel is heard of, since the page may have been
 * closed before. Of a kernel that is gone before it stored the last edits, tells what it had confirmed. While the
 * pointer drags it waits: what hears of it writes into the page above, and the canvas would move away below the pointer.
 */
export function tellStored(editor: Editor, root: HTMLElement, transport: Transport): () => void {
  const { screen, session } = editor;
  let held: { readonly document: object } | null = null;
  const release = (): void => {
    if (held === null) return;
    const detail = held;
    held = null;
    root.dispatchEvent(new CustomEvent(STORED_EVENT, { bubbles: true, composed: true, detail }));
    if ("rev" in detail.document) root.dataset.kept = String(detail.document.rev);
  };
  const tell = (detail: unknown): void => {
    if (!isObject(detail) || !isObject(detail.document)) return;
    held = { ...detail, document: detail.document };
    if (screen.drag.peek() === null) release();
  };
  const tellWhatIsStored = (): void => tell(transport.get("stored"));
  const endings = [
    effect(() => {
      if (screen.drag.value === null) queueMicrotask(() => screen.drag.peek() === null && release());
    }),
    transport.onChange("stored", tellWhatIsStored),
    session.onHeard(tellWhatIsStored),
    effect(() => {
      if (screen.link.value !== "disconnected") return;
      const { confirmed: document, pending } = session.store;
      if (document.rev <= storedRevision(transport)) return;
      const svg = pending.length === 0 ? editor.picture() : null;
      tell({ document, text: formatGraph(toNotation(document)), ...(svg === null ? {} : { svg }) });
    }),
  ];
  return () => {
    release();
    endings.forEach((end) => end());
  };
}

function storedRevision(transport: Transport): number {
  const stored = transport.get("stored");
  const document = isObject(stored) ? stored.document : undefined;
  return isObject(document) && typeof document.rev === "number" ? document.rev : 0;
}
