/** A formula as MathML, in parts between which the line may break. */
import { createElement, type JSX } from "preact";
import type { Formula } from "../overlay";

export function FormulaView({ formula, label }: { readonly formula: Formula; readonly label: string }): JSX.Element {
  return (
    <div class="cmg-formula" role="math" aria-label={label}>
      {parts(formula, 3).map((part, place) => (
        <math key={place}>{element(part)}</math>
      ))}
    </div>
  );
}

function element(formula: Formula): JSX.Element | string {
  if (typeof formula === "string") return formula;
  return createElement(formula.tag, attributesOf(formula), ...formula.children.map(element));
}

/** Brackets stay as small as what is in them; a bar keeps its room where the line may break behind it. */
function attributesOf(formula: Exclude<Formula, string>): Record<string, string> | null {
  if (isSign(formula, "|")) return { stretchy: "false", lspace: "0.28em", rspace: "0.28em" };
  return formula.tag === "mo" ? { stretchy: "false" } : null;
}

/** The parts of the outermost rows: sides of the equation, terms of the sum. */
function parts(formula: Formula, depth: number): readonly Formula[] {
  if (typeof formula === "string" || formula.tag !== "mrow" || depth === 0) return [formula];
  const { children } = formula;
  if (children.some((child) => isSign(child, "(") || isSign(child, "["))) return atBar(children);
  return children.flatMap((child) => parts(child, depth - 1));
}

/** P(…|…) breaks behind its bar only. */
function atBar(children: readonly Formula[]): readonly Formula[] {
  const end = children.findIndex((child) => isSign(child, "|")) + 1;
  return [children.slice(0, end), children.slice(end)].filter(({ length }) => length > 0).map((part) => ({ tag: "mrow", children: part }));
}

function isSign(formula: Formula, sign: string): boolean {
  return typeof formula !== "string" && formula.tag === "mo" && formula.children.includes(sign);
}
