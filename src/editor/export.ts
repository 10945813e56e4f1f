/** The graph as text, as a cell and as a picture. */
import type { GraphDocument } from "../graph/model";
import { toNotation } from "../graph/conversion";
import { formatGraph } from "../graph/notation";
import type { Editor } from "./editor";

/** A cell that makes the graph that is shown. */
export function asCode(document: GraphDocument, title: string): string {
  const name = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(title) ? title : "g";
  return `%%causal graph -o ${name}\n${formatGraph(toNotation(document))}\n`;
}

export async function copyAsCode({ document, screen }: Editor): Promise<void> {
  await writeClipboard(asCode(document, screen.title.peek()));
  screen.announce("Copied as a cell.");
}

export async function copyNotation({ document, screen }: Editor): Promise<void> {
  await writeClipboard(`dag {\n${formatGraph(toNotation(document))}\n}\n`);
  screen.announce("Copied as text.");
}

/** Where the page may not write to the clipboard, the browser's old way is tried. */
export async function writeClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

/** The canvas as it looks, all of the drawing, with its style inside. */
export function pictureOf(canvas: SVGSVGElement, box: readonly [number, number, number, number], background: string): string {
  const picture = canvas.cloneNode(true) as SVGSVGElement;
  inlineStyle(canvas, picture);
  const [left, top, width, height] = box;
  picture.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  picture.setAttribute("viewBox", box.join(" "));
  picture.setAttribute("width", String(width));
  picture.setAttribute("height", String(height));
  picture.setAttribute("style", "font-family: system-ui, sans-serif");
  picture.querySelector(".cmg-drawing")?.removeAttribute("transform");
  for (const part of picture.querySelectorAll(".cmg-hit, .cmg-grab, .cmg-dots, .cmg-halo, .cmg-draft")) part.remove();
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x: left, y: top, width, height, fill: background })) paper.setAttribute(name, String(value));
  picture.prepend(paper);
  return new XMLSerializer().serializeToString(picture);
}

const PAINT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "font-size", "font-style", "font-weight", "text-anchor", "dominant-baseline", "opacity"];

function inlineStyle(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  to.setAttribute("style", PAINT.map((name) => `${name}: ${style.getPropertyValue(name)}`).join("; "));
  [...from.children].forEach((child, place) => {
    const twin = to.children[place];
    if (twin) inlineStyle(child, twin);
  });
}

export async function savePicture(editor: Editor): Promise<void> {
  editor.screen.isPictured.value = true;
  await new Promise(requestAnimationFrame);
  const picture = editor.picture();
  editor.screen.isPictured.value = false;
  if (picture === null) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([picture], { type: "image/svg+xml" }));
  link.download = `${editor.screen.title.peek() || "graph"}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
