/** The plugin that draws graphs in the outputs of cells. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { renderReadOnly } from "../editor";
import { GraphRenderer } from "./graph-renderer";
import { GRAPH_MIME, type StoredGraph } from "./stored-graph";

/** Before the widget view, whose rank is -10. */
const RANK = -20;

function drawStored(host: HTMLElement, { document, name, comparison }: StoredGraph): () => void {
  return renderReadOnly(host, document, { name, comparison });
}

export const graphOutput: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:graph-output",
  description: "Draws causal graphs in cell outputs: live while the kernel runs, as a picture when it is gone.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    rendermime.addFactory(
      { safe: true, mimeTypes: [GRAPH_MIME], createRenderer: () => new GraphRenderer(drawStored) },
      RANK,
    );
  },
};
