/** A button that opens a menu. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface MenuItem {
  readonly label: string;
  readonly hint?: string;
  readonly checked?: boolean;
  readonly run: () => void;
}

interface Props {
  readonly label: string;
  readonly class?: string;
  readonly children: ComponentChildren;
  readonly items: readonly MenuItem[];
}

export function Menu({ label, children, items, class: extra = "" }: Props): JSX.Element {
  const open = useSignal(false);
  const box = useRef<HTMLSpanElement>(null);
  const close = (): void => {
    open.value = false;
    box.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!open.value) return undefined;
    const outside = (event: Event): void => {
      if (!event.composedPath().some((target) => target === box.current)) open.value = false;
    };
    box.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    document.addEventListener("pointerdown", outside, true);
    return () => document.removeEventListener("pointerdown", outside, true);
  }, [open.value]);
  return (
    <span class="cmg-menu" ref={box} onKeyDown={(event) => steer(event, box.current, open.value, close)}>
      <button
        type="button"
        class={`cmg-button ${extra}`}
        aria-haspopup="menu"
        aria-expanded={open.value}
        aria-label={label}
        title={label}
        onClick={() => (open.value = !open.value)}
      >
        {children}
      </button>
      {open.value && (
        <div class="cmg-popup" role="menu" aria-label={label}>
          <Items items={items} close={close} />
        </div>
      )}
    </span>
  );
}

export function Items({ items, close }: { readonly items: readonly MenuItem[]; readonly close: () => void }): JSX.Element {
  return (
    <>
      {items.map((item) => (
        <Item key={item.label} item={item} close={close} />
      ))}
    </>
  );
}

function Item({ item, close }: { readonly item: MenuItem; readonly close: () => void }): JSX.Element {
  const run = (): void => {
    close();
    item.run();
  };
  const radio = item.checked !== undefined;
  return (
    <button
      type="button"
      class="cmg-item"
      role={radio ? "menuitemcheckbox" : "menuitem"}
      aria-checked={item.checked}
      tabIndex={-1}
      onClick={run}
    >
      <span>{item.label}</span>
      {item.hint && <span class="cmg-hint">{item.hint}</span>}
    </button>
  );
}

/** Arrow keys go through a menu, Escape and Tab close it. */
export function steer(event: KeyboardEvent, box: HTMLElement | null, open: boolean, close: () => void): void {
  if (!open || !box) return;
  const items = [...box.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const place = items.indexOf(event.target as HTMLElement);
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key === "ArrowDown") items[(place + 1) % items.length]?.focus();
  else if (event.key === "ArrowUp") items[(place - 1 + items.length) % items.length]?.focus();
  else return;
  event.stopPropagation();
  if (event.key !== "Tab") event.preventDefault();
}
