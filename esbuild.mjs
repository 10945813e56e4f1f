// Bundles the front end: one self-contained module a widget, and one module for JupyterLab.
//   node esbuild.mjs widgets [--watch]   src/widgets/*.ts -> causal_magics/static/*.js
//   node esbuild.mjs lab                 src/lab/index.ts -> lib/index.js (packages stay outside)
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { context, transform } from "esbuild";

/** Importing a style sheet gives its text, without what only its writers need. */
const cssAsText = {
  name: "css-as-text",
  setup: (build) =>
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
      return { contents: code, loader: "text" };
    }),
};

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  loader: { ".svg": "text" },
  plugins: [cssAsText],
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
    plugins: [cssAsText, { name: "report", setup: (build) => build.onEnd(report) }],
  },
  lab: {
    ...shared,
    entryPoints: ["src/lab/index.ts"],
    outfile: "lib/index.js",
    packages: "external",
  },
};

function report(result) {
  if (!result.metafile) return;
  const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
  for (const file of Object.keys(result.metafile.outputs)) {
    const code = readFileSync(file);
    console.log(`${basename(file)}: ${kib(code.length)}, ${kib(gzipSync(code).length)} gzip`);
  }
  writeLicences(result.metafile);
}

/** The licences of the packages that are inside the bundles go with them. */
function writeLicences({ inputs }) {
  const found = Object.keys(inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  const packages = [...new Set(found)].filter((name) => name !== undefined).sort();
  const texts = packages.map((name) => {
    const folder = join("node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8") : ""}`;
  });
  if (texts.length) writeFileSync("causal_magics/static/third-party-licenses.txt", texts.join("\n\n"));
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
