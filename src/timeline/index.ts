/** The timeline of episodes: live over a model of the kernel, or as a stored output has it. */
import { h } from "preact";
import { storedModel, type TraitModel } from "../traits/model";
import { mountView } from "../traits/mount";
import { tellStored } from "../traits/storing";
import { style } from "./style";
import { Timeline } from "./timeline";
import { App } from "./view/app";

/** Shows a timeline in an element; returns the function that takes it away. */
export function mountTimeline(host: HTMLElement, model: TraitModel): () => void {
  const close = mount(host, new Timeline(model, false));
  const endStoring = tellStored(model, host);
  return () => {
    endStoring();
    close();
  };
}

/** Shows a timeline that no kernel holds: its details, without graphs. */
export function renderStoredTimeline(host: HTMLElement, stored: Readonly<Record<string, unknown>>): () => void {
  return mount(host, new Timeline(storedModel(stored), true));
}

function mount(host: HTMLElement, timeline: Timeline): () => void {
  return mountView(host, { name: "cmt", style, content: h(App, { timeline }), stop: () => timeline.stop() });
}
