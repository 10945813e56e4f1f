// Bundles screen.ts, or what is named instead of it, and runs it: one JSON command a line in, one JSON answer a line out.
import { Buffer } from "node:buffer";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(import.meta.resolve(`./${process.argv[2] ?? "screen"}.ts`))],
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  write: false,
});
await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
