import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PAUSE } from "../../../src/editor/evidence/evidence";
import { GATHERING } from "../../../src/editor/evidence/last-edit";
import { CHAIN, edge, edgeElement, edges, node, open, openStored, pointer, press, said, settle, type Bench } from "./bench";

const DOCUMENT = {
  ...CHAIN,
  nodes: [node("Mek", 100, 40), node("Raf", 100, 140), node("Erk", 300, 140), node("Akt", 300, 40)],
  edges: [edge("raf", "mek"), edge("raf", "erk")],
};
const modelSays = (verdict: string | null, rest: object = {}): object => ({
  verdict, forward: 0.1, backward: 0.7, absent: 0.2, log_odds: -1.95, log_odds_edge: 1.39, agreement: 0.9, ...rest,
}); // prettier-ignore
const dataSay = (verdict: string | null, rest: object = {}): object => ({ verdict, forward: 120.4, backward: 80.2, ...rest });
const DISPUTE = { a: "mek", b: "raf", model: modelSays("<-"), data: dataSay("->"), disagree: true, settled: false };
const AGREED = { a: "raf", b: "erk", model: modelSays("--"), data: dataSay("->"), disagree: false, settled: false };
const opinion = (pairs: object[], rest: object = {}): object => ({ rev: CHAIN.rev, model: "smollm2", pairs, waiting: "", problem: "", note: "", ...rest });

const added = (rest: object = {}): object => ({ source: "Raf", target: "Mek", source_id: "raf", target_id: "mek", mark: "->", was: null, was_reversed: false, what: "added", bits: -12.3, ...rest });
const change = (rest: object = {}): object => ({ edges: [added()], bits: -12.3, broken: [], estimand: null, sets: null, ...rest });
const overlay = (told: object | null, rest: object = {}): object => ({
  rev: CHAIN.rev, effect: null, independences: [], truncated: [], bits: { source: "sachs", saved: 10, edges: {} }, change: told, waiting: null, ...rest,
}); // prettier-ignore

const openEvidence = (pairs: object[] = [DISPUTE, AGREED], traits: object = {}): Promise<Bench> =>
  open(DOCUMENT, { overlay: overlay(null), opinion: opinion(pairs), ...traits });

const plain = ({ textContent }: Element): string => (textContent ?? "").replace(/\s+/g, " ");
const rows = (part: Element): string[][] => [...part.querySelectorAll("tr")].map((row) => [...row.children].map((cell) => plain(cell)));
const takes = ({ host }: Bench): HTMLButtonElement[] => [...host.querySelectorAll<HTMLButtonElement>(".cmg-take")];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

test("an edge has its three states side by side, the verdict of each marked", async () => {
  const bench = await openEvidence();
  edgeElement(bench, "Raf -> Mek").dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
  await pointer(bench, "pointerdown", edgeElement(bench, "Raf -> Mek"), 100, 90);
  await pointer(bench, "pointerup", edgeElement(bench, "Raf -> Mek"), 100, 90);
  expect(rows(bench.host.querySelector(".cmg-pair")!)).toEqual([
    ["Evidence", "data, bits", "smollm2"],
    ["Mek → Raf", "saves 120 ✓", "10%"],
    ["Raf → Mek", "saves 80.2", "70% ✓"],
    ["no edge", "0", "20%"],
  ]);
  expect(bench.host.querySelector(".cmg-dispute-said")?.textContent).toContain("data say Mek → Raf, smollm2 says Raf → Mek");
  expect(takes(bench).map(({ textContent }) => textContent)).toEqual(["take data: require Mek → Raf", "take smollm2: require Raf → Mek"]);
});

