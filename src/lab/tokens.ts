/** What one plugin of the extension needs of another. */
import type { NotebookPanel } from "@jupyterlab/notebook";
import { Token } from "@lumino/coreutils";
import type { ISignal } from "@lumino/signaling";
import type { WritePositions } from "../graph/notation-rewrite";
import type { CellsChannel } from "./cells-channel";

export interface CausalSettings {
  /** Edits on the canvas rewrite the text of the cell that they came from. */
  readonly rewriteCells: boolean;
  /** When the places of nodes are written into the text of a cell. */
  readonly writePositions: WritePositions;
  /** Mistakes are underlined while a cell is written. */
  readonly diagnostics: boolean;
  readonly highlighting: boolean;
  /** The panel that lists the live graphs of the active notebook. */
  readonly sidePanel: boolean;
  /** A cell that the toolbar button inserts is run at once, so that its empty canvas is there. */
  readonly runInsertedCells: boolean;
}

export const DEFAULT_SETTINGS: CausalSettings = {
  rewriteCells: true,
  writePositions: "moved",
  diagnostics: true,
  highlighting: true,
  sidePanel: true,
  runInsertedCells: true,
};

/** The user's settings, as they are now. */
export interface ICausalSettings {
  readonly current: CausalSettings;
  readonly changed: ISignal<ICausalSettings, CausalSettings>;
}

export const ICausalSettings = new Token<ICausalSettings>(
  "causal-magics:ICausalSettings",
  "The user's settings of causal graphs in notebooks.",
);

/** The channels to the kernels of notebooks. */
export interface ICellsChannels {
  of(panel: NotebookPanel): CellsChannel | null;
}

export const ICellsChannels = new Token<ICellsChannels>(
  "causal-magics:ICellsChannels",
  "The wires to the kernels' side of causal cells, one a notebook.",
);
