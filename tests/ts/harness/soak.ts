/** The editor in a plain page, which edits itself: by keys as a hand would, and from the kernel's side. */
import { mountEditor } from "../../../src/editor";
import { LocalKernel } from "../../../src/editor/local-kernel";
import { OperationError } from "../../../src/graph/errors";
import type { GraphDocument } from "../../../src/graph/model";
import { applyGroup } from "../../../src/graph/operations";
import { pick, randomGroup, seeded } from "../editor/random-edits";

const random = seeded(1);
const KEYS = ["x", "y", "a", "u", "s", "Alt+ArrowLeft", "Alt+ArrowDown", "Delete", "Ctrl+z", "Ctrl+z", "Ctrl+Shift+z", "l"];
const MOST_NODES = 30;
const nodes = Array.from({ length: 8 }, (_, i) => ({ id: `n${i}`, name: `V${i}`, roles: [], x: 80 * i, y: 60 * (i % 3) }));
const document_: GraphDocument = { version: 1, rev: 0, nodes, edges: [], tiers: [] };

const host = document.body.appendChild(document.createElement("main"));
let edits = 0;
let fresh = 0;
const kernel = new LocalKernel({ document: document_, title: "g", onEdit: () => (edits += 1) });
mountEditor(host, kernel);

const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

function press(chord: string): void {
  const target = pick(random, [...host.querySelectorAll<SVGElement>("[data-node-name]")]);
  if (!target) return;
  target.focus();
  const key = chord.replace(/^.*\+/, "");
  const modifiers = { ctrlKey: chord.includes("Ctrl"), altKey: chord.includes("Alt"), shiftKey: chord.includes("Shift") };
  target.dispatchEvent(new KeyboardEvent("keydown", { key, ...modifiers, bubbles: true, cancelable: true, composed: true }));
}

/** What Python or another screen does. */
function editElsewhere(): void {
  const { document: now } = kernel;
  const tooMany = now.nodes.slice(MOST_NODES / 2).map(({ id }) => ({ op: "delete_node" as const, id }));
  const group = now.nodes.length > MOST_NODES ? tooMany : randomGroup(now, random, (prefix) => `${prefix}-${++fresh}`);
  try {
    kernel.show(applyGroup(now, group));
    edits += 1;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
  }
}

async function edit(count: number): Promise<object> {
  const until = edits + count;
  while (edits < until) {
    if (random() < 0.5) press(pick(random, KEYS) ?? "x");
    else editElsewhere();
    await drawn();
  }
  return { edits, nodes: kernel.document.nodes.length };
}

declare global {
  interface Window {
    soak: { edit: typeof edit };
  }
}
window.soak = { edit };
