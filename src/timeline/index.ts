/** The timeline of episodes: live over a model of the kernel, or as a stored output has it. */
import { h, render } from "preact";
import { followTheme } from "../editor/theme";
import { tellStored } from "./storing";
import { style } from "./style";
import { Timeline, type TimelineModel } from "./timeline";
import { App } from "./view/app";

export { STORED_EVENT } from "./storing";
export type { TimelineModel } from "./timeline";

/** Shows a timeline in an element; returns the function that takes it away. */
export function mountTimeline(host: HTMLElement, model: TimelineModel): () => void {
  const close = mount(host, new Timeline(model, false));
  const endStoring = tellStored(model, host);
  return () => {
    endStoring();
    close();
  };
}

/** Shows a timeline that no kernel holds: its details, without graphs. */
export function renderStoredTimeline(host: HTMLElement, stored: Readonly<Record<string, unknown>>): () => void {
  const nothing = (): (() => void) => () => undefined;
  const model: TimelineModel = { get: (trait) => stored[trait], onChange: nothing, onGone: nothing, select: () => undefined };
  return mount(host, new Timeline(model, true));
}

function mount(host: HTMLElement, timeline: Timeline): () => void {
  const root = host.ownerDocument.createElement("div");
  root.className = "cmg cmt";
  const sheet = host.ownerDocument.createElement("style");
  sheet.textContent = style;
  host.replaceChildren(sheet, root);
  const endTheme = followTheme(root);
  render(h(App, { timeline }), root);
  return () => {
    endTheme();
    timeline.stop();
    render(null, root);
    host.replaceChildren();
  };
}
