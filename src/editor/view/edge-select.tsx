/** The type of one edge and the knowledge about it, as lists to choose from. */
import type { JSX } from "preact";
import { KNOWLEDGE_MARKS, MARKS, type DocumentEdge, type Mark } from "../../graph/model";
import { setKnowledge } from "../actions";
import { setMark } from "../edge-types";
import type { Editor } from "../editor";
import { MARK_SIGNS, MARK_WORDS } from "../wording";

interface Props {
  readonly editor: Editor;
  readonly edge: DocumentEdge;
  readonly label: string;
}

export function MarkSelect({ editor, edge, label }: Props): JSX.Element {
  return (
    <select
      disabled={editor.screen.readOnly.value}
      aria-label={label}
      value={edge.mark}
      onChange={({ currentTarget }) => {
        if (!setMark(editor, edge, currentTarget.value as Mark)) currentTarget.value = edge.mark;
      }}
    >
      {MARKS.map((mark) => (
        <option key={mark} value={mark}>{`${MARK_SIGNS[mark]} ${MARK_WORDS[mark]}`}</option>
      ))}
    </select>
  );
}

export function KnowledgeSelect({ editor, edge, label }: Props): JSX.Element {
  return (
    <select
      disabled={editor.screen.readOnly.value}
      aria-label={label}
      value={edge.knowledge ?? ""}
      onChange={({ currentTarget }) => {
        const chosen = KNOWLEDGE_MARKS.find((word) => word === currentTarget.value) ?? null;
        if (!setKnowledge(editor, edge, chosen)) currentTarget.value = edge.knowledge ?? "";
      }}
    >
      <option value="">none</option>
      {KNOWLEDGE_MARKS.map((word) => (
        <option key={word} value={word}>{word}</option>
      ))}
    </select>
  );
}
