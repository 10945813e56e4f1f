/** The anywidget entry: an editor in each view, over the model's messages and traits. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { mountEditor, type Transport } from "../editor";

type Model = AnyModel<Record<string, unknown>>;

/** What the widget manager calls back when the kernel is done with a message, whether or not it knew its comm. */
function whenIdle(handled: (() => void) | undefined): object | undefined {
  const status = ({ content }: { content?: { execution_state?: string } }): void => {
    if (content?.execution_state === "idle") handled?.();
  };
  return handled && { iopub: { status } };
}

function transportOf(model: Model): Transport {
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
      return () => endings.forEach((end) => end());
    },
  };
}

function render({ model, el }: RenderProps<Record<string, unknown>>): () => void {
  return mountEditor(el, transportOf(model));
}

export default { render };
