/** The plugin that opens `.dag` and `.dagitty` files in the graph editor. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { WidgetTracker } from "@jupyterlab/apputils";
import { ABCWidgetFactory, DocumentWidget, type DocumentRegistry } from "@jupyterlab/docregistry";
import { Commands } from "./commands";
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
  optional: [ILayoutRestorer],
  activate: ({ docRegistry, commands }: JupyterFrontEnd, settings: ICausalSettings, restorer: ILayoutRestorer | null) => {
    docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: FACTORY,
      extensions: [".dag", ".dagitty"],
      mimeTypes: [GRAPH_MIME_TYPE],
      contentType: "file",
      fileFormat: "text",
      icon: graphIcon,
    });
    const factory = new GraphFileFactory(settings, (path) => void commands.execute(Commands.openAsText, { path }));
    docRegistry.addWidgetFactory(factory);
    const tracker = new WidgetTracker<DocumentWidget<GraphFileView>>({ namespace: "causal-magics-files" });
    factory.widgetCreated.connect((_factory, widget) => {
      void tracker.add(widget);
      widget.context.pathChanged.connect(() => void tracker.save(widget));
    });
    void restorer?.restore(tracker, {
      command: "docmanager:open",
      args: ({ context }) => ({ path: context.path, factory: FACTORY }),
      name: ({ context }) => context.path,
    });
  },
};
