/** The plugin that underlines mistakes in `%%causal` cells and in graphs in text files. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import type { CodeEditor } from "@jupyterlab/codeeditor";
import { EditorExtensionRegistry, IEditorExtensionRegistry } from "@jupyterlab/codemirror";
import { INotebookTracker } from "@jupyterlab/notebook";
import type { CellsChannel } from "./cells-channel";
import { mentionsMagic } from "./cell-text";
import { diagnosticsExtension, DiagnosticsView, type FindingSource } from "./diagnostics-view";
import { findInCell, findInGraph } from "./findings";
import { GRAPH_MIME_TYPE, isCodeCell } from "./highlighting";
import { ICausalSettings, ICellsChannels } from "./tokens";

type ChannelOf = (model: CodeEditor.IModel) => CellsChannel | null;

function sourceFor(model: CodeEditor.IModel, settings: ICausalSettings, channelOf: ChannelOf): FindingSource {
  if (isCodeCell(model)) {
    return {
      concerns: (text) => settings.current.diagnostics && mentionsMagic(text),
      find: findInCell,
      ask: (text) => channelOf(model)?.diagnose(text) ?? Promise.resolve(null),
    };
  }
  return {
    concerns: () => settings.current.diagnostics && model.mimeType === GRAPH_MIME_TYPE,
    find: findInGraph,
    ask: () => Promise.resolve(null),
  };
}

function channelsByModel(notebooks: INotebookTracker | null, channels: ICellsChannels): ChannelOf {
  return (model) => {
    const panel = notebooks?.find(({ content }) => content.widgets.some((cell) => cell.model === model));
    return panel ? channels.of(panel) : null;
  };
}

export const diagnostics: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:diagnostics",
  description: "Underlines what is wrong in causal cells, and offers what would put it right.",
  autoStart: true,
  requires: [IEditorExtensionRegistry, ICausalSettings, ICellsChannels],
  optional: [INotebookTracker],
  activate: (
    _app: JupyterFrontEnd,
    extensions: IEditorExtensionRegistry,
    settings: ICausalSettings,
    channels: ICellsChannels,
    notebooks: INotebookTracker | null,
  ) => {
    const channelOf = channelsByModel(notebooks, channels);
    const views = new Map<DiagnosticsView, CodeEditor.IModel>();
    extensions.addExtension({
      name: "causal-magics:diagnostics",
      factory: ({ model, inline }) => {
        if (inline && !isCodeCell(model)) return null;
        const source = sourceFor(model, settings, channelOf);
        const extension = diagnosticsExtension((view) => {
          const made = new DiagnosticsView(view, source, (gone) => views.delete(gone));
          views.set(made, model);
          return made;
        });
        return EditorExtensionRegistry.createImmutableExtension(extension);
      },
    });
    settings.changed.connect(() => views.forEach((_model, view) => view.refresh()));
    notebooks?.widgetAdded.connect((_tracker, panel) => {
      channels.of(panel)?.changed.connect((channel, what) => {
        if (what === "editors") return;
        for (const [view, model] of views) if (channelOf(model) === channel) view.refresh();
      });
    });
  },
};
