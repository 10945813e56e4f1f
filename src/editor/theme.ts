/** Whether the page around the editor is light or dark. */

/** JupyterLab and VS Code say it on the body; elsewhere the system decides. */
export function isDark(body: HTMLElement): boolean {
  const { jpThemeLight, vscodeThemeKind } = body.dataset;
  if (jpThemeLight !== undefined) return jpThemeLight === "false";
  if (vscodeThemeKind !== undefined) return /dark|high-contrast$/.test(vscodeThemeKind);
  return matchesDark()?.matches ?? false;
}

function matchesDark(): MediaQueryList | undefined {
  return typeof window.matchMedia === "function" ? window.matchMedia("(prefers-color-scheme: dark)") : undefined;
}

/** Keeps `data-theme` of the root at the page's theme; returns the function that ends it. */
export function followTheme(root: HTMLElement): () => void {
  const { body } = root.ownerDocument;
  const apply = (): void => void (root.dataset.theme = isDark(body) ? "dark" : "light");
  apply();
  const observer = new MutationObserver(apply);
  observer.observe(body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-vscode-theme-kind"] });
  const query = matchesDark();
  query?.addEventListener("change", apply);
  return () => {
    observer.disconnect();
    query?.removeEventListener("change", apply);
  };
}
