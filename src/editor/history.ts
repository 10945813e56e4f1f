/** Undo and redo of what was done on this screen, in a document that others go on changing. */
import type { DocumentEdge, DocumentNode, GraphDocument } from "../graph/model";
import { indexOf } from "../graph/model";
import { applicable, inverse, type Group, type Move, type Operation, type SetEdge, type SetNode } from "../graph/operations";

/** A group that takes back a change, and the document as that change had left it. */
interface Step {
  readonly gid: string;
  readonly group: Group;
  readonly after: GraphDocument;
  readonly label: string;
}

export interface Undoing {
  /** What still applies; may be empty. */
  readonly group: Group;
  readonly label: string;
  readonly skipped: number;
}

const LENGTH = 500;

export class History {
  #undoSteps: Step[] = [];
  #redoSteps: Step[] = [];

  get canUndo(): boolean {
    return this.#undoSteps.length > 0;
  }

  get canRedo(): boolean {
    return this.#redoSteps.length > 0;
  }

  /** Notes an edit: the document before and after it. */
  record(gid: string, ops: Group, before: GraphDocument, after: GraphDocument, label: string): void {
    this.#undoSteps = [...this.#undoSteps, { gid, group: inverse(before, ops), after, label }].slice(-LENGTH);
    this.#redoSteps = [];
  }

  /** Adds an edit to the last step, so that both are undone at once. */
  extend(gid: string, after: GraphDocument): void {
    const last = this.#undoSteps.pop();
    if (last) this.#undoSteps.push({ ...last, gid, after });
  }

  /** What undoes the last step that still has something to undo; the step is taken off. */
  undo(document: GraphDocument): Undoing | null {
    return this.#take(this.#undoSteps, document);
  }

  redo(document: GraphDocument): Undoing | null {
    return this.#take(this.#redoSteps, document);
  }

  /** Notes that an undo (or a redo) was submitted, so that it can be taken back. */
  turned(way: "undo" | "redo", gid: string, ops: Group, before: GraphDocument, after: GraphDocument, label: string): void {
    const step = { gid, group: inverse(before, ops), after, label };
    (way === "undo" ? this.#redoSteps : this.#undoSteps).push(step);
  }

  /** Forgets a group that the kernel refused. */
  forget(gid: string): void {
    this.#undoSteps = this.#undoSteps.filter((step) => step.gid !== gid);
    this.#redoSteps = this.#redoSteps.filter((step) => step.gid !== gid);
  }

  #take(steps: Step[], document: GraphDocument): Undoing | null {
    const step = steps.pop();
    if (!step) return null;
    const untouched = step.group.flatMap((operation) => withoutNews(operation, step.after, document));
    const group = applicable(document, untouched);
    return { group, label: step.label, skipped: step.group.length - group.length };
  }
}

/** The operation without what somebody else has set since; nothing where nothing of it is left. */
function withoutNews(operation: Operation, after: GraphDocument, now: GraphDocument): Operation[] {
  switch (operation.op) {
    case "set_node":
      return sameFields<SetNode>(operation, indexOf(after).nodes.get(operation.id), indexOf(now).nodes.get(operation.id));
    case "set_edge":
      return sameFields<SetEdge>(operation, indexOf(after).edges.get(operation.id), indexOf(now).edges.get(operation.id));
    case "move":
      return samePlaces(operation, after, now);
    case "set_tiers":
      return JSON.stringify(after.tiers) === JSON.stringify(now.tiers) ? [operation] : [];
    default:
      return [operation];
  }
}

function sameFields<Op extends SetNode | SetEdge>(
  operation: Op,
  after: DocumentNode | DocumentEdge | undefined,
  now: DocumentNode | DocumentEdge | undefined,
): Op[] {
  if (!after || !now) return [operation];
  const [then, today] = [new Map(Object.entries(after)), new Map(Object.entries(now))];
  const kept = Object.entries(operation).filter(
    ([key]) => key === "op" || key === "id" || JSON.stringify(then.get(key)) === JSON.stringify(today.get(key)),
  );
  return kept.length > 2 ? [Object.fromEntries(kept) as Op] : [];
}

function samePlaces(operation: Move, after: GraphDocument, now: GraphDocument): Move[] {
  const kept = Object.entries(operation.positions).filter(([id]) => {
    const [then, today] = [indexOf(after).nodes.get(id), indexOf(now).nodes.get(id)];
    return then !== undefined && then.x === today?.x && then.y === today.y;
  });
  return kept.length > 0 ? [{ op: "move", positions: Object.fromEntries(kept) }] : [];
}