test("a disagreement is marked on the canvas in shape and words, and what is settled or agreed is not", async () => {
  const bench = await openEvidence();
  const disputed = edgeElement(bench, "Raf -> Mek");
  expect(disputed.querySelector(".cmg-dispute")).not.toBeNull();
  expect(disputed.getAttribute("aria-label")).toBe("Raf to Mek, directed; data and smollm2 disagree");
  expect(edgeElement(bench, "Raf -> Erk").querySelector(".cmg-dispute")).toBeNull();
  expect(bench.host.querySelector(".cmg-disputes")?.textContent).toContain("Data and smollm2 disagree on 1 edge");
  bench.wire.set("opinion", opinion([{ ...DISPUTE, settled: true }]));
  await settle(bench.wire);
  expect(bench.host.querySelector(".cmg-dispute, .cmg-disputes")).toBeNull();
});

test("one click takes a side as one edit, and undo takes it back", async () => {
  const bench = await openEvidence();
  takes(bench)[0]!.click();
  await settle(bench.wire);
  expect(edges(bench)).toEqual(["Mek -> Raf", "Raf -> Erk"]);
  expect(bench.kernel.document.edges.find(({ source }) => source === "mek")?.knowledge).toBe("required");
  expect(bench.kernel.document.rev).toBe(CHAIN.rev + 1);
  expect(bench.host.querySelector(".cmg-dispute, .cmg-disputes")).toBeNull();
  expect(said(bench)).toContain("data: require Mek → Raf.");
  await press(bench, "Mod+z");
  expect(edges(bench)).toEqual(["Raf -> Erk", "Raf -> Mek"]);
  expect(bench.host.querySelector(".cmg-disputes")).not.toBeNull();
});

test("the keyboard goes on to the next disagreement, and after the last to the canvas", async () => {
  const second = { ...AGREED, model: modelSays("none"), disagree: true };
  const bench = await openEvidence([DISPUTE, second]);
  takes(bench)[0]!.focus();
  takes(bench)[0]!.click();
  await settle(bench.wire);
  expect(document.activeElement?.textContent).toBe("take data: require Raf → Erksaves 120 bits");
  takes(bench)[1]!.click();
  await settle(bench.wire);
  expect(document.activeElement?.closest(".cmg-svg")).not.toBeNull();
  expect(bench.kernel.document.edges.map(({ knowledge }) => knowledge)).toEqual(["forbidden", "required", "forbidden"]);
});

test("a side that would close a cycle is refused with the path", async () => {
  const document = { ...DOCUMENT, edges: [edge("raf", "erk"), edge("erk", "mek"), edge("raf", "mek")] };
  const bench = await open(document, { opinion: opinion([DISPUTE]) });
  takes(bench)[0]!.click();
  await settle(bench.wire);
  expect(bench.host.querySelector(".cmg-notice-text")?.textContent).toContain("would close a cycle: Mek → Raf → Erk → Mek");
  expect(bench.kernel.document.rev).toBe(CHAIN.rev);
});

test("the menu of a disputed edge, and the outline, reach both sides", async () => {
  const bench = await openEvidence();
  edgeElement(bench, "Raf -> Mek").dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, composed: true, clientX: 100, clientY: 90 }));
  await settle(bench.wire);
  const items = [...bench.host.querySelectorAll(".cmg-context [role^=menuitem]")].map(({ textContent }) => textContent);
  expect(items.slice(0, 2)).toEqual(["Take data: require Mek → Raf", "Take smollm2: require Raf → Mek"]);
  await press(bench, "Escape", "o");
  expect(bench.host.querySelectorAll(".cmg-outline .cmg-take")).toHaveLength(2);
});

test("a read-only editor shows what both say and no buttons, a stored graph nothing", async () => {
  const bench = await openEvidence([DISPUTE], { read_only: true });
  expect(bench.host.querySelector(".cmg-disputes")).not.toBeNull();
  expect(takes(bench)).toEqual([]);
  const stored = await openStored(DOCUMENT);
  expect(stored.querySelector(".cmg-disputes, .cmg-pair, .cmg-last-edit, .cmg-dispute")).toBeNull();
});

