/** Keys that mean something here do not reach the shortcuts of the page around. */

const SUPPRESS = "data-lm-suppress-shortcuts";

/**
 * Notebook 7's shortcuts hear keys before the editor does and pass over an element with this attribute. They look for
 * it from the focused element upwards, and try each on the way: it is set on that one, before anybody else hears the key.
 */
export function hearKeysFirst(root: Element, isForPage: (event: KeyboardEvent) => boolean): () => void {
  const decide = (event: KeyboardEvent): void => {
    const [focused] = event.composedPath();
    if (!(focused instanceof Element) || !root.contains(focused)) return;
    // Where the keyboard was before, it may be around where it is now.
    for (const earlier of root.querySelectorAll(`[${SUPPRESS}]`)) earlier.removeAttribute(SUPPRESS);
    focused.toggleAttribute(SUPPRESS, !isForPage(event));
  };
  const keepFromPage = (event: Event): void => {
    if (event instanceof KeyboardEvent && !isForPage(event)) event.stopPropagation();
  };
  window.addEventListener("keydown", decide, true);
  root.addEventListener("keydown", keepFromPage);
  return () => {
    window.removeEventListener("keydown", decide, true);
    root.removeEventListener("keydown", keepFromPage);
  };
}
