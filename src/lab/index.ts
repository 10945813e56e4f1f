import { cellsChannels } from "./cells-channels";
import { diagnostics } from "./diagnostics";
import { graphFile } from "./graph-file";
import { graphOutput } from "./graph-output";
import { highlighting } from "./highlighting";
import { notebookPaths } from "./notebook-paths";
import { settings } from "./settings";

export default [settings, graphOutput, graphFile, highlighting, cellsChannels, diagnostics, notebookPaths];
