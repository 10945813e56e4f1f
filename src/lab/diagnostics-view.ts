/** Underlines what is wrong in one editor, with what would put it right. */
import { forEachDiagnostic, nextDiagnostic, previousDiagnostic, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";
import { keymap, ViewPlugin, type EditorView, type PluginValue, type ViewUpdate } from "@codemirror/view";
import type { Finding } from "./findings";

/** Where findings come from. */
export interface FindingSource {
  /** Whether a text is ours to look at. */
  concerns(text: string): boolean;
  /** What the page itself finds, at once. */
  find(text: string): readonly Finding[];
  /** What the kernel finds, null where it cannot say. */
  ask(text: string): Promise<readonly Finding[] | null>;
}

const PAUSE = 300;
/** How long the kernel's answer is waited for before the page's own findings are shown. */
const PATIENCE = 350;

export class DiagnosticsView implements PluginValue {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #again = false;

  constructor(
    private readonly view: EditorView,
    private readonly source: FindingSource,
    private readonly left: (view: DiagnosticsView) => void = () => undefined,
  ) {
    this.refresh();
  }

  update({ docChanged }: ViewUpdate): void {
    if (docChanged) this.refresh();
  }

  /** Looks at the text again, once it pauses. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), PAUSE);
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#again = false;
    this.left(this);
  }

  async #look(): Promise<void> {
    const { doc } = this.view.state;
    const text = doc.toString();
    if (!this.source.concerns(text)) return this.#show(doc, []);
    // One question at a time: what is typed meanwhile is asked afterwards.
    this.#again = this.#asking;
    const asked = this.#asking ? Promise.resolve(null) : this.#ask(text);
    const answer = await Promise.race([asked, pause(PATIENCE)]);
    this.#show(doc, answer ?? this.source.find(text));
    const late = answer === undefined ? await asked : null;
    if (late) this.#show(doc, late);
  }

  async #ask(text: string): Promise<readonly Finding[] | null> {
    this.#asking = true;
    const answer = await this.source.ask(text);
    this.#asking = false;
    if (this.#again) this.refresh();
    return answer;
  }

  #show(doc: Text, findings: readonly Finding[]): void {
    const { view } = this;
    if (this.#timer === undefined || !view.state.doc.eq(doc)) return;
    const diagnostics = findings.map((finding) => diagnosticOf(doc, finding)).sort((a, b) => a.from - b.from);
    if (summary(diagnostics) !== summary(shownIn(view))) view.dispatch(setDiagnostics(view.state, diagnostics));
  }
}

function shownIn({ state }: EditorView): Diagnostic[] {
  const shown: Diagnostic[] = [];
  forEachDiagnostic(state, (diagnostic, from, to) => shown.push({ ...diagnostic, from, to }));
  return shown;
}

function summary(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(diagnostics.map(({ from, to, severity, message, actions }) => [from, to, severity, message, actions?.length]));
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}

function diagnosticOf(doc: Text, { line, column, endLine, endColumn, severity, message, fixes }: Finding): Diagnostic {
  const from = offset(doc, line, column);
  const to = Math.max(from, offset(doc, endLine, endColumn));
  const actions = fixes.map((fix) => ({
    name: fix.label,
    apply: (view: EditorView, start: number, end: number) => {
      view.dispatch({ changes: { from: start, to: end, insert: fix.text }, userEvent: "input.fix" });
      view.focus();
    },
  }));
  return { from, to, severity, message, actions };
}

function offset(doc: Text, line: number, column: number): number {
  const { from, to } = doc.line(Math.min(line + 1, doc.lines));
  return Math.min(from + column, to);
}

/** Takes the first way out of what is wrong at the cursor. */
function fixAtCursor(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  let done = false;
  forEachDiagnostic(view.state, ({ actions }, from, to) => {
    const [action] = actions ?? [];
    if (done || !action || head < from || head > to) return;
    done = true;
    queueMicrotask(() => action.apply(view, from, to));
  });
  return done;
}

/** What one editor needs to have its mistakes underlined. */
export function diagnosticsExtension(create: (view: EditorView) => DiagnosticsView) {
  return [
    ViewPlugin.define(create),
    keymap.of([
      { key: "F8", shift: previousDiagnostic, run: nextDiagnostic },
      { key: "Mod-.", run: fixAtCursor },
    ]),
  ];
}
