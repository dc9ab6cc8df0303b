import { listOf, objectOf } from "../values";

/** One statement of a policy of AWS, as it is written. */
export interface Statement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: unknown;
}

/** The statements of a policy; AWS takes one that is no list as well. */
export function statementsOf(policy: unknown): readonly Statement[] {
  const { Statement: statement } = objectOf(policy);
  return Array.isArray(statement) ? listOf(statement) : listOf([statement]);
}
