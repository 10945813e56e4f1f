// Bundles the front end: one self-contained module a widget, and one module for JupyterLab.
//   node esbuild.mjs widgets [--watch]   src/widgets/*.ts -> causal_magics/static/*.js
//   node esbuild.mjs lab                 src/lab/index.ts -> lib/index.js (JupyterLab's packages stay outside)
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { context } from "esbuild";

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  loader: { ".css": "text", ".svg": "text" },
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
};

function widgetEntries() {
  const folder = "src/widgets";
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => join(folder, name));
}

const targets = {
  widgets: {
    ...shared,
    entryPoints: widgetEntries(),
    outdir: "causal_magics/static",
    minify: true,
    metafile: true,
    plugins: [{ name: "sizes", setup: (build) => build.onEnd(reportSizes) }],
    write: true,
  },
  lab: {
    ...shared,
    entryPoints: ["src/lab/index.ts"],
    outfile: "lib/index.js",
    external: ["@jupyterlab/*", "@jupyter-widgets/*", "@lumino/*", "@codemirror/*", "@lezer/*"],
  },
};

async function reportSizes(result) {
  const { readFileSync } = await import("node:fs");
  for (const file of Object.keys(result.metafile?.outputs ?? {})) {
    const zipped = gzipSync(readFileSync(file)).length;
    const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
    console.log(`${basename(file)}: ${kib(statSync(file).size)}, ${kib(zipped)} gzip`);
  }
}

const [name = "", option] = process.argv.slice(2);
const options = targets[name];
if (!options) {
  console.error("usage: node esbuild.mjs widgets|lab [--watch]");
  process.exit(2);
}
const build = await context(options);
if (option === "--watch") {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
