import { graphOutput } from "./graph-output";
import { highlighting } from "./highlighting";
import { settings } from "./settings";

export default [settings, graphOutput, highlighting];
