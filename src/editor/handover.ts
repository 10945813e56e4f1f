/** Edits that a dead kernel never got are offered to the editor of the same graph in the new kernel. */
import { effect } from "@preact/signals";
import { OperationError } from "../graph/errors";
import { indexOf, type GraphDocument } from "../graph/model";
import { applyGroup, type Operation } from "../graph/operations";
import type { Editor } from "./editor";
import { dropEdits, keepEdits, keptEdits, type Kept } from "./kept-edits";
import type { Notice } from "./screen";
import { counted } from "./wording";

const EVENT = "causal-magics:handover";

/** No document has anything of this id, so that what is done to it does not fit. */
const UNKNOWN = "";

/**
 * Tells which notebook an editor stands in, or stood in before it was taken from the page: its path where
 * JupyterLab says so, else the address of the page.
 */
function notebookOf(root: Element): () => string {
  let known: string | undefined;
  return () => {
    known = root.closest<HTMLElement>("[data-notebook-path]")?.dataset.notebookPath ?? known;
    return known ?? window.location.pathname;
  };
}

/** Asks every editor of the page to take what is kept in a slot, or to notice that it was taken or dropped. */
function call(slot: string, take: boolean): void {
  window.dispatchEvent(new CustomEvent(EVENT, { detail: { slot, take } }));
}

/** Gives pending edits to an editor of the same graph; they leave this one only when it took them. */
export function handOver(editor: Editor): void {
  call(editor.session.origin, true);
  const { store } = editor.session;
  if (store.pending.length > 0) editor.warn("No editor of a running kernel shows this graph yet. Run its cell again.");
}

/**
 * Keeps what the kernel did not get while it is gone, and offers what was kept for this graph earlier.
 * Returns what ends both.
 */
export function takeOver(editor: Editor, root: Element): () => void {
  const { screen, session } = editor;
  const notebook = notebookOf(root);
  const keep = (): void => {
    const gone = screen.link.peek() === "disconnected";
    if (gone && session.store.pending.length > 0) keepPending(editor, notebook());
  };
  const hear = (event: Event): void => {
    const { slot, take } = (event as CustomEvent<{ slot: string; take: boolean }>).detail;
    const kept = keptEdits().filter((each) => each.slot === slot);
    if (slot === session.origin) {
      if (kept.length === 0) session.store.forget();
    } else if (take) receive(editor, kept.filter((each) => isFor(each, editor, notebook())));
    else if (kept.length === 0 && offered.delete(slot) && offered.size === 0 && screen.notice.peek()?.lasting) screen.notice.value = null;
  };
  const leave = (): void => {
    if (session.store.pending.length > 0) keepPending(editor, notebook());
  };
  const offered = new Set<string>();
  const endings = [
    effect(() => {
      const [link, waiting] = [screen.link.value, screen.waiting.value];
      notebook();
      if (link === "disconnected" && waiting > 0) keep();
      else if (link === "saved") dropEdits(session.origin);
    }),
    session.onHeard((gids) => {
      forgetAnswered(gids);
      const kept = keptEdits().filter((each) => each.slot !== session.origin && !offered.has(each.slot) && isFor(each, editor, notebook()));
      for (const { slot } of kept) offered.add(slot);
      if (kept.length > 0) offer(editor, kept);
    }),
    offerAgain(editor, offered),
  ];
  window.addEventListener(EVENT, hear);
  window.addEventListener("pagehide", leave);
  return () => {
    keep();
    for (const end of endings) end();
    window.removeEventListener(EVENT, hear);
    window.removeEventListener("pagehide", leave);
  };
}

function keepPending(editor: Editor, notebook: string): void {
  const { origin, store } = editor.session;
  const { confirmed: document, pending: groups } = store;
  const lasts = keepEdits({ slot: origin, notebook, title: editor.screen.title.peek(), time: Date.now(), document, groups });
  if (!lasts) queueMicrotask(() => editor.warn("The browser has no room for these edits: they are lost when the page is closed."));
}

/** Drops what the kernel has answered after all: it was busy, not gone. */
function forgetAnswered(gids: readonly string[]): void {
  const answered = new Set(gids);
  for (const kept of keptEdits()) {
    const groups = kept.groups.filter(({ gid }) => !answered.has(gid));
    if (groups.length === 0) dropEdits(kept.slot);
    else if (groups.length < kept.groups.length) keepEdits({ ...kept, groups });
  }
}

