/** Writes graphs in the notation, one text for each graph: the twin of causal_magics/graph/notation_format.py. */

import { ROLES, type Role } from "./model";
import type { NotationEdge, NotationGraph, NotationNode } from "./notation";
import { compareNames } from "./notation-draft";
import { isBareWord } from "./notation-scanner";
import { isReserved } from "./notation-words";

const ROLE_NAMES: Readonly<Record<Role, string>> = {
  exposure: "exposure",
  outcome: "outcome",
  adjusted: "adjusted",
  latent: "latent",
  selection: "selected",
  functional: "functional",
};

/** The canonical text of a graph, one statement a line. */
export function formatGraph(graph: NotationGraph): string {
  const required = new Set(graph.required.map((pair) => JSON.stringify(pair)));
  const ends = [...graph.edges.map(({ source, target }) => [source, target]), ...graph.forbidden, ...graph.tiers];
  const mentioned = new Set(ends.flat());
  const nodes = graph.nodes
    .filter((node) => node.roles.length > 0 || node.position !== null || !mentioned.has(node.name))
    .sort((a, b) => compareNames(a.name, b.name));
  const edges = [
    ...graph.edges.map((edge) => ({
      ...edge,
      text: edgeText(edge, edge.mark === "->" && required.has(JSON.stringify([edge.source, edge.target]))),
    })),
    ...graph.forbidden.map(([source, target]) => ({
      source,
      target,
      mark: "->",
      text: `${formatName(source)} -> ${formatName(target)} [forbidden]`,
    })),
  ].sort(
    (a, b) =>
      compareNames(a.source, b.source) || compareNames(a.target, b.target) || compareNames(a.mark, b.mark),
  );
  const tiers = graph.tiers.map((tier) => tier.map(formatName).join(" ")).join(" | ");
  return [...nodes.map(nodeText), ...edges.map(({ text }) => text), ...(tiers ? [`tiers: ${tiers}`] : [])].join("\n");
}

/**
 * A name as the notation writes it: bare, or in quotes where it needs them. A brace after another one is escaped, so
 * that no name is taken for a cell's `{{expression}}`.
 */
export function formatName(name: string): string {
  if (isBareWord(name) && !isReserved(name)) return name;
  return `"${name.replace(/"|\\(?=["\\{]|$)|(?<=\{)\{/gu, "\\$&")}"`;
}

function withAttributes(statement: string, attributes: readonly string[]): string {
  return attributes.length ? `${statement} [${attributes.join(", ")}]` : statement;
}

function nodeText(node: NotationNode): string {
  const attributes = ROLES.filter((role) => node.roles.includes(role)).map((role) => ROLE_NAMES[role]);
  if (node.position) attributes.push(`pos="${node.position.map(String).join(",")}"`);
  return withAttributes(formatName(node.name), attributes);
}

function edgeText({ source, target, mark, confidence, bits }: NotationEdge, required: boolean): string {
  const attributes = required ? ["required"] : [];
  if (confidence !== null) attributes.push(`confidence=${valueText(confidence)}`);
  if (bits !== null) attributes.push(`bits=${valueText(bits)}`);
  return withAttributes(`${formatName(source)} ${mark} ${formatName(target)}`, attributes);
}

/** DAGitty reads exponents only in quotes. */
function valueText(value: number): string {
  const text = String(value);
  return text.includes("e") ? `"${text}"` : text;
}
