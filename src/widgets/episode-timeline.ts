/** The anywidget entry: a timeline in each view, over the model's traits. */
import type { RenderProps } from "@anywidget/types";
import { mountTimeline } from "../timeline";
import { liveModel } from "../traits/anywidget";

function render({ model, el }: RenderProps<Record<string, unknown>>): () => void {
  return mountTimeline(el, liveModel(model));
}

export default { render };
