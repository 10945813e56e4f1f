import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineConfig } from "vitest/config";

// As in the esbuild bundles, importing a stylesheet gives its text.
const marker = "\0text:";
const cssAsText = {
  name: "css-as-text",
  enforce: "pre",
  resolveId(source, importer) {
    if (!source.endsWith(".css") || !importer) return null;
    return `${marker}${resolve(dirname(importer), source)}.js`;
  },
  load(id) {
    if (!id.startsWith(marker)) return null;
    const path = id.slice(marker.length, -".js".length);
    return `export default ${JSON.stringify(readFileSync(path, "utf8"))};`;
  },
};

export default defineConfig({
  plugins: [cssAsText],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  test: {
    include: ["tests/ts/**/*.test.{ts,tsx}"],
    environment: "jsdom",
    passWithNoTests: true,
    testTimeout: 120_000,
    maxWorkers: 2,
  },
});
