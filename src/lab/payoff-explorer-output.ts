/** The plugin that draws payoff explorers in the outputs of cells. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { renderStoredExplorer } from "../payoff-explorer";
import { RANK } from "./graph-output";
import { StoredRenderer } from "./stored-renderer";

const EXPLORER_MIME = "application/vnd.causal-magics.payoff-explorer+json";

export const payoffExplorerOutput: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:payoff-explorer-output",
  description: "Draws payoff explorers in cell outputs: live while the kernel runs, with sliders that move still when it is gone.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    const nothing = "This output holds no payoff explorer that this version can read.";
    const createRenderer = (): StoredRenderer => new StoredRenderer({ mime: EXPLORER_MIME, draw: renderStoredExplorer, nothing });
    rendermime.addFactory({ safe: true, mimeTypes: [EXPLORER_MIME], createRenderer }, RANK);
  },
};
