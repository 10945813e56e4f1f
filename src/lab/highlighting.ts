/** The plugin that colours `%%causal` cells, `%causal` lines and graphs in text files. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { EditorExtensionRegistry, IEditorExtensionRegistry, IEditorLanguageRegistry } from "@jupyterlab/codemirror";
import { CellHighlighting } from "./highlighting-cells";
import { graphLanguage } from "./highlighting-language";
import { ICausalSettings } from "./tokens";

export const GRAPH_MIME_TYPE = "text/x-causal-graph";

/** The models of code cells say what they are; those of files do not. */
export function isCodeCell(model: object): boolean {
  return "type" in model && model.type === "code";
}

export const highlighting: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:highlighting",
  description: "Colours the notation of causal graphs in cells and text files.",
  autoStart: true,
  requires: [IEditorExtensionRegistry, ICausalSettings],
  optional: [IEditorLanguageRegistry],
  activate: (
    _app: JupyterFrontEnd,
    extensions: IEditorExtensionRegistry,
    settings: ICausalSettings,
    languages: IEditorLanguageRegistry | null,
  ) => {
    const cells = new CellHighlighting(settings.current.highlighting);
    settings.changed.connect((_settings, { highlighting }) => cells.turn(highlighting));
    extensions.addExtension({
      name: "causal-magics:highlighting",
      factory: ({ model }) => (isCodeCell(model) ? EditorExtensionRegistry.createImmutableExtension(cells.extension()) : null),
    });
    languages?.addLanguage({
      name: "causal graph",
      displayName: "Causal graph",
      mime: GRAPH_MIME_TYPE,
      extensions: ["dag", "dagitty"],
      support: graphLanguage(),
    });
  },
};
