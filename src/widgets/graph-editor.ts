/** The anywidget entry: an editor in each view, over the model's messages and traits. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { KERNEL_EVENT, mountEditor, type Transport } from "../editor";
import { isObject } from "../graph/wire";

type Model = AnyModel<Record<string, unknown>>;

interface Status {
  readonly header?: unknown;
  readonly content?: { readonly execution_state?: string };
}

/**
 * What the widget manager calls back when the kernel is done with a message, whether or not it knew its comm. Only what
 * the kernel itself says counts, which has a header: Colab and marimo call back when the message is on its way.
 */
function whenIdle(handled: (() => void) | undefined): object | undefined {
  const status = ({ header, content }: Status): void => {
    if (header !== undefined && content?.execution_state === "idle") handled?.();
  };
  // Jupyter reads the property; marimo calls what it is given.
  return handled && Object.assign(() => undefined, { iopub: { status } });
}

function transportOf(model: Model, el: HTMLElement): Transport {
  const listen = (event: string, listener: (...parts: unknown[]) => void): (() => void) => {
    model.on(event, listener);
    return () => model.off(event, listener);
  };
  return {
    send: (message, handled) => model.send(message, whenIdle(handled)),
    onMessage: (listener) => listen("msg:custom", (message) => listener(message)),
    onChange: (trait, listener) => listen(`change:${trait}`, () => listener()),
    get: (trait) => model.get(trait),
    onGone: (listener) => {
      const endings = ["comm_live_update", "comm:close"].map((event) => listen(event, () => listener()));
      el.addEventListener(KERNEL_EVENT, listener);
      return () => {
        el.removeEventListener(KERNEL_EVENT, listener);
        endings.forEach((end) => end());
      };
    },
  };
}

const REPORT_DELAY = 200;
/** The origin of what Python did. */
const PYTHON = "python";

/**
 * marimo runs cells again when a widget's state changes from the screen; edits are messages and change none. So it is
 * told the revision that the screen shows, once edits pause. What Python did is not told: the cell that did it would
 * run again, for ever.
 */
function reportRevisions(model: Model): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hear = (message: unknown): void => {
    if (!isObject(message) || message.kind !== "commit" || message.origin === PYTHON) return;
    const { rev } = message;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (model.get("revision") === rev) return;
      model.set("revision", rev);
      model.save_changes();
    }, REPORT_DELAY);
  };
  model.on("msg:custom", hear);
  return () => {
    clearTimeout(timer);
    model.off("msg:custom", hear);
  };
}

function isInMarimo(el: HTMLElement): boolean {
  const root = el.getRootNode();
  return root instanceof ShadowRoot && root.host.localName.startsWith("marimo");
}

function render({ model, el }: RenderProps<Record<string, unknown>>): () => void {
  const endings = [mountEditor(el, transportOf(model, el)), ...(isInMarimo(el) ? [reportRevisions(model)] : [])];
  return () => endings.forEach((end) => end());
}

export default { render };
