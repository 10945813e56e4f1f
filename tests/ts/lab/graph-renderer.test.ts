import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

vi.hoisted(() => {
  // What jsdom lacks and JupyterLab's modules ask for when they are loaded.
  vi.stubGlobal("DragEvent", class DragEvent extends MouseEvent {});
  vi.stubGlobal("matchMedia", () => ({ matches: false, addListener: () => undefined }));
});
import { OutputArea, OutputAreaModel } from "@jupyterlab/outputarea";
import { RenderMimeRegistry } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { PartialJSONObject } from "@lumino/coreutils";
import { Signal } from "@lumino/signaling";
import { Panel, Widget } from "@lumino/widgets";
import { KERNEL_EVENT, STORED_EVENT } from "../../../src/editor";
import { GraphRenderer } from "../../../src/lab/graph-renderer";
import { GRAPH_MIME, WIDGET_MIME } from "../../../src/lab/stored-graph";

const document3 = { version: 1, rev: 3, nodes: [], edges: [], tiers: [] };
const document4 = { ...document3, rev: 4 };

function bundle(modelId: string): PartialJSONObject {
  return {
    [GRAPH_MIME]: { version: 1, document: document3, name: "g", model_id: modelId, comparison: null },
    [WIDGET_MIME]: { version_major: 2, version_minor: 0, model_id: modelId },
    "image/svg+xml": "<svg/>",
    "text/plain": "old",
  };
}

/** As ipywidgets' renderer: its view appears as a child once the kernel's model is found. */
class WidgetView extends Panel implements IRenderMime.IRenderer {
  constructor(private readonly known: ReadonlySet<string>) {
    super();
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const { model_id } = model.data[WIDGET_MIME] as { model_id: string };
    if (this.known.has(model_id)) this.addWidget(new Widget());
    else this.node.textContent = "Error displaying widget: model not found";
    return Promise.resolve();
  }
}

class Placeholder extends Panel implements IRenderMime.IRenderer {
  renderModel(): Promise<void> {
    return new Promise(() => undefined);
  }
}

class Page {
  readonly rendermime = new RenderMimeRegistry();
  readonly model: OutputAreaModel;
  readonly area: OutputArea;
  private views = 0;

  constructor(modelId: string, { trusted = true } = {}) {
    const draw = (host: HTMLElement, stored: { document: { rev: number } }) => {
      host.textContent = `picture ${stored.document.rev}`;
      return () => host.replaceChildren();
    };
    const createRenderer = () => new GraphRenderer(draw);
    this.rendermime.addFactory({ safe: true, mimeTypes: [GRAPH_MIME], createRenderer }, -20);
    this.model = new OutputAreaModel({ trusted });
    this.area = new OutputArea({ model: this.model, rendermime: this.rendermime });
    Widget.attach(this.area, document.body);
    this.model.add({ output_type: "display_data", data: bundle(modelId), metadata: {} });
  }

  /** From now on widget views are made by this. */
  manager(createView: () => IRenderMime.IRenderer): void {
    this.rendermime.removeMimeType(WIDGET_MIME);
    const createRenderer = () => {
      this.views += 1;
      return createView();
    };
    this.rendermime.addFactory({ safe: false, mimeTypes: [WIDGET_MIME], createRenderer }, -10);
  }

  get asked(): number {
    return this.views;
  }

  get live(): HTMLElement | null {
    return this.area.node.querySelector(".jp-CausalGraph > .lm-Panel > .lm-Widget");
  }

  /** What the reader sees of the stored document, null where the live editor stands in its place. */
  get picture(): string | null {
    const node = this.area.node.querySelector(".jp-CausalGraph > .lm-Widget:not(.lm-Panel)");
    return node?.classList.contains("lm-mod-hidden") ? null : (node?.textContent ?? null);
  }

  get stored(): Record<string, unknown> {
    return this.model.toJSON()[0]?.data as Record<string, unknown>;
  }

  edit(detail: object): void {
    this.live?.dispatchEvent(new CustomEvent(STORED_EVENT, { bubbles: true, detail }));
  }
}

