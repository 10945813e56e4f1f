export type OperationErrorKind =
  | "cycle"
  | "duplicate_node"
  | "duplicate_edge"
  | "unknown_node"
  | "unknown_edge"
  | "self_loop"
  | "duplicate_id"
  | "knowledge"
  | "read_only"
  | "malformed";

/** A group that does not fit the document. */
export class OperationError extends Error {
  override readonly name = "OperationError";

  /** @param cyclePath names along the cycle, first and last the same */
  constructor(
    readonly kind: OperationErrorKind,
    message: string,
    readonly cyclePath: readonly string[] | null = null,
  ) {
    super(message);
  }
}
