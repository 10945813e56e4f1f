/** The payoff explorer: live over a model of the kernel, or as a stored output has it. */
import { h } from "preact";
import { storedModel, type TraitModel } from "../traits/model";
import { mountView } from "../traits/mount";
import { tellStored } from "../traits/storing";
import { Explorer } from "./explorer";
import { style } from "./style";
import { App } from "./view/app";

/** Shows a payoff explorer in an element; returns the function that takes it away. */
export function mountPayoffExplorer(host: HTMLElement, model: TraitModel): () => void {
  const close = mount(host, new Explorer(model, false));
  const endStoring = tellStored(model, host);
  return () => {
    endStoring();
    close();
  };
}

/** Shows an explorer that no kernel holds: all of it moves, and what is chosen stays on the screen. */
export function renderStoredExplorer(host: HTMLElement, stored: Readonly<Record<string, unknown>>): () => void {
  return mount(host, new Explorer(storedModel(stored), true));
}

function mount(host: HTMLElement, explorer: Explorer): () => void {
  return mountView(host, { name: "cmx", style, content: h(App, { explorer }), stop: () => explorer.stop() });
}
