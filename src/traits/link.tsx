/** Whether a widget has its kernel: said in a few words, where it has not. */
import type { JSX } from "preact";

/** Whether what is chosen reaches the kernel: it is there, it is gone, or there never was one. */
export type Link = "live" | "gone" | "stored";

interface Props {
  readonly link: Link;
  readonly words: Readonly<Record<Exclude<Link, "live">, string>>;
}

export function LinkState({ link, words }: Props): JSX.Element | null {
  if (link === "live") return null;
  return (
    <span class={`cmv-link is-${link}`} data-link={link}>
      {words[link]}
      {link === "gone" && <span class="cmv-lamp" aria-hidden="true" />}
    </span>
  );
}
