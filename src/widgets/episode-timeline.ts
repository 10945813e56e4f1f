/** The anywidget entry: a timeline in each view, over the model's traits. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { mountTimeline, type TimelineModel } from "../timeline";

type Model = AnyModel<Record<string, unknown>>;

function modelOf(model: Model): TimelineModel {
  const listen = (event: string, listener: () => void): (() => void) => {
    const heard = (): void => listener();
    model.on(event, heard);
    return () => model.off(event, heard);
  };
  return {
    get: (trait) => model.get(trait),
    onChange: (trait, listener) => listen(`change:${trait}`, listener),
    onGone: (listener) => {
      const endings = ["comm_live_update", "comm:close"].map((event) => listen(event, listener));
      return () => endings.forEach((end) => end());
    },
    select: (index) => {
      model.set("selected", index);
      model.save_changes();
    },
  };
}

function render({ model, el }: RenderProps<Record<string, unknown>>): () => void {
  return mountTimeline(el, modelOf(model));
}

export default { render };
