/** Colours in the code cells of notebooks: whole cells take our language, lines in Python cells take decorations. */
import { highlightingFor } from "@codemirror/language";
import { Compartment, EditorState, Prec, RangeSetBuilder, type Extension, type Text } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import { magicColumn, openingLine } from "./cell-text";
import { cellLanguage, STYLE_TAGS } from "./highlighting-language";
import { nextToken, startState, type TokenStyle } from "./notation-tokens";

const CELL = Prec.highest(cellLanguage.extension);

/** Whether a document is a `%%causal` cell. */
function isCausalCell(document: Text): boolean {
  return openingLine(document.iterLines()) !== null;
}

export class CellHighlighting {
  readonly #views = new Set<EditorView>();
  #on: boolean;

  constructor(on: boolean) {
    this.#on = on;
  }

  /** Turns the colours of all editors on or off. */
  turn(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    for (const view of this.#views) view.dispatch({});
  }

  /** What one editor needs. */
  extension(): Extension {
    const place = new Compartment();
    const missing = (state: EditorState, document: Text): Extension | null => {
      const wanted = this.#on && isCausalCell(document) ? CELL : NOTHING;
      return place.get(state) === wanted ? null : wanted;
    };
    const follow = EditorState.transactionExtender.of(({ startState: before, newDoc }) => {
      const language = missing(before, newDoc);
      return language === null ? null : { effects: place.reconfigure(language) };
    });
    return [place.of(NOTHING), follow, this.#register(), this.#lines()];
  }

  #register(): Extension {
    const views = this.#views;
    return ViewPlugin.define((view) => {
      views.add(view);
      // The text that the editor opens with came without a transaction.
      queueMicrotask(() => {
        if (views.has(view) && isCausalCell(view.state.doc)) view.dispatch({});
      });
      return { destroy: () => void views.delete(view) };
    });
  }

  #lines(): Extension {
    const decorations = (view: EditorView): DecorationSet => (this.#on ? lineDecorations(view) : Decoration.none);
    const plugin = ViewPlugin.define(
      (view) => ({
        decorations: decorations(view),
        update(update: ViewUpdate) {
          if (update.docChanged || update.viewportChanged || update.transactions.length > 0) this.decorations = decorations(update.view);
        },
      }),
      { decorations: (value) => value.decorations },
    );
    return Prec.highest(plugin);
  }
}

const NOTHING: Extension = [];

/** Marks for the `%causal` lines that are seen. */
function lineDecorations({ state, visibleRanges }: EditorView): DecorationSet {
  if (isCausalCell(state.doc)) return Decoration.none;
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = state.doc.lineAt(at);
      const column = magicColumn(line.text);
      if (column !== null) markLine(state, builder, line.text, line.from, column);
      at = line.to + 1;
    }
  }
  return builder.finish();
}

function markLine(state: EditorState, builder: RangeSetBuilder<Decoration>, text: string, from: number, column: number): void {
  const place = startState("header");
  for (let at = column; at < text.length; ) {
    const { end, style } = nextToken(text, at, place);
    const name = style && classOf(state, style);
    if (name) builder.add(from + at, from + end, Decoration.mark({ class: name }));
    at = end;
  }
}

function classOf(state: EditorState, style: TokenStyle): string | null {
  return highlightingFor(state, [STYLE_TAGS[style]]);
}
