import { ecsTaskSchema } from "../../../components/aws/dynamic/schemas";
import { HEAD_TAG } from "../../../components/aws/dynamic/snapshot";
import { parsedInputs } from "../../../components/dynamic/inputs";
import type { KnownBackup } from "../../../components/migrations/status";
import { LandfallError, RefusedError } from "../../errors";
import type { Deployed, MigrationsAdapter } from "../types";
import { backups as snapshots, snapshotsOf } from "./backups";
import { runOnce } from "./oneOff";
import { owned, textOf } from "./resources";
import { databaseType } from "./stores";

/** Tasks on ECS, and snapshots of RDS. */
export const migrations = {
  // RDS is in private subnets: asking it takes a task of a minute, and what the last release knew is mostly right.
  head: () => Promise.resolve(undefined),

  async backups({ env }, state, { database }) {
    const instances = owned(state, databaseType);
    const instance = instances.find((each) => textOf(each, "identifier") === database?.server);
    if (database === undefined || instance === undefined) return [];
    const found = await snapshotsOf(env, instance.region, database.server);
    return found.flatMap(
      ({ DBSnapshotIdentifier: id, SnapshotCreateTime: at, TagList: tags }): KnownBackup[] => {
        const head = tags?.find(({ Key: key }) => key === HEAD_TAG)?.Value;
        if (head === undefined || id === undefined || at === undefined) return [];
        return [{ id, head, takenAt: at.toISOString() }];
      },
    );
  },

  async undo(session, { state }, { job, ran, command }) {
    const inputs = parsedInputs(ecsTaskSchema, ran.inputs);
    const { region, cluster, container, subnets, securityGroups, logGroup } = inputs;
    const taskDefinition = newestOf(state, inputs.taskDefinition);
    const { exitCode, output } = await runOnce(session, {
      region,
      tools: {
        ...{ cluster, taskDefinition, container, subnets, securityGroups, logGroup },
        logPrefix: container,
      },
      command,
      doing: `undoing migrations of ${job} by a task`,
      timeoutMs: inputs.timeoutSeconds * 1000,
    });
    if (exitCode === 0) return output;
    const said = output.trim().split("\n").slice(-10).join("\n");
    throw new LandfallError("migration_failed", `exit code ${exitCode}: ${said}`);
  },

  restore(session, deployed, { database }, { id, takenAt }) {
    if (database === undefined)
      throw new RefusedError(`nothing tells of which database ${id} is a snapshot`);
    const { component, server: name } = database;
    const server = { database: component, name };
    return snapshots.restore(session, deployed, server, { id, takenAt, place: "RDS" });
  },
} satisfies MigrationsAdapter;

/** An update that failed has registered another one of the task, with the files of the migrations that it applied. */
function newestOf(state: Deployed["state"], ran: string): string {
  const familyOf = (arn: string): string => arn.replace(/:\d+$/, "");
  const definitions = owned(state, "aws:ecs/taskDefinition:TaskDefinition");
  const own = definitions.find((each) => familyOf(each.arn) === familyOf(ran));
  return own === undefined ? ran : (textOf(own, "arn") ?? ran);
}
