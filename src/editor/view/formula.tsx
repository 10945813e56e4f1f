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
  return typeof formula === "string" ? formula : createElement(formula.tag, null, ...formula.children.map(element));
}

/** The parts of the outermost rows: sides of the equation, terms of the sum. */
function parts(formula: Formula, depth: number): readonly Formula[] {
  if (typeof formula === "string" || formula.tag !== "mrow" || depth === 0 || isTerm(formula.children)) return [formula];
  return formula.children.flatMap((child) => parts(child, depth - 1));
}

/** P(…) stays in one piece. */
function isTerm(children: readonly Formula[]): boolean {
  const opens = (child: Formula): boolean => child === "(" || child === "[";
  return children.some((child) => typeof child !== "string" && child.tag === "mo" && child.children.some(opens));
}