test("two selected nodes are asked about after a pause, once", async () => {
  const bench = await openEvidence();
  const asked = (): object[] => bench.wire.up.map((raw) => JSON.parse(raw) as object).filter((message) => "question" in message);
  const click = async (name: string, shiftKey: boolean): Promise<void> => {
    const element = bench.host.querySelector(`[data-node-name="${name}"]`)!;
    for (const kind of ["pointerdown", "pointerup"]) {
      const event = new MouseEvent(kind, { bubbles: true, cancelable: true, composed: true, clientX: 300, clientY: 140, shiftKey });
      Object.defineProperties(event, { pointerId: { value: 1 }, pointerType: { value: "mouse" } });
      element.dispatchEvent(event);
    }
    await vi.advanceTimersByTimeAsync(20);
  };
  await click("Erk", false);
  await click("Akt", true);
  expect(asked()).toEqual([]);
  await vi.advanceTimersByTimeAsync(PAUSE);
  expect(asked()).toMatchObject([{ kind: "ask", question: "opinion", a: "erk", b: "akt" }]);
  bench.wire.set("opinion", opinion([{ a: "erk", b: "akt", model: null, data: dataSay("none", { forward: -3, backward: null }), disagree: false, settled: false }], { waiting: "asking smollm2, 1 pair left" }));
  await settle(bench.wire);
  expect(rows(bench.host.querySelector(".cmg-pair")!)).toEqual([
    ["Evidence", "data, bits", "smollm2"],
    ["Erk → Akt", "costs 3", "…"],
    ["Akt → Erk", "–", "…"],
    ["no edge", "0 ✓", "…"],
  ]);
  expect(bench.host.querySelector(".cmg-waiting")?.textContent).toBe("asking smollm2, 1 pair left …");
});

test("what the data said of another revision is greyed, and what the model said of another name is dropped", async () => {
  const bench = await openEvidence();
  await pointer(bench, "pointerdown", edgeElement(bench, "Raf -> Mek"), 100, 90);
  await pointer(bench, "pointerup", edgeElement(bench, "Raf -> Mek"), 100, 90);
  const old = (): number => bench.host.querySelectorAll(".cmg-pair .is-old").length;
  expect([bench.root.dataset.opinion, old()]).toEqual(["fresh", 0]);
  bench.kernel.python([{ op: "delete_edge", id: "raferk" }]);
  await settle(bench.wire);
  expect([bench.root.dataset.opinion, old()]).toEqual(["stale", 3]);
  expect(bench.host.querySelector(".cmg-pair")?.textContent).toContain("70% ✓");
  bench.kernel.python([{ op: "set_node", id: "mek", name: "MAP2K1" }]);
  await settle(bench.wire);
  expect(bench.host.querySelector(".cmg-pair")?.textContent).not.toContain("70%");
  expect(bench.host.querySelector(".cmg-dispute")).toBeNull();
});

test("the last edit stands edge by edge with bits and log-odds, and with what follows", async () => {
  const told = change({
    edges: [added(), added({ source: "Erk", target: "Gone", source_id: "erk", target_id: null, what: "removed", mark: null, was: "<->", bits: 4 })],
    bits: -8.3,
    broken: [{ x: ["mek"], y: ["akt"], given: ["raf"], test: { p: 0.0001 } }],
    sets: { gone: [["raf"]], new: [[]] },
    estimand: { was: "P(a)", now: "P(b)" },
  });
  const independences = [{ x: ["erk"], y: ["akt"], given: [], new: true, test: { p: 0.412, p_adjusted: 0.8, rejected: false } }];
  const { host } = await openEvidence([DISPUTE], { overlay: overlay(told, { independences }) });
  const part = host.querySelector(".cmg-last-edit")!;
  expect(rows(part)).toEqual([
    ["Last edit", "data, bits", "smollm2"],
    ["+ Raf → Mek", "saves 12.3", "→ +1.9edge +1.4agree 0.9"],
    ["× Erk ↔ Gone", "costs 4", "–"],
    ["in all", "saves 8.3", ""],
  ]);
  const lines = [...part.querySelectorAll("p, li")].map(plain);
  expect(lines).toEqual(["Adjust for + nothing× Raf", "Estimand P(b)", "+ Erk ⊥ Aktp .41", "× Mek ⊥ Akt | Rafp <.001"]);
  expect(host.querySelector(".cmg-implications .cmg-new")).not.toBeNull();
});

