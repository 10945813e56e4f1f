/**
 * Reads texts of the notation, over JSON lines: `node tests/ts/harness/run.mjs notation`.
 * Each line in is a list of texts; each line out is the list of what they say, or why they are refused.
 */
import { createInterface } from "node:readline";
import { type NotationCell, NotationError, formatGraph, parseCell, parseGraph } from "../../../src/graph/notation";

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

function told({ graph, settings, places }: NotationCell): object {
  return {
    nodes: graph.nodes.map(({ name, roles, position }) => ({ name, roles: [...roles].sort(), position })),
    edges: graph.edges,
    required: [...graph.required].sort(byText),
    forbidden: [...graph.forbidden].sort(byText),
    tiers: graph.tiers,
    settings: Object.fromEntries([...settings].map(([key, setting]) => [`:${key}`, setting])),
    places: [...places].map(([name, { line, column }]) => [name, line, column]),
  };
}

function read(text: string): object {
  const before = process.cpuUsage();
  const answer = answerTo(text);
  const { user, system } = process.cpuUsage(before);
  return { answer, cpu: (user + system) / 1e6 };
}

function answerTo(text: string): object {
  try {
    const cell = parseCell(text);
    const written = formatGraph(cell.graph);
    const again = formatGraph(parseGraph(written));
    return { ...told(cell), written, again };
  } catch (error) {
    if (!(error instanceof NotationError)) return { raised: String(error) };
    const { kind, line, column } = error;
    return { kind, line, column };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const texts = JSON.parse(line) as readonly string[];
  process.stdout.write(`${JSON.stringify(texts.map(read))}\n`);
}
