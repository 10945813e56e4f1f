/** What only this screen knows: selection, view, tool, and what a hand is doing right now. */
import { computed, signal } from "@preact/signals";
import type { Guide } from "./guides";
import type { Mark } from "../graph/model";
import type { Link } from "./sync";

/** Below this zoom labels and marks at the ends of edges are left out. */
const FAR = 0.35;

export interface Selection {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

export const NOTHING: Selection = { nodes: new Set(), edges: new Set() };

/** A point (x, y) of the drawing is shown at (x·zoom + left, y·zoom + top). */
export interface Viewport {
  readonly left: number;
  readonly top: number;
  readonly zoom: number;
}

/** In `several` a press adds to what is selected, as it does with Shift: for hands without a keyboard. */
export type Mode = "select" | "several" | "node" | "edge";

export type Drag =
  | { readonly kind: "move"; readonly ids: readonly string[] }
  | {
      readonly kind: "edge";
      readonly source: string;
      readonly x: number;
      readonly y: number;
      /** The node under the pointer. */
      readonly target: string | null;
      /** Nodes at which the edge would be refused. */
      readonly invalid: ReadonlySet<string>;
    }
  | { readonly kind: "band"; readonly from: readonly [number, number]; readonly to: readonly [number, number] }
  | { readonly kind: "pan" };

/** A name that is being typed, for a node or for a new one, perhaps at the end of a new edge. */
export type Naming =
  | { readonly kind: "rename"; readonly id: string }
  | {
      readonly kind: "create";
      readonly x: number;
      readonly y: number;
      readonly from: string | null;
      /** Nobody chose the place, so that the node goes where its name has room. */
      readonly anywhere?: true;
    };

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

/** Something to say on the canvas, with ways out. */
export interface Notice {
  readonly text: string;
  readonly actions: readonly NoticeAction[];
  /** Stays when something is edited. */
  readonly lasting?: boolean;
}

/** A menu at a point of the canvas. */
export interface OpenMenu {
  readonly x: number;
  readonly y: number;
  readonly entries: readonly { readonly label: string; readonly hint?: string; readonly checked?: boolean; readonly run: () => void }[];
}

export interface Flash {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
}

export type Focus = { readonly kind: "node" | "edge"; readonly id: string };

/** The signals of one screen. */
export class Screen {
  readonly selection = signal<Selection>(NOTHING);
  readonly focus = signal<Focus | null>(null);
  readonly hover = signal<string | null>(null);
  readonly viewport = signal<Viewport>({ left: 0, top: 0, zoom: 1 });
  readonly size = signal<readonly [width: number, height: number]>([0, 0]);
  /** Whether the drawing is so small that only its outlines are drawn. */
  readonly isFar = computed(() => this.viewport.value.zoom < FAR && !this.isPictured.value);
  /** Everything is drawn while a picture is taken. */
  readonly isPictured = signal(false);
  readonly mode = signal<Mode>("select");
  /** The mark, or the knowledge, of edges that are drawn. */
  readonly tool = signal<Mark | "required" | "forbidden">("->");
  readonly drag = signal<Drag | null>(null);
  readonly naming = signal<Naming | null>(null);
  /** The node that an edge is being typed from. */
  readonly connecting = signal<string | null>(null);
  readonly notice = signal<Notice | null>(null);
  readonly flash = signal<Flash | null>(null);
  readonly guides = signal<readonly Guide[]>([]);
  readonly menu = signal<OpenMenu | null>(null);
  /** Whether a node's name is being looked for. */
  readonly finding = signal(false);
  /** Where the pointer is, in px of the drawing; null where it is elsewhere. */
  readonly pointer = signal<readonly [number, number] | null>(null);
  /** What is shown of a graph that is too large to draw: what lies around a node. */
  readonly around = signal<{ readonly id: string; readonly steps: number }>({ id: "", steps: 1 });
  readonly help = signal(false);
  readonly outline = signal(false);
  readonly spacePressed = signal(false);
  readonly announcement = signal("");
  readonly link = signal<Link>("saved");
  readonly waiting = signal(0);
  readonly canUndo = signal(false);
  readonly canRedo = signal(false);
  readonly readOnly = signal(false);
  readonly title = signal("");
  readonly columns = signal<readonly string[]>([]);

  /** Says something to screen readers; the same words twice are said twice. */
  announce(text: string): void {
    this.announcement.value = this.announcement.peek() === text ? `${text}\u00a0` : text;
  }
}
