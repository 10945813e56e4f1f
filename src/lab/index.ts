import { graphOutput } from "./graph-output";

export default [graphOutput];
