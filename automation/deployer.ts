import { parseArgs } from "./arguments";
import { systemClock } from "./clock";
import type { Clock } from "./clock";
import type { Control, Operation } from "./control";
import { startOperation } from "./operation";
import type { OperationContext } from "./operation";
import type { ArgsOf, OperationName, Operations, ResultOf } from "./operations";
import { definedOnly, openFor, secretVariables } from "./opening";
import type { DeployerOptions } from "./opening";
import { findProjectDir } from "./project";
import { projectName } from "./offline/project";
import type { Session } from "./session";
import { approve } from "./verbs/approve";
import { backup, restore } from "./verbs/backup";
import { bootstrap } from "./verbs/bootstrap";
import { cancel } from "./verbs/cancel";
import { destroy } from "./verbs/destroy";
import { diff } from "./verbs/diff";
import { doctor } from "./verbs/doctor";
import { feature } from "./verbs/feature";
import { freeze, unfreeze } from "./verbs/freeze";
import { history } from "./verbs/history";
import { logs } from "./verbs/logs";
import { offlinePlan } from "./verbs/offlinePlan";
import { plan } from "./verbs/plan";
import { preview } from "./verbs/preview";
import { promote } from "./verbs/promote";
import { prune } from "./verbs/prune";
import { readOnly } from "./verbs/readOnly";
import { refresh } from "./verbs/refresh";
import { rollback } from "./verbs/rollback";
import { show } from "./verbs/show";
import { status } from "./verbs/status";
import { start, stop } from "./verbs/stop";
import { up } from "./verbs/up";
import { outputs, verify } from "./verbs/verify";

/**
 * Deploys Pulumi projects. One deployer serves any number of operations at once: each has its own environment,
 * engine process and redactor, and nothing of this process (environment, working directory) is changed.
 *
 * ```ts
 * const deployer = new Deployer({ projectDir: "infra" });
 * const operation = deployer.up({ stack: "dev" });
 * for await (const event of operation.events) console.log(event.kind);
 * const { verdict } = await operation;
 * ```
 */
export class Deployer implements Operations {
  private readonly env: Readonly<Record<string, string>>;
  private readonly clock: Clock;

  constructor(private readonly options: DeployerOptions = {}) {
    this.env = definedOnly(options.env ?? process.env);
    this.clock = options.clock ?? systemClock;
  }

  /** Shows what an update would change. */
  preview(args: ArgsOf<"preview">, control?: Control): Operation<ResultOf<"preview">> {
    return this.onStack("preview", args, control, preview);
  }

  /** Tells of every service whether it needs a rebuild, a restart or nothing since the release that runs, and why. */
  plan(args: ArgsOf<"plan">, control?: Control): Operation<ResultOf<"plan">> {
    return this.onStack("plan", args, control, plan);
  }

  /** The program's resources, and what policies say of them. Needs neither engine nor plugins nor credentials. */
  offlinePlan(
    args: ArgsOf<"offlinePlan">,
    control: Control = {},
  ): Operation<ResultOf<"offlinePlan">> {
    const about = { operation: "offlinePlan", stack: stackIn(args), clock: this.clock };
    return startOperation(about, control, async (context) => {
      const parsed = parseArgs("offlinePlan", args);
      const dir = findProjectDir(parsed.cwd ?? this.options.projectDir ?? process.cwd());
      return offlinePlan({ context, dir, env: this.env }, parsed);
    });
  }

  /** Deploys, then looks at what is really running. Resolves with the verdict, `failed` included. */
  up(args: ArgsOf<"up">, control?: Control): Operation<ResultOf<"up">> {
    return this.onStack("up", args, control, up);
  }

  /** Deploys an earlier release's config and images again, as a new release. */
  rollback(args: ArgsOf<"rollback">, control?: Control): Operation<ResultOf<"rollback">> {
    return this.onStack("rollback", args, control, rollback);
  }

  /** Deploys the very images of another stack's verified release, with this stack's own config. */
  promote(args: ArgsOf<"promote">, control?: Control): Operation<ResultOf<"promote">> {
    return this.onStack("promote", args, control, promote);
  }

  /** Deletes the stack's resources; protected ones only with `includeProtected`. */
  destroy(args: ArgsOf<"destroy">, control?: Control): Operation<ResultOf<"destroy">> {
    return this.onStack("destroy", args, control, destroy);
  }

  /** Brings the state in line with what is really there. */
  refresh(args: ArgsOf<"refresh">, control?: Control): Operation<ResultOf<"refresh">> {
    return this.onStack("refresh", args, control, refresh);
  }

  /** Compares what is running with what the last update deployed. */
  verify(args: ArgsOf<"verify">, control?: Control): Operation<ResultOf<"verify">> {
    return this.onStack("verify", args, control, verify);
  }

  /** Services, replicas, health, lock and release as they are now. */
  status(args: ArgsOf<"status">, control?: Control): Operation<ResultOf<"status">> {
    return this.onStack("status", args, control, status);
  }

  /** The outputs of the last update. */
  outputs(args: ArgsOf<"outputs">, control?: Control): Operation<ResultOf<"outputs">> {
    return this.onStack("outputs", args, control, outputs, true);
  }

  /** Logs of the stack's containers, as events of kind `log`. */
  logs(args: ArgsOf<"logs">, control?: Control): Operation<ResultOf<"logs">> {
    return this.onStack("logs", args, control, logs);
  }

  /** Releases, newest first. */
  history(args: ArgsOf<"history">, control?: Control): Operation<ResultOf<"history">> {
    return this.onStack("history", args, control, history);
  }

