/** The panel beside the canvas: what is selected, and what can be set there. */
import type { JSX } from "preact";
import { indexOf, ROLES, childrenOf, parentsOf, type DocumentEdge, type DocumentNode, type Role } from "../../graph/model";
import * as actions from "../actions";
import type { Editor } from "../editor";
import { counted, describeEvidence, edgeLabel, nameOf } from "../wording";
import { KnowledgeSelect, MarkSelect } from "./edge-select";
import { ARRANGEMENTS, arrange } from "../arrange";
import { Disputes, ModelState } from "../evidence/disputes-view";
import { LastEditPart } from "../evidence/last-edit-view";
import { PairPart } from "../evidence/pair-view";
import { ReadingPart } from "./reading";
import { TierList, TierSelect } from "./tiers";

const ROLE_KEY: Readonly<Record<Role, string>> = { exposure: "X", outcome: "Y", adjusted: "A", latent: "U", selection: "S", functional: "F" };

interface Props {
  readonly editor: Editor;
}

export function Inspector({ editor }: Props): JSX.Element {
  const { nodes, edges } = editor.screen.selection.value;
  const index = indexOf(editor.scene.document.value);
  const chosen = [...nodes].flatMap((id) => index.nodes.get(id) ?? []);
  const [node] = chosen;
  const [edge] = [...edges].flatMap((id) => index.edges.get(id) ?? []);
  return (
    <aside class="cmg-inspector" aria-label="Selection">
      {node && <NodesPart editor={editor} chosen={chosen} />}
      {!node && edge && <EdgePart editor={editor} edge={edge} />}
      {!node && !edge && <GraphPart editor={editor} />}
      <LastEditPart editor={editor} />
      {!node && !edge && <Disputes editor={editor} />}
      <ModelState editor={editor} />
      <ReadingPart editor={editor} />
    </aside>
  );
}

function NodesPart({ editor, chosen }: Props & { readonly chosen: readonly DocumentNode[] }): JSX.Element {
  const { document, screen } = editor;
  const regime = editor.reading.regime.value;
  const [node, second] = chosen;
  const one = chosen.length === 1 ? node : undefined;
  const kind = one?.roles.includes("latent") ? "latent" : "observed";
  const column = one && screen.columns.value.includes(one.name) ? " · column ✓" : "";
  const what = one ? one.name : counted(chosen.length, "node");
  return (
    <>
      <p class="cmg-row cmg-head-row">
        <span>
          <b class="cmg-name">{what}</b> {one && <span class="cmg-faint">{kind + column}</span>}
        </span>
        <Remove editor={editor} label={`Delete ${what}`} />
      </p>
      {one && regime?.changed.has(one.id) && <p class="cmg-row cmg-alarm">{`Δ another mechanism than in ${regime.since}`}</p>}
      <Roles editor={editor} chosen={chosen} />
      <label class="cmg-field">
        Tier
        <TierSelect editor={editor} ids={chosen.map(({ id }) => id)} label="Tier" />
      </label>
      {!one && !screen.readOnly.value && (
        <p class="cmg-row">
          {ARRANGEMENTS.map(([how, label]) => (
            <button key={how} type="button" class="cmg-button" onClick={() => arrange(editor, how)}>
              {label}
            </button>
          ))}
        </p>
      )}
      {one && (
        <>
          <hr />
          <Neighbours editor={editor} title="Parents" ids={parentsOf(document, one.id)} />
          <Neighbours editor={editor} title="Children" ids={childrenOf(document, one.id)} />
        </>
      )}
      {node && second && chosen.length === 2 && <PairPart editor={editor} a={node.id} b={second.id} />}
    </>
  );
}

function Roles({ editor, chosen }: Props & { readonly chosen: readonly DocumentNode[] }): JSX.Element {
  const disabled = editor.screen.readOnly.value;
  return (
    <div class="cmg-roles" role="group" aria-label="Roles">
      {ROLES.map((role) => (
        <button
          key={role}
          type="button"
          class={`cmg-chip cmg-tone-${role}`}
          disabled={disabled}
          aria-pressed={chosen.every(({ roles }) => roles.includes(role))}
          title={`${role} (${ROLE_KEY[role]})`}
          onClick={() => actions.toggleRole(editor, role, chosen.map(({ id }) => id))}
        >
          {role}
        </button>
      ))}
    </div>
  );
}

