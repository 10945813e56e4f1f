import { expect, test, vi } from "vitest";

vi.hoisted(() => {
  // What jsdom lacks and JupyterLab's modules ask for when they are loaded.
  vi.stubGlobal("DragEvent", class DragEvent extends MouseEvent {});
  vi.stubGlobal("matchMedia", () => ({ matches: false, addListener: () => undefined }));
});
import { MimeModel } from "@jupyterlab/rendermime";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils";
import { StoredRenderer, type StoredTraits } from "../../../src/lab/stored-renderer";
import { STORED_EVENT } from "../../../src/traits/storing";

const MIME = "application/x-kept+json";

const draw = (host: HTMLElement, stored: StoredTraits): (() => void) => {
  host.textContent = `drawn ${String(stored.title)}`;
  return () => host.replaceChildren();
};

async function render(stored: unknown): Promise<{ renderer: StoredRenderer; written: ReadonlyPartialJSONObject[] }> {
  const written: ReadonlyPartialJSONObject[] = [];
  const callback = ({ data }: IRenderMime.IMimeModel.ISetDataOptions): void => void (data && written.push(data));
  const renderer = new StoredRenderer({ mime: MIME, draw, nothing: "no timeline that this version can read" });
  const data = { [MIME]: stored as ReadonlyPartialJSONObject, "text/plain": "old" };
  await renderer.renderModel(new MimeModel({ trusted: true, data, callback }));
  return { renderer, written };
}

test("a stored timeline is drawn; what this version cannot read is said to be so", async () => {
  expect((await render({ version: 1, title: "kept" })).renderer.node.textContent).toBe("drawn kept");
  for (const odd of [{ version: 2 }, "<b>", null]) {
    expect((await render(odd)).renderer.node.textContent).toContain("no timeline that this version can read");
  }
});

test("what the live timeline shows is written into the output, once", async () => {
  const { renderer, written } = await render({ version: 1, title: "kept" });
  const tell = (detail: unknown): void => void renderer.node.firstElementChild!.dispatchEvent(new CustomEvent(STORED_EVENT, { bubbles: true, detail }));
  tell({ "text/plain": "new" });
  expect(written).toEqual([{ [MIME]: { version: 1, title: "kept" }, "text/plain": "new" }]);
  tell({ "text/plain": "new" });
  tell("odd");
  expect(written).toHaveLength(1);
});
