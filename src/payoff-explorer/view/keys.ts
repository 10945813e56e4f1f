/** Which keys mean something where the keyboard is; all others are the page's. */

const MOVES = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"]);
const EDITS = new Set(["a", "c", "v", "x", "z"]);

export function isForPage(event: KeyboardEvent): boolean {
  const { key, altKey, shiftKey } = event;
  const [target] = event.composedPath();
  const isHeld = event.ctrlKey || event.metaKey;
  if (!(target instanceof HTMLElement) || altKey || key === "Tab") return true;
  if (target instanceof HTMLInputElement && target.type === "number") return isHeld ? !EDITS.has(key.toLowerCase()) : key === "Enter" && shiftKey;
  if (isHeld) return true;
  if (target instanceof HTMLSelectElement) return key === "Enter" && shiftKey;
  if (target instanceof HTMLButtonElement) return key !== "Enter" && key !== " ";
  if (target instanceof HTMLInputElement || target.hasAttribute("data-moves")) return !MOVES.has(key) && key !== "Escape";
  return true;
}
