/** What the last edit changed, side by side: what the data say of each edge, what the model says, and what follows. */
import type { JSX } from "preact";
import { endsWords } from "../bounds";
import type { Editor } from "../editor";
import type { Independence } from "../overlay";
import { setOf } from "../reading";
import { briefly, independenceWords, saving, signed } from "../wording";
import { LabelledRow } from "./labelled-row";
import { isDirectedChange } from "./last-edit";
import { edgesBetween } from "./sides";
import type { Change, ChangedEdge, Statement } from "./told";
import { changedLabel, oddsOf, oddsWords, share, signOf, type Odds } from "./words";

interface Props {
  readonly editor: Editor;
}

const FIRST_EDGES = 8;
const FIRST_STATEMENTS = 3;

export function LastEditPart({ editor }: Props): JSX.Element | null {
  const { reading, evidence } = editor;
  const shown = reading.lastEdit.shown.value;
  const overlay = reading.overlay.value;
  if (!shown || !overlay) return null;
  const { change } = shown;
  const isOld = shown.waiting || reading.isStale.value;
  const come = overlay.independences.filter(({ isNew }) => isNew);
  const hasModel = evidence.opinion.value?.model !== undefined && evidence.opinion.value.model !== "";
  if (isNothing(change) && come.length === 0) return null;
  return (
    <div class={`cmg-last-edit${isOld ? " is-old" : ""}`} role="group" aria-label="Last edit" aria-busy={isOld}>
      <hr />
      <table class="cmg-said">
        <thead>
          <tr>
            <th scope="col">Last edit</th>
            <th scope="col" title="by how many bits the code of the data is shorter or longer">{overlay.bits ? "data, bits" : ""}</th>
            {hasModel && <th scope="col" title="log-odds of the direction, and of an edge against none, in nats">{evidence.model}</th>}
          </tr>
        </thead>
        <tbody>
          {change.edges.slice(0, FIRST_EDGES).map((edge) => (
            <EdgeRow key={`${edge.what} ${changedLabel(edge)}`} editor={editor} edge={edge} hasModel={hasModel} />
          ))}
          <Total change={change} hasModel={hasModel} />
        </tbody>
      </table>
      <Bounds editor={editor} />
      <Sets editor={editor} change={change} />
      <Statements editor={editor} sign="+" statements={come} />
      <Statements editor={editor} sign="×" statements={change.broken} />
    </div>
  );
}

function isNothing({ edges, bits, broken, estimand, sets }: Change): boolean {
  return edges.length === 0 && broken.length === 0 && !bits && !estimand && !sets;
}

function EdgeRow({ editor, edge, hasModel }: Props & { readonly edge: ChangedEdge; readonly hasModel: boolean }): JSX.Element {
  const { evidence } = editor;
  const pair = evidence.pairOf(edge.sourceId, edge.targetId);
  const odds = pair && oddsOf(pair, edge.sourceId ?? "", isDirectedChange(edge));
  const label = changedLabel(edge);
  const isAsked = odds === null && evidence.opinion.value?.waiting !== "" && edge.sourceId !== null && edge.targetId !== null;
  const head = (
    <>
      <span class={`cmg-sign is-${edge.what}`} title={edge.what}>{signOf(edge)}</span>{`\u00a0${label}`}
      {edge.what === "changed" && <span class="cmg-faint">{` ${knowledgeOf(editor, edge)}`}</span>}
    </>
  );
  return (
    <LabelledRow label={label} head={head} columns={hasModel ? 2 : 1}>
      <Saving bits={edge.bits} />
      {hasModel && <OddsCell odds={odds} label={label} isAsked={isAsked} />}
    </LabelledRow>
  );
}

function knowledgeOf({ document }: Editor, { sourceId, targetId, mark, was }: ChangedEdge): string {
  if (mark !== was || sourceId === null || targetId === null) return "";
  const known = edgesBetween(document, sourceId, targetId).find(({ source }) => source === sourceId);
  return known?.knowledge ?? "";
}

