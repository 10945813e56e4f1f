/** Icons, drawn in the colours of JupyterLab's themes. */
import { LabIcon } from "@jupyterlab/ui-components";
import graph from "./style/graph.svg";

export const graphIcon = new LabIcon({ name: "causal-magics:graph", svgstr: graph });
