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

/** A drawing of the web for a page, one of dots for slides and documents that take no other. */
export async function savePicture(editor: Editor, format: "svg" | "png"): Promise<void> {
  editor.screen.isPictured.value = true;
  await new Promise(requestAnimationFrame);
  const picture = editor.picture();
  editor.screen.isPictured.value = false;
  if (picture === null) return;
  const drawing = new Blob([picture], { type: "image/svg+xml" });
  const file = format === "svg" ? drawing : await inDots(drawing);
  if (!file) return editor.warn("The browser has no room for so large a picture. Save it as SVG.");
  download(file, `${editor.screen.title.peek() || "graph"}.${format}`);
}

/** Two dots a px, so that it stays sharp in print. */
async function inDots(drawing: Blob): Promise<Blob | null> {
  const address = URL.createObjectURL(drawing);
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return new Promise((resolve) => canvas.toBlob(resolve));
}

function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
