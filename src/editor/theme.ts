/** Whether the page around the editor is light or dark, and whose colours are on it. */

type Page = "jupyterlab" | "vscode" | "elsewhere";

interface Theme {
  readonly page: Page;
  readonly isDark: boolean;
}

/** Where pages say it: JupyterLab, VS Code and marimo on the body, Colab at the root. */
const BODY_ATTRIBUTES = ["class", "data-jp-theme-light", "data-vscode-theme-kind", "data-theme"];
const ROOT_ATTRIBUTES = ["theme"];

/** What the page says of its theme; where it says nothing, the system decides. */
function themeOf({ body, documentElement }: Document): Theme {
  const { jpThemeLight, vscodeThemeKind, theme } = body.dataset;
  if (jpThemeLight !== undefined) return { page: "jupyterlab", isDark: jpThemeLight === "false" };
  const kind = vscodeThemeKind ?? [...body.classList].find((name) => /^vscode-(light|dark|high-contrast)/.test(name));
  if (kind !== undefined) return { page: "vscode", isDark: /dark|high-contrast$/.test(kind) };
  const said = theme ?? documentElement.getAttribute("theme") ?? (isInColab() ? "light" : null);
  return { page: "elsewhere", isDark: said === null ? (matchesDark()?.matches ?? false) : said === "dark" };
}

function isInColab(): boolean {
  const { google } = window as { google?: { colab?: unknown } };
  return google?.colab !== undefined;
}

function matchesDark(): MediaQueryList | undefined {
  return typeof window.matchMedia === "function" ? window.matchMedia("(prefers-color-scheme: dark)") : undefined;
}

/** Keeps `data-theme` and `data-page` of the root at what the page says; returns the function that ends it. */
export function followTheme(root: HTMLElement): () => void {
  const { ownerDocument } = root;
  const apply = (): void => {
    const { page, isDark } = themeOf(ownerDocument);
    root.dataset.page = page;
    root.dataset.theme = isDark ? "dark" : "light";
  };
  apply();
  const observer = new MutationObserver(apply);
  observer.observe(ownerDocument.body, { attributes: true, attributeFilter: BODY_ATTRIBUTES });
  observer.observe(ownerDocument.documentElement, { attributes: true, attributeFilter: ROOT_ATTRIBUTES });
  const query = matchesDark();
  query?.addEventListener("change", apply);
  return () => {
    observer.disconnect();
    query?.removeEventListener("change", apply);
  };
}
