/** What comes over the wire is read as strictly here as in the kernel. */
import { OperationError } from "./errors";
import { KNOWLEDGE_MARKS, MARKS, ROLES, type DocumentEdge, type DocumentNode, type GraphDocument } from "./model";
import type { Operation } from "./operations";
import { isSound } from "./soundness";

const MAX_COORDINATE = 1e6;

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText: Check = (value) => typeof value === "string";
export const isId = (value: unknown): value is string => typeof value === "string" && /^(?: |[^\p{C}\p{Z}]){1,100}$/u.test(value);
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isCoordinate: Check = (value) => typeof value === "number" && Math.abs(value) <= MAX_COORDINATE;
const isConfidence: Check = (value) => value === null || (typeof value === "number" && value >= 0 && value <= 1);
const isBits: Check = (value) => value === null || isNumber(value);

const oneOf =
  (options: readonly unknown[]): Check =>
  (value) =>
    options.includes(value);

const isRoles: Check = (value) =>
  Array.isArray(value) && value.every(oneOf(ROLES)) && new Set(value).size === value.length;
const isTiers: Check = (value) =>
  Array.isArray(value) && value.every((tier: unknown) => Array.isArray(tier) && tier.every(isId));
const isPlace: Check = (value) => Array.isArray(value) && value.length === 2 && value.every(isCoordinate);
const isPositions: Check = (value) =>
  isObject(value) &&
  Object.keys(value).length > 0 &&
  Object.entries(value).every(([id, place]) => isId(id) && isPlace(place));

const node = { id: isId, name: isText, roles: isRoles, x: isCoordinate, y: isCoordinate };
const evidence = { knowledge: oneOf([null, ...KNOWLEDGE_MARKS]), confidence: isConfidence, bits: isBits };
const edge = { id: isId, source: isId, target: isId, mark: oneOf(MARKS), ...evidence };

interface Shape {
  readonly required: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
}

const SHAPES: ReadonlyMap<unknown, Shape> = new Map<unknown, Shape>([
  ["add_node", { required: node }],
  ["set_node", { required: { id: isId }, optional: { name: isText, roles: isRoles } }],
  ["delete_node", { required: { id: isId } }],
  ["add_edge", { required: edge }],
  ["set_edge", { required: { id: isId }, optional: { mark: edge.mark, ...evidence } }],
  ["delete_edge", { required: { id: isId } }],
  ["move", { required: { positions: isPositions } }],
  ["set_tiers", { required: { tiers: isTiers } }],
]);

/** Whether no field is missing, unknown or of another type. */
function fits(fields: Fields, { required, optional = {} }: Shape): boolean {
  const checks = new Map([...Object.entries(required), ...Object.entries(optional)]);
  return (
    Object.keys(required).every((key) => Object.hasOwn(fields, key)) &&
    Object.entries(fields).every(([key, value]) => key === "op" || checks.get(key)?.(value))
  );
}

/** The operations of a group. Throws an `OperationError` of kind `malformed`. */
export function parseGroup(raw: unknown): readonly Operation[] {
  const isOperation = (item: unknown): boolean => {
    const shape = isObject(item) ? SHAPES.get(item.op) : undefined;
    return isObject(item) && shape !== undefined && fits(item, shape);
  };
  if (Array.isArray(raw) && raw.length > 0 && raw.every(isOperation)) return raw as Operation[];
  throw new OperationError("malformed", "Expected a list of operations.");
}

function isListOf<Item>(value: unknown, shape: Shape): value is readonly Item[] {
  return Array.isArray(value) && value.every((item: unknown) => isObject(item) && fits(item, shape));
}

/** Whether the value counts revisions. */
export const isRevision = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** A whole document that edits could have drawn, or null where it is none. */
export function parseDocument(raw: unknown): GraphDocument | null {
  if (!isObject(raw) || raw.version !== 1) return null;
  const { rev, nodes, edges, tiers } = raw;
  if (!isRevision(rev) || !isTiers(tiers)) return null;
  if (!isListOf<DocumentNode>(nodes, { required: node }) || !isListOf<DocumentEdge>(edges, { required: edge })) return null;
  const document: GraphDocument = { version: 1, rev, nodes, edges, tiers: tiers as GraphDocument["tiers"] };
  return isSound(document) ? document : null;
}