  /** Forbids deploys of the stack, for everyone who uses its backend. */
  freeze(args: ArgsOf<"freeze">, control?: Control): Operation<ResultOf<"freeze">> {
    return this.onStack("freeze", args, control, freeze);
  }

  /** Allows them again. */
  unfreeze(args: ArgsOf<"unfreeze">, control?: Control): Operation<ResultOf<"unfreeze">> {
    return this.onStack("unfreeze", args, control, unfreeze);
  }

  /** Switches a feature on or off, or lists all of them. */
  feature(args: ArgsOf<"feature">, control?: Control): Operation<ResultOf<"feature">> {
    return this.onStack("feature", args, control, feature);
  }

  /** Takes a service, or all of them, to no replicas, until `start`. */
  stop(args: ArgsOf<"stop">, control?: Control): Operation<ResultOf<"stop">> {
    return this.onStack("stop", args, control, stop);
  }

  /** Gives what was stopped its replicas back. */
  start(args: ArgsOf<"start">, control?: Control): Operation<ResultOf<"start">> {
    return this.onStack("start", args, control, start);
  }

  /** Has the database refuse writes of services, or take them again. */
  readOnly(args: ArgsOf<"readOnly">, control?: Control): Operation<ResultOf<"readOnly">> {
    return this.onStack("readOnly", args, control, readOnly);
  }

  /** Copies a whole database, or lists the copies that are there. */
  backup(args: ArgsOf<"backup">, control?: Control): Operation<ResultOf<"backup">> {
    return this.onStack("backup", args, control, backup);
  }

  /** Puts a copy of a database in its place; the database as it was stays under another name. */
  restore(args: ArgsOf<"restore">, control?: Control): Operation<ResultOf<"restore">> {
    return this.onStack("restore", args, control, restore);
  }

  /** Answers a manual gate that a deploy waits at. */
  approve(args: ArgsOf<"approve">, control?: Control): Operation<ResultOf<"approve">> {
    return this.onStack("approve", args, control, approve);
  }

  /** Everything about a release: the newest, or the one that is named. */
  show(args: ArgsOf<"show">, control?: Control): Operation<ResultOf<"show">> {
    return this.onStack("show", args, control, show);
  }

  /** What differs between two releases: config, features, images, migrations and program. */
  diff(args: ArgsOf<"diff">, control?: Control): Operation<ResultOf<"diff">> {
    return this.onStack("diff", args, control, diff);
  }

  /** Removes images that no kept release of the stack and no container needs. */
  prune(args: ArgsOf<"prune">, control?: Control): Operation<ResultOf<"prune">> {
    return this.onStack("prune", args, control, prune);
  }

  /** Stops the update that holds the stack's lock, and frees the lock. */
  cancel(args: ArgsOf<"cancel">, control?: Control): Operation<ResultOf<"cancel">> {
    return this.onStack("cancel", args, control, cancel);
  }

  /** Makes an account ready for a team's stacks. Run again, it changes nothing. */
  bootstrap(args: ArgsOf<"bootstrap">, control: Control = {}): Operation<ResultOf<"bootstrap">> {
    const about = { operation: "bootstrap", stack: "", clock: this.clock };
    return startOperation(about, control, async (context) => {
      const parsed = parseArgs("bootstrap", args);
      const dir = findProjectDir(parsed.cwd ?? this.options.projectDir ?? process.cwd());
      context.redactor.add(secretVariables.flatMap((name) => this.env[name] ?? []));
      return bootstrap({ context, project: projectName(dir), env: this.env }, parsed);
    });
  }

  /** Checks this machine, the toolchain and, where one is named, a stack. Sets nothing up. */
  doctor(args: ArgsOf<"doctor"> = {}, control: Control = {}): Operation<ResultOf<"doctor">> {
    const about = { operation: "doctor", stack: args.stack ?? "", clock: this.clock };
    return startOperation(about, control, async (context) => {
      const { stack, cwd } = parseArgs("doctor", args);
      const from = cwd ?? this.options.projectDir ?? process.cwd();
      const open = stack === undefined ? undefined : () => this.open(context, from, false);
      return doctor({ from, env: this.env, open });
    });
  }

  private onStack<N extends Exclude<OperationName, "bootstrap" | "doctor" | "offlinePlan">>(
    name: N,
    args: ArgsOf<N>,
    control: Control | undefined,
    verb: (
      session: Session,
      args: ArgsOf<N>,
      openOther: (stack: string) => Promise<Session>,
    ) => Promise<ResultOf<N>>,
    keepsSecrets = false,
  ): Operation<ResultOf<N>> {
    const about = {
      operation: name,
      stack: stackIn(args),
      clock: this.clock,
      keepsSecrets,
    };
    return startOperation(about, control ?? {}, async (context) => {
      const parsed = parseArgs(name, args);
      const session = await this.open(context, parsed.cwd);
      return verb(session, parsed, (stack) => this.open(context, parsed.cwd, true, stack));
    });
  }

  private open(
    context: OperationContext,
    cwd: string | undefined,
    mayBuild = true,
    stack = context.stack,
  ): Promise<Session> {
    return openFor(this.options, this.env, context, { cwd, mayBuild, stack });
  }
}

/** The stack's name for events, before the arguments are checked. */
function stackIn(args: unknown): string {
  const { stack } = (args ?? {}) as { stack?: unknown };
  return typeof stack === "string" ? stack : "";
}
