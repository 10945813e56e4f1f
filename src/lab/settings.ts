/** The plugin that knows the user's settings. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { Signal, type ISignal } from "@lumino/signaling";
import type { WritePositions } from "../graph/notation-rewrite";
import { DEFAULT_SETTINGS, ICausalSettings, type CausalSettings } from "./tokens";

const PLUGIN = "causal-magics:settings";
const WRITE_POSITIONS: readonly WritePositions[] = ["moved", "never", "always"];

/** The settings that are well formed, defaults for the others. */
export function readSettings(composite: Readonly<Record<string, unknown>>): CausalSettings {
  const flag = (key: Exclude<keyof CausalSettings, "writePositions">): boolean => {
    const value = composite[key];
    return typeof value === "boolean" ? value : DEFAULT_SETTINGS[key];
  };
  return {
    rewriteCells: flag("rewriteCells"),
    writePositions: WRITE_POSITIONS.find((value) => value === composite.writePositions) ?? DEFAULT_SETTINGS.writePositions,
    diagnostics: flag("diagnostics"),
    highlighting: flag("highlighting"),
    sidePanel: flag("sidePanel"),
    runInsertedCells: flag("runInsertedCells"),
  };
}

class LiveSettings implements ICausalSettings {
  current = DEFAULT_SETTINGS;
  readonly #changed = new Signal<this, CausalSettings>(this);

  get changed(): ISignal<this, CausalSettings> {
    return this.#changed;
  }

  take(composite: Readonly<Record<string, unknown>>): void {
    const next = readSettings(composite);
    if (JSON.stringify(next) === JSON.stringify(this.current)) return;
    this.current = next;
    this.#changed.emit(next);
  }
}

export const settings: JupyterFrontEndPlugin<ICausalSettings> = {
  id: PLUGIN,
  description: "Reads the user's settings of causal graphs.",
  autoStart: true,
  optional: [ISettingRegistry],
  provides: ICausalSettings,
  activate: (_app: JupyterFrontEnd, registry: ISettingRegistry | null): ICausalSettings => {
    const live = new LiveSettings();
    registry?.load(PLUGIN).then(
      (loaded) => {
        live.take(loaded.composite);
        loaded.changed.connect(() => live.take(loaded.composite));
      },
      (reason: unknown) => console.warn("causal_magics uses its default settings:", reason),
    );
    return live;
  },
};