test("an edit's result is said once, in one sentence; what the model adds later is said then", async () => {
  const bench = await openEvidence([{ ...DISPUTE, model: null }]);
  const heard: string[] = [];
  const observer = new MutationObserver(() => heard.push(said(bench)));
  observer.observe(bench.host.querySelector(".cmg-live")!, { childList: true, characterData: true, subtree: true });
  for (const waiting of ["1 of 2 tested", null, null]) {
    bench.wire.set("overlay", overlay(change(), { waiting }));
    await vi.advanceTimersByTimeAsync(GATHERING + 40);
  }
  expect(heard).toEqual(["Last edit: saves 12.3 bits."]);
  bench.wire.set("opinion", opinion([DISPUTE, AGREED], { waiting: "asking smollm2, 1 pair left" }));
  await vi.advanceTimersByTimeAsync(GATHERING + 40);
  bench.wire.set("opinion", opinion([DISPUTE, AGREED]));
  await vi.advanceTimersByTimeAsync(GATHERING + 40);
  expect(heard.slice(1)).toEqual(["smollm2: log-odds +1.9 for Raf → Mek, +1.4 for an edge, agreement 0.9."]);
  observer.disconnect();
});

test("what the model knows already is in the same sentence, and a change seen at the start is not said", async () => {
  const bench = await openEvidence([DISPUTE], { overlay: overlay(change()) });
  await vi.advanceTimersByTimeAsync(GATHERING + 40);
  expect(said(bench)).toBe("");
  const broken = [{ x: ["mek"], y: ["akt"], given: [], test: null }];
  bench.wire.set("overlay", overlay(change({ bits: 3, broken })));
  await vi.advanceTimersByTimeAsync(GATHERING + 40);
  expect(said(bench)).toBe("Last edit: costs 3 bits; smollm2: log-odds +1.9 for Raf → Mek, +1.4 for an edge, agreement 0.9; 1 broken independence.");
});

test("low agreement is said plainly, and so are notes and problems", async () => {
  const doubtful = { ...DISPUTE, model: modelSays(null, { agreement: 0.5 }), disagree: false };
  const bench = await openEvidence([doubtful], { opinion: opinion([doubtful], { note: "Low agreement.", problem: "Expected a model, got none." }) });
  await pointer(bench, "pointerdown", edgeElement(bench, "Raf -> Mek"), 100, 90);
  await pointer(bench, "pointerup", edgeElement(bench, "Raf -> Mek"), 100, 90);
  expect(bench.host.querySelector(".cmg-pair .cmg-doubt")?.textContent).toBe("askings agree 0.5: tells more of the wording than of the pair");
  expect(bench.host.querySelector(".cmg-pair")?.textContent).toContain("smollm2: undecided");
  expect(bench.host.querySelector(".cmg-alarm")?.textContent).toBe("Expected a model, got none.");
  expect(bench.host.textContent).toContain("Low agreement.");
});

test("a label that is too long for its column stands above its figures", async () => {
  const nodes = DOCUMENT.nodes.map((each) => (each.id === "mek" ? { ...each, name: "Household income before taxes" } : each));
  const bench = await open({ ...DOCUMENT, nodes }, { overlay: overlay(null), opinion: opinion([DISPUTE]) });
  const edge = edgeElement(bench, "Raf -> Household income before taxes");
  await pointer(bench, "pointerdown", edge, 100, 90);
  await pointer(bench, "pointerup", edge, 100, 90);
  expect(rows(bench.host.querySelector(".cmg-pair")!).slice(1, 3)).toEqual([["Household income before taxes → Raf"], ["", "saves 120 ✓", "10%"]]);
});
