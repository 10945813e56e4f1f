/** What data and model say of one pair of nodes, its three states one below the other; and where they disagree, the way out. */
import type { JSX } from "preact";
import type { Editor } from "../editor";
import { nameOf, saving, signed } from "../wording";
import { LabelledRow } from "./labelled-row";
import { demandOf, demandWords, takeSide, type SideName } from "./sides";
import type { DataSay, ModelSays, PairTold, Verdict } from "./told";
import { doubtWords, percent, share, verdictWords } from "./words";

interface Props {
  readonly editor: Editor;
}

const STATES = ["->", "<-", "none"] as const;
type State = (typeof STATES)[number];

/** Nothing where neither data nor a model are attached. */
export function PairPart({ editor, a, b }: Props & { readonly a: string; readonly b: string }): JSX.Element | null {
  const { evidence } = editor;
  const opinion = evidence.opinion.value;
  const pair = evidence.pairOf(a, b);
  if (!opinion) return null;
  if (!pair) return opinion.waiting ? <p class="cmg-row cmg-waiting">{`${opinion.waiting} …`}</p> : null;
  const { model, data } = pair;
  const hasModel = opinion.model !== "";
  return (
    <div class="cmg-pair" role="group" aria-label="Evidence">
      <hr />
      <table class="cmg-said">
        <thead>
          <tr>
            <th scope="col">Evidence</th>
            {data && <th scope="col" title="by how many bits the code of the data is shorter or longer than without an edge">data, bits</th>}
            {hasModel && <th scope="col">{opinion.model}</th>}
          </tr>
        </thead>
        <tbody>
          {STATES.map((state) => (
            <LabelledRow key={state} label={verdictWords(editor.document, pair, state)} columns={(data ? 1 : 0) + (hasModel ? 1 : 0)}>
              {data && <DataCell data={data} state={state} isStale={evidence.isStale.value} />}
              {hasModel && <ModelCell model={model} state={state} isAsked={opinion.waiting !== ""} />}
            </LabelledRow>
          ))}
        </tbody>
      </table>
      {data && <Open side="data" verdict={data.verdict} />}
      {model && <Open side={opinion.model} verdict={model.verdict} />}
      {model && <ModelLine model={model} />}
      <Dispute editor={editor} pair={pair} />
    </div>
  );
}

/** Whether a verdict is, or leaves open, a state. */
function isSaid(verdict: Verdict, state: State): boolean {
  return verdict === state || (verdict === "--" && state !== "none");
}

function DataCell({ data, state, isStale }: { readonly data: DataSay; readonly state: State; readonly isStale: boolean }): JSX.Element {
  const bits = state === "none" ? 0 : state === "->" ? data.forward : data.backward;
  const said = isSaid(data.verdict, state);
  const tone = bits === null || state === "none" ? "" : bits > 0 ? "cmg-yes" : "cmg-no";
  const words = bits === null ? "–" : state === "none" ? "0" : saving(-bits);
  return <td class={`${tone}${said ? " is-said" : ""}${isStale ? " is-old" : ""}`}>{words}{said && <Said />}</td>;
}

function ModelCell({ model, state, isAsked }: { readonly model: ModelSays | null; readonly state: State; readonly isAsked: boolean }): JSX.Element {
  if (!model) return <td class="cmg-faint" title={isAsked ? "is being asked" : "not asked"}>{isAsked ? "…" : "–"}</td>;
  const share = { "->": model.forward, "<-": model.backward, none: model.absent }[state];
  const said = isSaid(model.verdict, state);
  return <td class={said ? "is-said" : ""}>{percent(share)}{said && <Said />}</td>;
}

/** Marks the state that a side is for. */
function Said(): JSX.Element {
  return <span class="cmg-sign" role="img" aria-label="its verdict"> ✓</span>;
}

/** Said where a verdict is none of the three states. */
function Open({ side, verdict }: { readonly side: string; readonly verdict: Verdict }): JSX.Element | null {
  if (verdict !== null && verdict !== "--") return null;
  return <p class="cmg-row cmg-faint">{`${side}: ${verdict === null ? "undecided" : "an edge, direction open"}`}</p>;
}

function ModelLine({ model }: { readonly model: ModelSays }): JSX.Element {
  const { logOdds, logOddsEdge, agreement } = model;
  const doubt = doubtWords(model);
  const parts = [
    logOdds === null ? "" : `log-odds → ${signed(logOdds)}`,
    logOddsEdge === null ? "" : `edge ${signed(logOddsEdge)}`,
    agreement === null || doubt ? "" : `agreement ${share(agreement)}`,
  ];
  return (
    <>
      <p class="cmg-row cmg-faint">{parts.filter(Boolean).join(" · ")}</p>
      {doubt && <p class="cmg-row cmg-doubt">{doubt}</p>}
    </>
  );
}

/** That the sides disagree, and the two ways out. */
function Dispute({ editor, pair }: Props & { readonly pair: PairTold }): JSX.Element | null {
  const { evidence, document } = editor;
  if (!evidence.disputes.value.some(({ a, b }) => a === pair.a && b === pair.b)) return null;
  const says = (verdict: Verdict | undefined): string => verdictWords(document, pair, verdict ?? null);
  return (
    <div class="cmg-dispute-said">
      <p class="cmg-row">
        <span class="cmg-alarm cmg-sign" aria-hidden="true">≠</span> {`data say ${says(pair.data?.verdict)}, ${evidence.model} says ${says(pair.model?.verdict)}`}
      </p>
      <Sides editor={editor} pair={pair} />
    </div>
  );
}

interface SidesProps extends Props {
  readonly pair: PairTold;
  /** What each side goes by, where that is not said beside the buttons. */
  readonly reasons?: Readonly<Record<SideName, string>>;
}

/** The two buttons that take a side; none where the graph cannot be edited. */
export function Sides({ editor, pair, reasons }: SidesProps): JSX.Element | null {
  const { document, evidence, screen } = editor;
  if (screen.readOnly.value) return null;
  const button = (side: SideName, name: string): JSX.Element | null => {
    const demand = demandOf(document, pair, side);
    return demand && (
      <button type="button" class="cmg-button cmg-take" onClick={({ currentTarget }) => take(editor, pair, side, name, currentTarget)}>
        <b>{`take ${name}:`}</b> {demandWords(document, demand)}
        {reasons && <span class="cmg-reason">{reasons[side]}</span>}
      </button>
    );
  };
  return (
    <p class="cmg-row cmg-takes" role="group" aria-label={`Take a side on ${nameOf(document, pair.a)} and ${nameOf(document, pair.b)}`}>
      {button("data", "data")}
      {button("model", evidence.model)}
    </p>
  );
}

/** The keyboard goes on to the next pair of the list, or back to the canvas: the pressed button is gone. */
function take(editor: Editor, pair: PairTold, side: SideName, name: string, pressed: HTMLElement): void {
  const list = pressed.closest(".cmg-disputes");
  const place = list ? [...list.querySelectorAll(".cmg-takes")].findIndex((each) => each.contains(pressed)) : -1;
  if (!takeSide(editor, pair, side, name)) return;
  setTimeout(() => {
    const left = list?.isConnected ? [...list.querySelectorAll(".cmg-takes")] : [];
    const next = (left[place] ?? left.at(-1))?.querySelector<HTMLElement>("button");
    if (next) next.focus();
    else editor.takeFocus();
  });
}
