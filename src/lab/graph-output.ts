/** The plugin that draws graphs in the outputs of cells. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { rewriteCell } from "./cell-rewrite";
import { drawStored } from "./draw-stored";
import { GraphRenderer, type Rewrite } from "./graph-renderer";
import { GRAPH_MIME } from "./stored-graph";
import { ICausalSettings } from "./tokens";

/** Before the widget view, whose rank is -10. */
export const RANK = -20;

export const graphOutput: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:graph-output",
  description: "Draws causal graphs in cell outputs: live while the kernel runs, as a picture when it is gone.",
  autoStart: true,
  requires: [IRenderMimeRegistry, ICausalSettings],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry, settings: ICausalSettings) => {
    const rewrite: Rewrite = (cell, before, after) => {
      const { rewriteCells, writePositions } = settings.current;
      return rewriteCells ? rewriteCell(cell, before, after, writePositions) : "none";
    };
    rendermime.addFactory(
      { safe: true, mimeTypes: [GRAPH_MIME], createRenderer: () => new GraphRenderer(drawStored, rewrite) },
      RANK,
    );
  },
};
