/** The map of heads: live over a model of the kernel, or as a stored output has it. */
import { h } from "preact";
import { storedModel, type TraitModel } from "../traits/model";
import { mountView } from "../traits/mount";
import { tellStored } from "../traits/storing";
import { HeadMap } from "./head-map";
import { style } from "./style";
import { App } from "./view/app";

/** Shows a head map in an element; returns the function that takes it away. */
export function mountHeadMap(host: HTMLElement, model: TraitModel): () => void {
  const close = mount(host, new HeadMap(model, false));
  const endStoring = tellStored(model, host);
  return () => {
    endStoring();
    close();
  };
}

/** Shows a head map that no kernel holds: its numbers, and a selection that stays on the screen. */
export function renderStoredHeadMap(host: HTMLElement, stored: Readonly<Record<string, unknown>>): () => void {
  return mount(host, new HeadMap(storedModel(stored), true));
}

function mount(host: HTMLElement, map: HeadMap): () => void {
  return mountView(host, { name: "cmh", style, content: h(App, { map }), stop: () => map.stop() });
}
