/** A slider and a number for each weight; and how the undecided are decided. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { RULES } from "../decisions";
import type { Explorer } from "../explorer";
import { cellName, cellWords, figure, listedCells, RULE_WORDS, SOURCE_WORDS } from "../wording";

interface Props {
  readonly explorer: Explorer;
}

/** A slider has so many steps to each side. */
const STEPS = 100;

export function Weights({ explorer }: Props): JSX.Element {
  const study = explorer.study.value;
  const isBinary = study.levels.length === 2;
  const known = study.sources.map((each) => SOURCE_WORDS[each]).join("; or ");
  const held = !study.monotone ? "" : isBinary ? " Held: no defiers." : " Held: no lower level treated than untreated.";
  return (
    <section class="cmx-weights" aria-label="Weights">
      <div class="cmx-caption">
        <b>What treating is worth</b>
        <button type="button" class="cmg-button" onClick={() => explorer.reset()}>Reset</button>
      </div>
      {isBinary ? (
        <div class="cmx-types">
          {listedCells(2).map((cell) => <Weight key={cell} explorer={explorer} cell={cell} label={cellName(study, cell)} />)}
        </div>
      ) : (
        <Matrix explorer={explorer} />
      )}
      <Deciding explorer={explorer} />
      <p class="cmv-faint">{`Known from ${known}.${held}`}</p>
    </section>
  );
}

/** Rows are outcomes untreated, columns outcomes treated. */
function Matrix({ explorer }: Props): JSX.Element {
  const { levels, untreated, treated } = explorer.study.value;
  return (
    <table class="cmx-matrix">
      <thead>
        <tr>
          <th class="cmx-corner" title={`with ${untreated || "no treatment"}`}>↓ untreated</th>
          <th class="cmx-above" colspan={levels.length} title={`with ${treated || "treatment"}`}>treated →</th>
        </tr>
        <tr>
          <td />
          {levels.map((level, k) => <th key={k} scope="col" title={level}>{level}</th>)}
        </tr>
      </thead>
      <tbody>
        {levels.map((level, i) => (
          <tr key={i}>
            <th scope="row" title={level}>{level}</th>
            {levels.map((_, k) => (
              <td key={k}><Weight explorer={explorer} cell={i * levels.length + k} /></td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Weight({ explorer, cell, label }: Props & { readonly cell: number; readonly label?: string }): JSX.Element {
  const value = useComputed(() => explorer.weights.value[cell] ?? 0).value;
  const reach = explorer.reach.value;
  const study = explorer.study.value;
  const name = cellName(study, cell);
  const id = useMemo(() => `cmx-${Math.random().toString(36).slice(2, 10)}`, []);
  return (
    <div class="cmx-weight" title={cellWords(study, cell)}>
      {label && <label for={id}>{label}</label>}
      <input
        id={id}
        type="range"
        aria-label={label ? undefined : name}
        min={-reach}
        max={reach}
        step={reach / STEPS}
        value={value}
        data-weight={name}
        onInput={({ currentTarget }) => explorer.weigh([cell, plain(currentTarget.valueAsNumber)])}
        onChange={() => explorer.settle()}
      />
      <input
        type="number"
        aria-label={`${name}, as a number`}
        step="any"
        value={plain(value)}
        data-number={name}
        onChange={({ currentTarget }) => {
          explorer.weigh([cell, currentTarget.valueAsNumber]);
          explorer.settle();
        }}
      />
    </div>
  );
}

/** Without what binary fractions leave behind. */
function plain(value: number): number {
  return Number(value.toPrecision(9));
}

function Deciding({ explorer }: Props): JSX.Element {
  const rule = explorer.rule.value;
  const optimism = explorer.optimism.value;
  return (
    <div class="cmx-deciding">
      <label>
        Decide by{" "}
        <select onChange={({ currentTarget }) => explorer.setRule(RULES[currentTarget.selectedIndex] ?? "midpoint")}>
          {RULES.map((each) => <option key={each} value={each} selected={each === rule}>{RULE_WORDS[each]}</option>)}
        </select>
      </label>
      {rule === "hurwicz" && (
        <label class="cmx-weight">
          <span>optimism</span>
          <input type="range" min={0} max={1} step={0.01} value={optimism} onInput={({ currentTarget }) => explorer.setOptimism(currentTarget.valueAsNumber)} />
          <output>{figure(optimism)}</output>
        </label>
      )}
    </div>
  );
}
