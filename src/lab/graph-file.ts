/** The plugin that opens `.dag` and `.dagitty` files in the graph editor. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ABCWidgetFactory, DocumentWidget, type DocumentRegistry } from "@jupyterlab/docregistry";
import { GraphFileView, type FileOptions } from "./graph-file-view";
import { GRAPH_MIME_TYPE } from "./highlighting";
import { graphIcon } from "./icons";
import { ICausalSettings } from "./tokens";

export const FACTORY = "Causal Graph";
export const FILE_TYPE = "causal-graph";

type Context = DocumentRegistry.IContext<DocumentRegistry.IModel>;

class GraphFileFactory extends ABCWidgetFactory<DocumentWidget<GraphFileView>> {
  constructor(
    private readonly settings: ICausalSettings,
    private readonly openAsText: (path: string) => void,
  ) {
    super({ name: FACTORY, label: FACTORY, modelName: "text", fileTypes: [FILE_TYPE], defaultFor: [FILE_TYPE] });
  }

  protected createNewWidget(context: Context): DocumentWidget<GraphFileView> {
    const options: FileOptions = {
      positions: () => this.settings.current.writePositions,
      openAsText: () => this.openAsText(context.path),
    };
    const widget = new DocumentWidget({ content: new GraphFileView(context, options), context });
    widget.title.icon = graphIcon;
    return widget;
  }
}

export const graphFile: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:graph-file",
  description: "Opens .dag and .dagitty files in the graph editor; they are saved as text.",
  autoStart: true,
  requires: [ICausalSettings],
  activate: ({ docRegistry, commands }: JupyterFrontEnd, settings: ICausalSettings) => {
    docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: FACTORY,
      extensions: [".dag", ".dagitty"],
      mimeTypes: [GRAPH_MIME_TYPE],
      contentType: "file",
      fileFormat: "text",
      icon: graphIcon,
    });
    const openAsText = (path: string): void => void commands.execute("docmanager:open", { path, factory: "Editor" });
    docRegistry.addWidgetFactory(new GraphFileFactory(settings, openAsText));
  },
};
