/** The anywidget entry: an editor in each view, over the model's messages and traits. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { mountEditor, type ScreenMessage, type Transport } from "../editor";

type Model = AnyModel<Record<string, unknown>>;

/** The class that Jupyter's widget manager gives to views whose kernel is gone. */
const DISCONNECTED = "jupyter-widgets-disconnected";

function transportOf(model: Model, el: HTMLElement): Transport {
  const listen = (event: string, listener: (...parts: unknown[]) => void): (() => void) => {
    model.on(event, listener);
    return () => model.off(event, listener);
  };
  return {
    send: (message: ScreenMessage) => model.send(message),
    onMessage: (listener) => listen("msg:custom", (message) => listener(message)),
    onChange: (trait, listener) => listen(`change:${trait}`, () => listener()),
    get: (trait) => model.get(trait),
    onAlive: (listener) => {
      const watch = new MutationObserver(() => listener(el.closest(`.${DISCONNECTED}`) === null));
      watch.observe(el, { attributes: true, attributeFilter: ["class"] });
      const ending = listen("comm:close", () => listener(false));
      return () => {
        watch.disconnect();
        ending();
      };
    },
  };
}

function render({ model, el }: RenderProps<Record<string, unknown>>): () => void {
  return mountEditor(el, transportOf(model, el));
}

export default { render };
