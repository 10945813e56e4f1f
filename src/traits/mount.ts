/** A view in an element of the page, with its style sheet and the page's theme. */
import { render, type ComponentChild } from "preact";
import { followTheme } from "../editor/theme";

export interface View {
  /** The class of its root. */
  readonly name: string;
  readonly style: string;
  readonly content: ComponentChild;
  /** Ends what listens. */
  readonly stop: () => void;
}

/** Shows a view in an element; returns the function that takes it away. */
export function mountView(host: HTMLElement, { name, style, content, stop }: View): () => void {
  const root = host.ownerDocument.createElement("div");
  root.className = `cmg ${name}`;
  const sheet = host.ownerDocument.createElement("style");
  sheet.textContent = style;
  host.replaceChildren(sheet, root);
  const endTheme = followTheme(root);
  render(content, root);
  return () => {
    endTheme();
    stop();
    render(null, root);
    host.replaceChildren();
  };
}
