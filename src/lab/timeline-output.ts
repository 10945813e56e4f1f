/** The plugin that draws timelines in the outputs of cells. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { renderStoredTimeline } from "../timeline";
import { RANK } from "./graph-output";
import { StoredRenderer } from "./stored-renderer";

const TIMELINE_MIME = "application/vnd.causal-magics.timeline+json";

export const timelineOutput: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:timeline-output",
  description: "Draws timelines of episodes in cell outputs: live while the kernel runs, with their details when it is gone.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    const nothing = "This output holds no timeline that this version can read.";
    const createRenderer = (): StoredRenderer => new StoredRenderer({ mime: TIMELINE_MIME, draw: renderStoredTimeline, nothing });
    rendermime.addFactory({ safe: true, mimeTypes: [TIMELINE_MIME], createRenderer }, RANK);
  },
};
