/** The menu at the pointer. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Editor } from "../editor";
import { Items, steer } from "./menu";

export function ContextMenu({ editor }: { readonly editor: Editor }): JSX.Element | null {
  const { menu } = editor.screen;
  const box = useRef<HTMLDivElement>(null);
  const shown = menu.value;
  const close = (): void => {
    if (menu.peek() !== shown) return;
    menu.value = null;
    editor.takeFocus();
  };
  useLayoutEffect(() => {
    const popup = box.current;
    if (!popup || !shown) return;
    const [width, height] = editor.screen.size.peek();
    popup.style.left = `${Math.max(0, Math.min(shown.x, width - popup.offsetWidth - 4))}px`;
    popup.style.top = `${Math.max(0, Math.min(shown.y, height - popup.offsetHeight - 4))}px`;
    popup.querySelector<HTMLElement>("[role^=menuitem]")?.focus({ preventScroll: true });
  }, [shown]);
  useEffect(() => {
    if (!shown) return undefined;
    const outside = (event: Event): void => {
      if (!event.composedPath().some((target) => target === box.current)) menu.value = null;
    };
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [shown]);
  if (!shown) return null;
  return (
    <div ref={box} class="cmg-popup cmg-context" role="menu" aria-label="What can be done here" onKeyDown={(event) => steer(event, box.current, true, close)}>
      <Items items={shown.entries} close={close} />
    </div>
  );
}
