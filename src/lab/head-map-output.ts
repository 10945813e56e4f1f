/** The plugin that draws head maps in the outputs of cells. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { renderStoredHeadMap } from "../head-map";
import { RANK } from "./graph-output";
import { StoredRenderer } from "./stored-renderer";

const HEAD_MAP_MIME = "application/vnd.causal-magics.head-map+json";

export const headMapOutput: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:head-map-output",
  description: "Draws maps of attention heads in cell outputs: live while the kernel runs, with their numbers when it is gone.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    const nothing = "This output holds no head map that this version can read.";
    const createRenderer = (): StoredRenderer => new StoredRenderer({ mime: HEAD_MAP_MIME, draw: renderStoredHeadMap, nothing });
    rendermime.addFactory({ safe: true, mimeTypes: [HEAD_MAP_MIME], createRenderer }, RANK);
  },
};
