// Pictures within a page have the palettes of JupyterLab's themes: they are told which one is shown.
const system = matchMedia("(prefers-color-scheme: dark)");

function tell() {
  const theme = document.body.dataset.theme;
  const dark = theme === "dark" || (theme !== "light" && system.matches);
  document.body.dataset.jpThemeLight = String(!dark);
}

document.addEventListener("DOMContentLoaded", () => {
  tell();
  system.addEventListener("change", tell);
  new MutationObserver(tell).observe(document.body, { attributeFilter: ["data-theme"] });
});
