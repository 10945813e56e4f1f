/** The graph as two tables that reach every action without a canvas. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { ROLES, childrenOf, parentsOf, type DocumentEdge, type DocumentNode } from "../../graph/model";
import * as actions from "../actions";
import type { Editor } from "../editor";
import { Disputes } from "../evidence/disputes-view";
import { edgeLabel, nameOf } from "../wording";
import { describeEvidence } from "../wording";
import { KnowledgeSelect, MarkSelect } from "./edge-select";
import { TierSelect } from "./tiers";

interface Props {
  readonly editor: Editor;
}

export function Outline({ editor }: Props): JSX.Element | null {
  if (!editor.screen.outline.value) return null;
  const { nodes, edges } = editor.scene.document.value;
  const editable = !editor.screen.readOnly.value;
  return (
    <section class="cmg-outline" aria-label="Outline">
      <table>
        <caption>Nodes</caption>
        <thead>
          <tr>
            {["Name", "Roles", "Tier", "Parents", "Children", ...(editable ? ["Actions"] : [])].map((word) => (
              <th key={word} scope="col">{word}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => (
            <NodeRow key={node.id} editor={editor} node={node} />
          ))}
        </tbody>
      </table>
      {editable && <AddNode editor={editor} />}
      <table>
        <caption>Edges</caption>
        <thead>
          <tr>
            {["Edge", "Type", "Knowledge", "Evidence", ...(editable ? ["Actions"] : [])].map((word) => (
              <th key={word} scope="col">{word}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {edges.map((edge) => (
            <EdgeRow key={edge.id} editor={editor} edge={edge} />
          ))}
        </tbody>
      </table>
      {editable && <AddEdge editor={editor} />}
      <Disputes editor={editor} />
    </section>
  );
}

function NodeRow({ editor, node }: Props & { readonly node: DocumentNode }): JSX.Element {
  const { document, screen } = editor;
  const names = (ids: readonly string[]): string => ids.map((id) => nameOf(document, id)).join(", ") || "–";
  const editable = !screen.readOnly.value;
  return (
    <tr aria-selected={screen.selection.value.nodes.has(node.id)}>
      <th scope="row">
        {editable ? (
          <input
            aria-label={`Name of ${node.name}`}
            value={node.name}
            onChange={(event) => {
              if (!actions.rename(editor, node.id, event.currentTarget.value)) event.currentTarget.value = node.name;
            }}
          />
        ) : (
          node.name
        )}
      </th>
      <td>
        {ROLES.map((role) => (
          <label key={role} class="cmg-check">
            <input
              type="checkbox"
              disabled={!editable}
              checked={node.roles.includes(role)}
              aria-label={`${node.name} ${role}`}
              onChange={() => actions.toggleRole(editor, role, [node.id])}
            />
            {role}
          </label>
        ))}
      </td>
      <td>
        <TierSelect editor={editor} ids={[node.id]} label={`Tier of ${node.name}`} />
      </td>
      <td>{names(parentsOf(document, node.id))}</td>
      <td>{names(childrenOf(document, node.id))}</td>
      {editable && (
        <td>
          <button type="button" class="cmg-link" aria-label={`Delete ${node.name}`} onClick={() => remove(editor, [node.id], [])}>
            Delete
          </button>
        </td>
      )}
    </tr>
  );
}

function EdgeRow({ editor, edge }: Props & { readonly edge: DocumentEdge }): JSX.Element {
  const { document, screen } = editor;
  const label = edgeLabel(document, edge);
  const editable = !screen.readOnly.value;
  return (
    <tr aria-selected={screen.selection.value.edges.has(edge.id)}>
      <th scope="row">{label}</th>
      <td>
        <MarkSelect editor={editor} edge={edge} label={`Type of ${label}`} />
      </td>
      <td>
        <KnowledgeSelect editor={editor} edge={edge} label={`Knowledge about ${label}`} />
      </td>
      <td>{describeEvidence({ confidence: edge.confidence, bits: editor.reading.bitsOf(edge) }) || "–"}</td>
      {editable && (
        <td>
          <button type="button" class="cmg-link" aria-label={`Reverse ${label}`} onClick={() => actions.reverse(editor, edge)}>
            Reverse
          </button>
          <button type="button" class="cmg-link" aria-label={`Delete ${label}`} onClick={() => remove(editor, [], [edge.id])}>
            Delete
          </button>
        </td>
      )}
    </tr>
  );
}

function remove(editor: Editor, nodes: readonly string[], edges: readonly string[]): void {
  editor.select(nodes, edges);
  actions.removeSelected(editor);
}

function AddNode({ editor }: Props): JSX.Element {
  const name = useSignal("");
  return (
    <form
      class="cmg-add"
      onSubmit={(event) => {
        event.preventDefault();
        if (actions.addNode(editor, name.value, ...actions.freePlace(editor, name.value))) name.value = "";
      }}
    >
      <input aria-label="Name of a new node" value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} />
      <button type="submit" class="cmg-button">Add node</button>
    </form>
  );
}

function AddEdge({ editor }: Props): JSX.Element {
  const { nodes } = editor.scene.document.value;
  const [source, target] = [useSignal(""), useSignal("")];
  const choice = (label: string, chosen: typeof source): JSX.Element => (
    <select aria-label={label} value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
      <option value="">{label}</option>
      {nodes.map(({ id, name }) => (
        <option key={id} value={id}>{name}</option>
      ))}
    </select>
  );
  return (
    <form
      class="cmg-add"
      onSubmit={(event) => {
        event.preventDefault();
        if (source.value && target.value) actions.connect(editor, source.value, target.value);
      }}
    >
      {choice("From", source)}
      {choice("To", target)}
      <button type="submit" class="cmg-button">Add edge</button>
    </form>
  );
}