function Neighbours({ editor, title, ids }: Props & { readonly title: string; readonly ids: readonly string[] }): JSX.Element {
  return (
    <p class="cmg-row">
      <b>{title}</b>{" "}
      {ids.length === 0 ? <span class="cmg-faint">none</span> : null}
      {ids.map((id) => (
        <button key={id} type="button" class="cmg-link" onClick={() => editor.select([id])}>
          {nameOf(editor.document, id)}
        </button>
      ))}
    </p>
  );
}

function EdgePart({ editor, edge }: Props & { readonly edge: DocumentEdge }): JSX.Element {
  const disabled = editor.screen.readOnly.value;
  const { reading } = editor;
  const bits = reading.bitsOf(edge);
  const evidence = describeEvidence({ confidence: edge.confidence, bits }, reading.overlay.value?.bits?.source);
  return (
    <>
      <p class="cmg-row cmg-head-row">
        <b class="cmg-name">{edgeLabel(editor.document, edge)}</b>
        <Remove editor={editor} label="Delete edge" />
      </p>
      <label class="cmg-field">
        Type
        <MarkSelect editor={editor} edge={edge} label="Type" />
      </label>
      <label class="cmg-field">
        Knowledge
        <KnowledgeSelect editor={editor} edge={edge} label="Knowledge" />
      </label>
      {evidence && <p class="cmg-row">{evidence}</p>}
      {!disabled && (
        <button type="button" class="cmg-button" onClick={() => actions.reverse(editor, edge)}>
          Reverse
        </button>
      )}
      <PairPart editor={editor} a={edge.source} b={edge.target} />
    </>
  );
}

function GraphPart({ editor }: Props): JSX.Element {
  const { nodes, edges, tiers } = editor.scene.document.value;
  const isDrawn = ({ knowledge }: DocumentEdge): boolean => knowledge !== "forbidden";
  const drawn = edges.filter(isDrawn);
  const whole = editor.isTooLarge ? editor.document : { nodes, edges };
  const held = (role: Role): DocumentNode[] => nodes.filter(({ roles }) => roles.includes(role));
  return (
    <>
      <p class="cmg-row">
        <b class="cmg-name">{editor.screen.title.value || "Graph"}</b>{" "}
        <span class="cmg-faint">{`${counted(whole.nodes.length, "node")}, ${counted(whole.edges.filter(isDrawn).length, "edge")}`}</span>
      </p>
      {ROLES.filter((role) => role !== "exposure" && role !== "outcome" && held(role).length > 0).map((role) => (
        <Neighbours key={role} editor={editor} title={capital(role)} ids={held(role).map(({ id }) => id)} />
      ))}
      <RegimePart editor={editor} />
      {tiers.length > 0 && <p class="cmg-row"><b>Tiers</b></p>}
      <TierList editor={editor} />
      {!editor.screen.readOnly.value && drawn.length === 0 && (
        <p class="cmg-row cmg-faint">Double-click the canvas for a node; drag from a node's ring for an edge.</p>
      )}
    </>
  );
}

/** Which regime is shown, and what the marked mechanisms are other than. */
function RegimePart({ editor }: Props): JSX.Element | null {
  const regime = editor.reading.regime.value;
  if (!regime) return null;
  return (
    <>
      <p class="cmg-row">
        <b class="cmg-name">{regime.title}</b> <span class="cmg-faint">{regime.words}</span>
      </p>
      <Neighbours editor={editor} title={`Δ other than in ${regime.since}:`} ids={[...regime.changed]} />
    </>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function Remove({ editor, label }: Props & { readonly label: string }): JSX.Element | null {
  if (editor.screen.readOnly.value) return null;
  return (
    <button type="button" class="cmg-button cmg-remove" aria-label={label} title={`${label} (Del)`} onClick={() => actions.removeSelected(editor)}>
      Delete
    </button>
  );
}
