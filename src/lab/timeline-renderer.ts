/** Draws a cell's timeline: live while the kernel has it, else what the notebook keeps of it. */
import { OutputArea } from "@jupyterlab/outputarea";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { isObject } from "../graph/wire";
import { ancestorOf, LiveGraph, type DrawStored } from "./live-graph";
import { WIDGET_MIME } from "./stored-graph";

export const TIMELINE_MIME = "application/vnd.causal-magics.timeline+json";

export type StoredTimeline = Readonly<Record<string, unknown>>;

export class TimelineRenderer extends LiveGraph<StoredTimeline> implements IRenderMime.IRenderer {
  constructor(draw: DrawStored<StoredTimeline>) {
    super({
      draw,
      rendermime: () => ancestorOf(this, OutputArea)?.rendermime ?? null,
      nothing: "This output holds no timeline that this version can read.",
    });
  }

  renderModel({ data, trusted }: IRenderMime.IMimeModel): Promise<void> {
    const [stored, view] = [data[TIMELINE_MIME], data[WIDGET_MIME]];
    const modelId = isObject(view) && typeof view.model_id === "string" ? view.model_id : null;
    this.showGraph(trusted ? modelId : null, isObject(stored) && stored.version === 1 ? stored : null);
    return Promise.resolve();
  }
}
