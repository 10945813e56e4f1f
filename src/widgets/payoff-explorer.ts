/** The anywidget entry: a payoff explorer in each view, over the model's traits. */
import type { RenderProps } from "@anywidget/types";
import { mountPayoffExplorer } from "../payoff-explorer";
import { liveModel } from "../traits/anywidget";

function render({ model, el }: RenderProps<Record<string, unknown>>): () => void {
  return mountPayoffExplorer(el, liveModel(model));
}

export default { render };
