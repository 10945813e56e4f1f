/** The plugin that says of each notebook's element which file it shows. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { INotebookTracker } from "@jupyterlab/notebook";

export const notebookPaths: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:notebook-paths",
  description: "Lets graph editors know their notebook, for which the browser keeps edits that no kernel got.",
  autoStart: true,
  optional: [INotebookTracker],
  activate: (_app: JupyterFrontEnd, notebooks: INotebookTracker | null) => {
    notebooks?.widgetAdded.connect((_tracker, { node, context }) => {
      const say = (): void => void (node.dataset.notebookPath = context.path);
      say();
      context.pathChanged.connect(say);
    });
  },
};
