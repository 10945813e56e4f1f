import { afterEach, describe, expect, it } from "vitest";
import { followTheme } from "../../../src/editor/theme";

interface Words {
  readonly body?: Readonly<Record<string, string>>;
  readonly root?: Readonly<Record<string, string>>;
}

const say = (element: Element, words: Words["body"] = {}): void => {
  for (const [name, value] of Object.entries(words)) element.setAttribute(name, value);
};

const endings: (() => void)[] = [];

function follow(): HTMLElement {
  const root = document.createElement("div");
  endings.push(followTheme(root));
  return root;
}

afterEach(() => {
  for (const end of endings.splice(0)) end();
  for (const element of [document.body, document.documentElement]) {
    for (const { name } of [...element.attributes]) element.removeAttribute(name);
  }
  Reflect.deleteProperty(window, "matchMedia");
  Reflect.deleteProperty(window, "google");
});

/** As if the system were dark. */
function darken(): void {
  const query = { matches: true, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(window, { matchMedia: () => query });
}

describe("the page's theme", () => {
  const pages: readonly [string, Words, string, string][] = [
    ["JupyterLab, light", { body: { "data-jp-theme-light": "true" } }, "jupyterlab", "light"],
    ["JupyterLab, dark", { body: { "data-jp-theme-light": "false" } }, "jupyterlab", "dark"],
    ["VS Code, light", { body: { "data-vscode-theme-kind": "vscode-light" } }, "vscode", "light"],
    ["VS Code, dark", { body: { "data-vscode-theme-kind": "vscode-dark" } }, "vscode", "dark"],
    ["VS Code, high contrast", { body: { "data-vscode-theme-kind": "vscode-high-contrast" } }, "vscode", "dark"],
    ["VS Code, high contrast and light", { body: { "data-vscode-theme-kind": "vscode-high-contrast-light" } }, "vscode", "light"],
    ["VS Code by its class alone", { body: { class: "vscode-reduce-motion vscode-dark" } }, "vscode", "dark"],
    ["marimo, light", { body: { class: "light light-theme", "data-theme": "light" } }, "elsewhere", "light"],
    ["marimo, dark", { body: { class: "dark dark-theme", "data-theme": "dark" } }, "elsewhere", "dark"],
    ["Colab, dark", { root: { theme: "dark" } }, "elsewhere", "dark"],
    ["Colab, light", { root: { theme: "light" } }, "elsewhere", "light"],
  ];
  it.each(pages)("%s", (_name, { body, root }, page, theme) => {
    if (theme === "light") darken();
    say(document.body, body);
    say(document.documentElement, root);
    const { dataset } = follow();
    expect([dataset.page, dataset.theme]).toEqual([page, theme]);
  });

  it("is the system's where the page says nothing, but Colab's silence is light", () => {
    expect(follow().dataset.theme).toBe("light");
    darken();
    expect(follow().dataset.theme).toBe("dark");
    Object.assign(window, { google: { colab: {} } });
    expect(follow().dataset.theme).toBe("light");
  });

  it.each([
    ["data-jp-theme-light", "false", "body"],
    ["data-vscode-theme-kind", "vscode-dark", "body"],
    ["data-theme", "dark", "body"],
    ["theme", "dark", "html"],
  ])("is followed when %s changes", async (name, value, tag) => {
    const { dataset } = follow();
    document.querySelector(tag)?.setAttribute(name, value);
    await Promise.resolve();
    expect(dataset.theme).toBe("dark");
  });
});
