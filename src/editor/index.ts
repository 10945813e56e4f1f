/** The graph editor: live over a wire to the kernel, or as a picture of a stored graph. */
import { h, render } from "preact";
import type { GraphDocument } from "../graph/model";
import { Editor, type EditorOptions } from "./editor";
import { takeOver } from "./handover";
import type { Transport } from "./protocol";
import { tellStored } from "./storing";
import { style } from "./style";
import { followTheme } from "./theme";
import { App } from "./view/app";

export type { EditorOptions } from "./editor";
export { STORED_EVENT } from "./storing";
export { KERNEL_EVENT } from "./protocol";
export type { KernelMessage, ScreenMessage, Transport } from "./protocol";

export interface ReadOnlyOptions {
  readonly name?: string | null;
  readonly comparison?: unknown;
  readonly experiments?: unknown;
}

/** Shows the editor in an element; returns the function that takes it away. */
export function mountEditor(host: HTMLElement, transport: Transport, options: EditorOptions = {}): () => void {
  return mount(host, new Editor(transport, options), transport);
}

const shown = new WeakMap<HTMLElement, () => void>();

/** Shows a graph that no kernel holds; called again on the same element, it replaces what it showed. */
export function renderReadOnly(host: HTMLElement, document: GraphDocument, options: ReadOnlyOptions = {}): () => void {
  shown.get(host)?.();
  const { name, ...told } = options;
  const editor = new Editor(NO_KERNEL, { ...told, readOnly: true, title: name ?? "" }, document);
  const dispose = mount(host, editor, NO_KERNEL);
  shown.set(host, dispose);
  return dispose;
}

const NO_KERNEL: Transport = {
  send: () => undefined,
  onMessage: () => () => undefined,
  onChange: () => () => undefined,
  get: () => undefined,
};

function mount(host: HTMLElement, editor: Editor, transport: Transport): () => void {
  const root = host.ownerDocument.createElement("div");
  root.className = editor.options.fills ? "cmg is-filling" : "cmg";
  const sheet = host.ownerDocument.createElement("style");
  sheet.textContent = style;
  host.replaceChildren(sheet, root);
  const endings = [
    followTheme(root),
    takeOver(editor, root),
    tellStored(editor, root, transport),
  ];
  render(h(App, { editor, root }), root);
  return () => {
    for (const end of endings) end();
    editor.dispose();
    render(null, root);
    host.replaceChildren();
  };
}
