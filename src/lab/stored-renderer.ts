/** Draws a cell's timeline, head map or payoff explorer: live while the kernel has it, else what the notebook keeps of it. */
import { OutputArea } from "@jupyterlab/outputarea";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { isObject } from "../graph/wire";
import { STORED_EVENT } from "../traits/storing";
import { ancestorOf, LiveGraph, type DrawStored } from "./live-graph";
import { WIDGET_MIME } from "./stored-graph";

export type StoredTraits = Readonly<Record<string, unknown>>;

export interface StoredRendererOptions {
  readonly mime: string;
  readonly draw: DrawStored<StoredTraits>;
  /** What is said where nothing is stored. */
  readonly nothing: string;
}

export class StoredRenderer extends LiveGraph<StoredTraits> implements IRenderMime.IRenderer {
  readonly #mime: string;
  #output: IRenderMime.IMimeModel | null = null;

  constructor({ mime, draw, nothing }: StoredRendererOptions) {
    super({ draw, rendermime: () => ancestorOf(this, OutputArea)?.rendermime ?? null, nothing });
    this.#mime = mime;
    this.node.addEventListener(STORED_EVENT, (event) => this.#keep(event));
  }

  renderModel(output: IRenderMime.IMimeModel): Promise<void> {
    const { data, trusted } = output;
    this.#output = output;
    const [stored, view] = [data[this.#mime], data[WIDGET_MIME]];
    const modelId = isObject(view) && typeof view.model_id === "string" ? view.model_id : null;
    this.showGraph(trusted ? modelId : null, isObject(stored) && stored.version === 1 ? stored : null);
    return Promise.resolve();
  }

  /** Writes what the kernel shows now into the output, so that the saved notebook has it. */
  #keep(event: Event): void {
    event.stopPropagation();
    const { detail } = event as CustomEvent<unknown>;
    if (!this.#output || !isObject(detail)) return;
    const { data, metadata } = this.#output;
    const next = { ...data, ...(detail as typeof data) };
    if (JSON.stringify(next) !== JSON.stringify(data)) this.#output.setData({ data: next, metadata });
  }
}
