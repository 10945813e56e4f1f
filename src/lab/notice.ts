/** A line above a graph that says what is wrong, with a button that helps. */
import { Widget } from "@lumino/widgets";

export class Notice extends Widget {
  constructor() {
    super();
    this.addClass("jp-CausalGraph-notice");
    this.node.setAttribute("role", "status");
    this.hide();
  }

  /** Says a text, or nothing. */
  say(text: string | null, label = "", act: () => void = () => undefined): void {
    this.setHidden(text === null);
    this.node.replaceChildren();
    if (text === null) return;
    const words = document.createElement("span");
    words.textContent = text;
    this.node.append(words);
    if (label === "") return;
    const button = document.createElement("button");
    button.className = "jp-mod-styled";
    button.textContent = label;
    button.addEventListener("click", act);
    this.node.append(button);
  }
}
