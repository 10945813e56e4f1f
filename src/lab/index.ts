import { cellsChannels } from "./cells-channels";
import { diagnostics } from "./diagnostics";
import { fileCommands } from "./file-commands";
import { graphCells } from "./graph-cells";
import { graphFile } from "./graph-file";
import { graphOutput } from "./graph-output";
import { graphTabs } from "./graph-tabs";
import { headMapOutput } from "./head-map-output";
import { highlighting } from "./highlighting";
import { notebookPaths } from "./notebook-paths";
import { payoffExplorerOutput } from "./payoff-explorer-output";
import { settings } from "./settings";
import { sidePanel } from "./side-panel";
import { timelineOutput } from "./timeline-output";

export default [
  settings,
  graphOutput,
  timelineOutput,
  headMapOutput,
  payoffExplorerOutput,
  graphFile,
  fileCommands,
  graphCells,
  graphTabs,
  sidePanel,
  highlighting,
  cellsChannels,
  diagnostics,
  notebookPaths,
];
