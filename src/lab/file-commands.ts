/** The plugin that makes new `.dag` files, and changes between their graph and their text. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { DocumentWidget } from "@jupyterlab/docregistry";
import { IDefaultFileBrowser } from "@jupyterlab/filebrowser";
import { ILauncher } from "@jupyterlab/launcher";
import type { Contents } from "@jupyterlab/services";
import type { CommandRegistry } from "@lumino/commands";
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils";
import { CATEGORY, Commands } from "./commands";
import { FACTORY, FILE_TYPE } from "./graph-file";
import { GraphFileView } from "./graph-file-view";
import { graphIcon } from "./icons";

/** Makes a file, opens it in the editor, and returns what shows it. */
async function newFile(commands: CommandRegistry, folder: string): Promise<unknown> {
  const untitled: unknown = await commands.execute("docmanager:new-untitled", { path: folder, type: "file", ext: ".dag" });
  const { path } = untitled as Contents.IModel;
  return commands.execute("docmanager:open", { path, factory: FACTORY });
}

/** Adds the command that opens a graph's file by another factory: the file of `path`, or the one that is shown. */
function addChange({ commands, shell, docRegistry }: JupyterFrontEnd, id: string, label: string, factory: string, isText: boolean): void {
  const shown = (): string | null => {
    const widget = shell.currentWidget;
    if (!(widget instanceof DocumentWidget) || widget.content instanceof GraphFileView === isText) return null;
    const { path } = widget.context;
    return docRegistry.getFileTypesForPath(path).some(({ name }) => name === FILE_TYPE) ? path : null;
  };
  const pathOf = ({ path }: ReadonlyPartialJSONObject): string | null => (typeof path === "string" ? path : shown());
  commands.addCommand(id, {
    label,
    icon: graphIcon,
    isEnabled: (args) => pathOf(args) !== null,
    execute: (args) => commands.execute("docmanager:open", { path: pathOf(args), factory }),
  });
}

export const fileCommands: JupyterFrontEndPlugin<void> = {
  id: "causal-magics:file-commands",
  description: "Makes new .dag files, and changes between their graph and their text.",
  autoStart: true,
  optional: [ICommandPalette, ILauncher, IDefaultFileBrowser],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null, launcher: ILauncher | null, browser: IDefaultFileBrowser | null) => {
    const { commands } = app;
    commands.addCommand(Commands.newFile, {
      label: ({ isPalette }) => (isPalette ? "New Causal Graph File" : "Causal Graph"),
      caption: "Create a file with a causal graph",
      icon: ({ isPalette }) => (isPalette ? undefined : graphIcon),
      execute: ({ cwd }) => newFile(commands, typeof cwd === "string" ? cwd : (browser?.model.path ?? "")),
    });
    addChange(app, Commands.openAsText, "Open Causal Graph File as Text", "Editor", false);
    addChange(app, Commands.openInEditor, "Open Text File in the Graph Editor", FACTORY, true);
    commands.addCommand(Commands.settings, {
      label: "Causal Graph Settings",
      isVisible: () => commands.hasCommand("settingeditor:open"),
      execute: () => commands.execute("settingeditor:open", { query: "Causal graphs" }),
    });
    launcher?.add({ command: Commands.newFile, category: "Other", rank: 2 });
    palette?.addItem({ command: Commands.newFile, category: CATEGORY, args: { isPalette: true } });
    for (const command of [Commands.openAsText, Commands.openInEditor, Commands.settings]) palette?.addItem({ command, category: CATEGORY });
  },
};
