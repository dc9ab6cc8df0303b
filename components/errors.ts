import { RunError } from "@pulumi/pulumi";

/** One mistake in a component's arguments or in a stack's config. */
export interface Problem {
  /** Where it is, as its author wrote it: `replicas`, `health.interval`, `landfall:webPort`. */
  readonly path: string;
  /** What must hold there. */
  readonly rule: string;
  /** What was found, in words; left out where it may be a secret. */
  readonly received?: string;
}

/**
 * Arguments that cannot be deployed, with all mistakes at once. Being a RunError, it is shown without a stack trace: the
 * mistake is in what was given, not where it was found.
 */
export class InvalidArgumentsError extends RunError {
  override readonly name = "InvalidArgumentsError";
  readonly code = "invalid_arguments";

  /**
   * @param subject What the arguments belong to, such as `ApiService "api"`.
   * @param problems Every mistake that was found; at least one.
   */
  constructor(
    readonly subject: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${subject}: ${countOf(problems)}\n${problems.map(line).join("\n")}`);
  }
}

/** Collects mistakes, so that one run reports them all. */
export class Problems {
  private readonly found: Problem[] = [];

  constructor(private readonly subject: string) {}

  /** Notes a mistake. `received` is shown as JSON; leave it out where the value may be a secret. */
  add(path: string, rule: string, ...received: readonly unknown[]): void {
    this.found.push({
      path,
      rule,
      ...(received.length > 0 ? { received: show(received[0]) } : {}),
    });
  }

  /** Notes a mistake unless the condition holds; answers whether it held. */
  require(holds: boolean, path: string, rule: string, ...received: readonly unknown[]): boolean {
    if (!holds) this.add(path, rule, ...received);
    return holds;
  }

  /** The mistakes so far. */
  get all(): readonly Problem[] {
    return this.found;
  }

  /** The mistakes so far as one error. */
  error(): InvalidArgumentsError {
    return new InvalidArgumentsError(this.subject, this.found);
  }

  /** @throws InvalidArgumentsError when anything was noted. */
  throwIfAny(): void {
    if (this.found.length > 0) throw this.error();
  }
}

function countOf(problems: readonly Problem[]): string {
  return problems.length === 1 ? "1 problem" : `${problems.length} problems`;
}

function line(problem: Problem): string {
  const received = problem.received === undefined ? "" : `, got ${problem.received}`;
  return `  ${problem.path}: ${problem.rule}${received}`;
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" && !Number.isFinite(value) ? String(value) : json(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function json(value: unknown): string {
  // Functions and symbols have no JSON, which the library's type does not say.
  const text = JSON.stringify(value) as string | undefined;
  return text ?? String(value);
}
