/** The anywidget entry: a head map in each view, over the model's traits. */
import type { RenderProps } from "@anywidget/types";
import { mountHeadMap } from "../head-map";
import { liveModel } from "../traits/anywidget";

function render({ model, el }: RenderProps<Record<string, unknown>>): () => void {
  return mountHeadMap(el, liveModel(model));
}

export default { render };
