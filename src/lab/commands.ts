/** The names of the extension's commands, which settings, menus and other extensions refer to. */
export const Commands = {
  newCell: "causal-magics:new-graph-cell",
  openGraph: "causal-magics:open-graph",
  runCell: "causal-magics:run-graph-cell",
  newFile: "causal-magics:new-file",
  openAsText: "causal-magics:open-as-text",
  openInEditor: "causal-magics:open-in-editor",
  showPanel: "causal-magics:show-panel",
  settings: "causal-magics:open-settings",
} as const;

/** Their heading in the command palette. */
export const CATEGORY = "Causal Graphs";
