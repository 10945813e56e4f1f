// Serves the editor in a plain page, before a kernel in the page: node tests/ts/harness/page.mjs [port]
// In its console: bench.open(document.body, bench.randomDocument(100)).
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { argv, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(import.meta.resolve("./page.ts"))],
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".css": "text" },
  write: false,
});
const script = Buffer.from(outputFiles[0].contents).toString();
const page = `<!doctype html><meta charset="utf-8"><title>editor</title><main></main>
<script type="module">${script.replaceAll("</script", "<\\/script")}
bench.open(document.querySelector("main"), bench.SMOKING);</script>`;

const port = Number(argv[2] ?? 8799);
createServer((_request, response) => response.setHeader("Content-Type", "text/html").end(page)).listen(port, "127.0.0.1");
stdout.write(`http://127.0.0.1:${port}\n`);