/** How the code changed, green where it is shorter and orange where it is longer, in words too. */
function Saving({ bits }: { readonly bits: number | null }): JSX.Element {
  if (bits === null) return <td class="cmg-faint">–</td>;
  const words = saving(bits);
  return <td class={words === "±0" ? "cmg-faint" : bits < 0 ? "cmg-yes" : "cmg-no"}>{words}</td>;
}

function OddsCell({ odds, label, isAsked }: { readonly odds: Odds | null; readonly label: string; readonly isAsked: boolean }): JSX.Element {
  if (!odds) return <td class="cmg-faint" title={isAsked ? "is being asked" : "not asked"}>{isAsked ? "…" : "–"}</td>;
  const { direction, edge, agreement } = odds;
  return (
    <td title={oddsWords(odds, label)}>
      {direction !== null && <span class="cmg-odds">{`→ ${signed(direction)}`}</span>}
      {edge !== null && <span class="cmg-odds">{`edge ${signed(edge)}`}</span>}
      {agreement !== null && <span class="cmg-odds cmg-faint">{`agree ${share(agreement)}`}</span>}
    </td>
  );
}

function Total({ change: { edges, bits }, hasModel }: { readonly change: Change; readonly hasModel: boolean }): JSX.Element | null {
  const [only] = edges;
  const isSame = edges.length === 1 && Math.abs((only?.bits ?? 0) - (bits ?? 0)) < 0.05;
  if (bits === null || isSame) return null;
  const more = edges.length - FIRST_EDGES;
  return (
    <tr class="cmg-total">
      <th scope="row">{more > 0 ? `in all, ${more} more edges` : "in all"}</th>
      <Saving bits={bits} />
      {hasModel && <td />}
    </tr>
  );
}

function Bounds({ editor }: Props): JSX.Element | null {
  const shown = editor.reading.bounds.value;
  if (!shown?.before || !("bounds" in shown.told)) return null;
  return (
    <p class="cmg-row">
      <b>PNS</b> <span class="cmg-faint cmg-bounds-before">{endsWords(shown.before)}</span> → <span class="cmg-bounds-now">{endsWords(shown.told.bounds.now)}</span>
    </p>
  );
}

/** The adjustment sets that came and went, and the estimand where it is another. */
function Sets({ editor, change: { sets, estimand } }: Props & { readonly change: Change }): JSX.Element {
  const listed = (sign: "+" | "×", ids: readonly (readonly string[])[]): JSX.Element[] =>
    ids.slice(0, FIRST_STATEMENTS).map((set) => (
      <span key={set.join()} class="cmg-set" title={sign === "+" ? "suffices now" : "no longer suffices"}>
        <Sign sign={sign} /> {setOf(editor.document, set)}
      </span>
    ));
  const told = sets ? [...listed("+", sets.come), ...listed("×", sets.gone)] : [];
  return (
    <>
      {told.length > 0 && <p class="cmg-row"><b>Adjust for</b> {told}</p>}
      {estimand && (
        <p class="cmg-row" title={`before: ${estimand.was}`}>
          <b>Estimand</b> {estimand.now || "none any more"}
        </p>
      )}
    </>
  );
}

function Sign({ sign }: { readonly sign: "+" | "×" }): JSX.Element {
  return <span class={`cmg-sign ${sign === "+" ? "is-added" : "is-removed"}`}>{sign}</span>;
}

function Statements({ editor, sign, statements }: Props & { readonly sign: "+" | "×"; readonly statements: readonly (Statement | Independence)[] }): JSX.Element | null {
  if (statements.length === 0) return null;
  const words = sign === "+" ? "implied now" : "no longer implied";
  const more = statements.length - FIRST_STATEMENTS;
  return (
    <ul class="cmg-statements" aria-label={words}>
      {statements.slice(0, FIRST_STATEMENTS).map((statement) => (
        <li key={independenceWords(editor.document, statement)} title={words}>
          <span><Sign sign={sign} />{`\u00a0${independenceWords(editor.document, statement)}`}</span>
          {statement.p !== null && <span class="cmg-faint">{`p ${briefly(statement.p)}`}</span>}
        </li>
      ))}
      {more > 0 && <li class="cmg-faint">{`and ${more} more`}</li>}
    </ul>
  );
}
