/** The anywidget entry: an editor in each view, over the model's messages and traits. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { mountEditor, type ScreenMessage, type Transport } from "../editor";

type Model = AnyModel<Record<string, unknown>>;

function transportOf(model: Model): Transport {
  const listen = (event: string, listener: (...parts: unknown[]) => void): (() => void) => {
    model.on(event, listener);
    return () => model.off(event, listener);
  };
  return {
    send: (message: ScreenMessage) => model.send(message),
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