/** Whether edits were made on this editor's graph: by its title, or by its nodes where it has none. */
function isFor({ notebook, title, document }: Kept, { screen, document: shown }: Editor, here: string): boolean {
  if (screen.readOnly.peek() || screen.link.peek() === "disconnected") return false;
  if (notebook !== here || title !== screen.title.peek()) return false;
  if (title !== "") return true;
  const { idByName } = indexOf(shown);
  const shared = document.nodes.filter(({ name }) => idByName.has(name)).length;
  return 2 * shared >= Math.max(document.nodes.length, shown.nodes.length);
}

function offer(editor: Editor, kept: readonly Kept[]): void {
  const count = kept.reduce((sum, { groups }) => sum + groups.length, 0);
  const drop = (): void => {
    for (const { slot } of kept) {
      dropEdits(slot);
      call(slot, false);
    }
    editor.screen.notice.value = null;
  };
  const text = `The earlier kernel never got your last ${counted(count, "edit")}.`;
  const actions = [
    { label: "Send them", run: () => receive(editor, kept) },
    { label: "Drop them", run: drop },
  ];
  editor.screen.notice.value = { text, actions, lasting: true };
  editor.screen.announce(text);
}

/** Offers again what another notice had covered, once that one is gone. */
function offerAgain(editor: Editor, offered: ReadonlySet<string>): () => void {
  let covered = false;
  let last: Notice | null = null;
  return effect(() => {
    const notice = editor.screen.notice.value;
    if (notice && !notice.lasting && last?.lasting) covered = true;
    last = notice;
    if (notice || !covered) return;
    covered = false;
    const kept = keptEdits().filter(({ slot }) => offered.has(slot));
    if (kept.length > 0) queueMicrotask(() => offer(editor, kept));
  });
}

/** Takes what is still kept, and tells the others that it was taken. */
function receive(editor: Editor, kept: readonly Kept[]): void {
  const slots = new Set(keptEdits().map(({ slot }) => slot));
  const taken: Operation[] = [];
  let [reached, lost] = [editor.document, 0];
  for (const { slot, document, groups } of kept.filter((each) => slots.has(each.slot))) {
    dropEdits(slot);
    for (const operation of translate(groups.flatMap(({ ops }) => ops), document, reached, editor)) {
      try {
        reached = applyGroup(reached, [operation]);
        taken.push(operation);
      } catch (error) {
        if (!(error instanceof OperationError)) throw error;
        lost += 1;
      }
    }
    call(slot, false);
  }
  editor.screen.notice.value = null;
  if (taken.length > 0) editor.edit(taken, `${counted(taken.length, "edit")} of the earlier kernel taken over`);
  if (lost > 0) editor.warn(`${counted(lost, "edit")} of the earlier kernel no longer fit and were left out.`);
}

/** The operations by the ids of another document, whose nodes are found by name and edges by their ends. */
function translate(ops: readonly Operation[], from: GraphDocument, to: GraphDocument, { session }: Editor): Operation[] {
  const { idByName } = indexOf(to);
  const nodes = new Map(from.nodes.map(({ id, name }) => [id, idByName.get(name) ?? UNKNOWN]));
  const node = (id: string): string => nodes.get(id) ?? UNKNOWN;
  const edges = new Map(
    from.edges.map(({ id, source, target, mark }) => {
      const twin = to.edges.find((edge) => edge.source === node(source) && edge.target === node(target) && edge.mark === mark);
      return [id, twin?.id ?? UNKNOWN];
    }),
  );
  return ops.map((operation): Operation => {
    const ids = operation.op.endsWith("edge") ? edges : nodes;
    if (operation.op === "add_node" || operation.op === "add_edge") ids.set(operation.id, session.freshId("h"));
    switch (operation.op) {
      case "move":
        return { op: "move", positions: Object.fromEntries(Object.entries(operation.positions).map(([id, at]) => [node(id), at])) };
      case "set_tiers":
        return { op: "set_tiers", tiers: operation.tiers.map((tier) => tier.map(node)) };
      case "add_edge":
        return { ...operation, id: ids.get(operation.id) ?? UNKNOWN, source: node(operation.source), target: node(operation.target) };
      default:
        return { ...operation, id: ids.get(operation.id) ?? UNKNOWN };
    }
  });
}
