import js from "@eslint/js";
import tseslint from "typescript-eslint";

const size = {
  "max-lines": ["error", { max: 400 }],
  "max-lines-per-function": ["error", { max: 60, IIFEs: true }],
};

/** Rooms of src/ that a room may not reach, and packages it may not know. */
function closed(room, rooms, packages = []) {
  const groups = rooms.map((name) => ({ regex: `^\\.\\.?/(.*/)?${name}(/|$)` }));
  const outside = packages.length ? [{ group: packages }] : [];
  return {
    files: [`src/${room}/**/*.{ts,tsx}`],
    rules: { "no-restricted-imports": ["error", { patterns: [...groups, ...outside] }] },
  };
}

export default tseslint.config(
  { ignores: ["node_modules", ".venv", ".make", "lib", "build", "dist", "causal_magics", "coverage"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.recommendedTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.test.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...size,
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "no-restricted-globals": ["error", "alert", "confirm", "prompt"],
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["tests/**/*.{ts,tsx}"],
    rules: { "max-lines-per-function": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  { files: ["*.mjs"], languageOptions: { globals: { process: "readonly", console: "readonly" } } },
  { files: ["scripts/documentation/static/*.js"], languageOptions: { globals: { document: "readonly", matchMedia: "readonly", MutationObserver: "readonly" } } },
  closed("graph", ["editor", "traits", "timeline", "head-map", "payoff-explorer", "widgets", "lab"], ["@jupyterlab/*", "@lumino/*", "preact", "preact/*", "@preact/*"]),
  closed("editor", ["traits", "timeline", "head-map", "payoff-explorer", "widgets", "lab"], ["@jupyterlab/*", "@jupyter-widgets/*", "@lumino/*", "@anywidget/*"]),
  closed("traits", ["timeline", "head-map", "payoff-explorer", "widgets", "lab"], ["@jupyterlab/*", "@jupyter-widgets/*", "@lumino/*"]),
  closed("timeline", ["head-map", "payoff-explorer", "widgets", "lab"], ["@jupyterlab/*", "@jupyter-widgets/*", "@lumino/*", "@anywidget/*"]),
  closed("head-map", ["timeline", "payoff-explorer", "widgets", "lab"], ["@jupyterlab/*", "@jupyter-widgets/*", "@lumino/*", "@anywidget/*"]),
  closed("payoff-explorer", ["timeline", "head-map", "widgets", "lab"], ["@jupyterlab/*", "@jupyter-widgets/*", "@lumino/*", "@anywidget/*"]),
  closed("widgets", ["lab"], ["@jupyterlab/*", "@lumino/*"]),
  closed("lab", ["widgets"], ["@anywidget/*"]),
);