const known = (...ids: string[]) => {
  const set = new Set(ids);
  return () => new WidgetView(set);
};

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe("the output of a graph", () => {
  test("shows the stored graph at once and the live editor when the kernel has it", async () => {
    const page = new Page("m");
    expect(page.picture).toBe("picture 3");
    page.manager(known("m"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(page.live).not.toBeNull();
    expect(page.picture).toBeNull();
  });

  test("finds the editor when the notebook's widget manager arrives late", async () => {
    const page = new Page("m");
    page.manager(() => new Placeholder());
    await vi.advanceTimersByTimeAsync(4_000);
    expect(page.picture).toBe("picture 3");
    page.manager(known("m"));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(page.live).not.toBeNull();
  });

  test("stays a picture, and says nothing of widgets, when the kernel is gone", async () => {
    const page = new Page("gone");
    page.manager(known("other"));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(page.live).toBeNull();
    expect(page.area.node.textContent).toContain("picture 3");
    expect(page.area.node.textContent).not.toContain("Error");
    const { asked } = page;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(page.asked).toBe(asked);
  });

  test("never runs a widget of an untrusted notebook", async () => {
    const page = new Page("m", { trusted: false });
    page.manager(known("m"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.asked).toBe(0);
    expect(page.picture).toBe("picture 3");
  });

  test("says so where it holds no graph", () => {
    const page = new Page("m");
    page.model.set(0, { output_type: "display_data", data: { [GRAPH_MIME]: { version: 9 } }, metadata: {} });
    expect(page.picture).toContain("no graph");
  });
});

describe("an edit in the live editor", () => {
  test("is written into the output, and the editor stays the one it was", async () => {
    const page = new Page("m");
    page.manager(known("m"));
    await vi.advanceTimersByTimeAsync(1_000);
    const { live, asked } = page;
    page.edit({ document: document4, svg: "<svg>4</svg>", text: "new" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(page.stored[GRAPH_MIME]).toMatchObject({ document: document4, model_id: "m", name: "g" });
    expect(page.stored["image/svg+xml"]).toBe("<svg>4</svg>");
    expect(page.stored["text/plain"]).toBe("new");
    expect(page.live).toBe(live);
    expect(page.asked).toBe(asked);
  });

  test("is what is seen after the editor was closed", async () => {
    const page = new Page("m");
    const views: WidgetView[] = [];
    page.manager(() => {
      const view = new WidgetView(new Set(["m"]));
      views.push(view);
      return view;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    page.edit({ document: document4 });
    views.at(-1)?.widgets[0]?.dispose();
    expect(page.picture).toBe("picture 4");
  });

  test("of something else than a graph changes nothing", async () => {
    const page = new Page("m");
    page.manager(known("m"));
    await vi.advanceTimersByTimeAsync(1_000);
    page.edit({ document: "no" });
    expect(page.stored[GRAPH_MIME]).toMatchObject({ document: document3 });
  });
});

test("an output that is replaced shows the editor of the new one", async () => {
  const page = new Page("m");
  page.manager(known("m", "n"));
  await vi.advanceTimersByTimeAsync(1_000);
  const { live } = page;
  page.model.set(0, { output_type: "display_data", data: bundle("n"), metadata: {} });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(page.live).not.toBeNull();
  expect(page.live).not.toBe(live);
});

describe("an editor in the output", () => {
  function editorIn(around: Widget | null): { readonly heard: Event[]; readonly renderer: GraphRenderer } {
    const heard: Event[] = [];
    const renderer = new GraphRenderer(() => () => undefined);
    const editor = renderer.node.appendChild(document.createElement("div"));
    editor.className = "cmg";
    editor.addEventListener(KERNEL_EVENT, (event) => heard.push(event));
    if (around instanceof Panel) around.addWidget(renderer);
    Widget.attach(around ?? renderer, document.body);
    return { heard, renderer };
  }

  class NotebookPanel extends Panel {
    readonly sessionContext = { statusChanged: new Signal<this, string>(this) };
  }

  test("is told that the kernel was started anew, or died, while it is on the page", () => {
    const notebook = new NotebookPanel();
    const { heard, renderer } = editorIn(notebook);
    const { statusChanged } = notebook.sessionContext;
    for (const status of ["busy", "idle", "restarting"]) statusChanged.emit(status);
    expect(heard).toHaveLength(0);
    for (const status of ["starting", "dead"]) statusChanged.emit(status);
    expect(heard).toHaveLength(2);
    renderer.parent = null;
    statusChanged.emit("starting");
    expect(heard).toHaveLength(2);
  });

  test("has nothing to hear where there is no kernel", () => {
    expect(editorIn(null).heard).toHaveLength(0);
  });
});
