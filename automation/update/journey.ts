import { withConfigCopy, writeAmended } from "../configCopy";
import { RefusedError } from "../errors";
import type { ErrorInfo } from "../errors";
import { readIntended } from "../intended";
import type { UpArgs } from "../operations";
import type { ForcedBuilds } from "../rebuild/force";
import type { ReleaseRecord } from "../release";
import type { Changes, NotRolledBack, ProbeLoad, RevisionTraffic } from "../results";
import { Exposure } from "../rollout/exposure";
import { askGates } from "../rollout/gates";
import { budgetError, gateError } from "../rollout/failures";
import { SwitchLoad } from "../rollout/load";
import { rolloutKey, startingPositions, underway } from "../rollout/positions";
import type { Positions } from "../rollout/positions";
import { rollOut } from "../rollout/sequence";
import type { Progress } from "../rollout/sequence";
import type { Session } from "../session";
import type { Prepared } from "../verbs/prepare";
import type { UpdatePlan } from "./plan";
import { withoutSecrets } from "./record";
import { runStep } from "./step";
import type { Step } from "./step";

interface Luggage {
  args: UpArgs;
  plan: UpdatePlan;
  record: ReleaseRecord;
  forced: ForcedBuilds;
  prepared: Prepared;
}

/** An update on its way: its steps, what their gates found, and the load under which it ran. */
export class Journey {
  readonly outcomes: Step[] = [];
  progress: Progress = { steps: [], gates: [] };
  load: ProbeLoad | undefined;
  /** Why it did not arrive; undefined when it did. */
  failure: ErrorInfo | undefined;
  /** Why the earlier release was not put back though it failed. */
  notRolledBack: NotRolledBack | undefined;
  /** When the new revision got its first traffic, in milliseconds since 1970. */
  exposedAt: number | undefined;
  private readonly exposure: Exposure;

  constructor(
    private readonly session: Session,
    readonly luggage: Luggage,
  ) {
    this.exposure = new Exposure(session, readIntended(luggage.prepared.state.outputs));
  }

  /** The last step. @throws when there was none */
  get last(): Step {
    const last = this.outcomes.at(-1);
    if (last === undefined) throw new Error("no step was taken");
    return last;
  }

  /** What all steps together have changed. */
  get changes(): Changes {
    const sum = (key: keyof Changes): number =>
      this.outcomes.reduce((total, { base }) => total + base.changes[key], 0);
    const same = this.outcomes.at(-1)?.base.changes.same ?? 0;
    return {
      ...{ create: sum("create"), update: sum("update") },
      ...{ replace: sum("replace"), delete: sum("delete"), same },
    };
  }

  /** The release as far as it has come. */
  get recordSoFar(): ReleaseRecord {
    const { record } = this.luggage;
    const { steps, gates } = this.progress;
    const several = steps.length > 1 || gates.length > 0;
    return {
      ...record,
      ...(several ? { steps } : {}),
      ...(gates.length > 0 ? { gates } : {}),
      ...(this.load === undefined ? {} : { load: this.load }),
    };
  }

  /** What real traffic met of the new revision; undefined where it had none, or took over in one step and stayed. */
  async traffic(until: number): Promise<RevisionTraffic[] | undefined> {
    const { exposedAt: from, failure, outcomes } = this;
    if (from === undefined || (failure === undefined && outcomes.length < 2)) return undefined;
    return this.exposure.traffic({ from, until });
  }

  /** Takes all steps. Resolves also when it did not arrive: see {@link failure}. */
  async run(): Promise<void> {
    const { plan, prepared } = this.luggage;
    const before = readIntended(prepared.state.outputs);
    // A rollback leads to what is known to be good: it takes over at once.
    const start = plan.kind === "up" || plan.kind === "promote" ? startingPositions(before) : {};
    const load = new SwitchLoad(urlsOf(before, plan.stops));
    await load.start();
    try {
      await this.travel(start);
    } finally {
      this.load = await load.stop();
    }
    this.failure ??= budgetError(this.load, this.luggage.args.failureBudget);
  }

  private async travel(start: Positions): Promise<void> {
    const { session, luggage } = this;
    const { context } = session;
    const { record, plan } = luggage;
    await withConfigCopy(session, record, async (file) => {
      const { failed, last } = await rollOut<Step>(start, {
        step: (positions) => this.step(positions, plan.config?.file ?? file),
        gates: (service) => askGates(session, record.number, service),
        pause: async (ms) => {
          if (ms <= 0) return;
          await context.phase("pause", () => context.clock.sleep(ms, context.signal));
          context.check();
        },
        save: (progress) => this.save(progress),
        check: () => this.check(),
      });
      this.failure = last.good ? gateError(failed) : last.error;
    });
  }

  private async step(positions: Positions, file: string): Promise<Step> {
    const { session, luggage } = this;
    const { args, plan, record, forced } = luggage;
    const first = this.outcomes.length === 0;
    const told: Record<string, string> =
      Object.keys(positions).length === 0 ? {} : { [rolloutKey]: JSON.stringify(positions) };
    const { pins = {} } = plan;
    const values = { ...pins, ...told };
    const isCopy = plan.kind !== "rollback";
    if (isCopy) await writeAmended(file, record.config, values);
    const step = await runStep(session, args, {
      // Without a config file of its own a stack has nothing that a copy could say.
      ...(isCopy && record.config === "" && plan.pins === undefined ? {} : { configFile: file }),
      ...(first ? { replace: forced.urns } : {}),
      ...(plan.expectedDigests === undefined ? {} : { expectedDigests: plan.expectedDigests }),
      mayLack: plan.kind === "promote",
    });
    this.outcomes.push(step);
    if (givesTraffic(step)) {
      this.exposedAt ??= step.routedFrom;
      await this.exposure.note();
    }
    return step;
  }

  /** What has come so far outlives this process: a crash leaves an interrupted release that tells it. */
  private async save(progress: Progress): Promise<void> {
    const { session } = this;
    this.progress = progress;
    const step = progress.steps.at(-1);
    if (step === undefined || step.services.length === 0) return;
    for (const service of step.services) session.context.emit({ kind: "rollout", ...service });
    await session.store.finish(withoutSecrets(session.context, this.recordSoFar));
  }

  /** In a pause nobody holds the stack's lock: somebody may have deployed something else. */
  private async check(): Promise<void> {
    const { session, luggage, outcomes } = this;
    session.context.check();
    if (outcomes.length === 0) return;
    const newest = (await session.store.list()).at(-1)?.number ?? 0;
    if (newest <= luggage.record.number) return;
    throw new RefusedError(
      `release ${newest} was begun while release ${luggage.record.number} was on its way: this one goes no further`,
    );
  }
}

/** Whether the router may send anything to a new revision: not while all of them only stand ready. */
function givesTraffic({ good, intended, routedFrom }: Step): boolean {
  const services = underway(intended);
  const waiting = services.length > 0 && services.every(({ current }) => current.weight === 0);
  return routedFrom !== undefined && !(good && waiting);
}

/** Of the services that are to answer all the while. */
function urlsOf(
  { services = {} }: ReturnType<typeof readIntended>,
  stops: readonly string[] = [],
): string[] {
  return Object.entries(services).flatMap(([name, { url, healthPath, replicas }]) =>
    url === undefined || replicas === 0 || stops.includes(name)
      ? []
      : [new URL(healthPath, url).href],
  );
}
