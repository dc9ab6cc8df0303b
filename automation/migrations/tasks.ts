import { z } from "zod";

import type {
  KnownBackup,
  MigratedDatabase,
  MigratedSchema,
} from "../../components/migrations/status";
import { migratedSchema } from "../../components/dynamic/migratedSchema";
import { reveal } from "../engine/state";
import type { StackState } from "../engine/state";
import type { EngineEvent } from "../engine/types";
import type { ReleaseRecord } from "../release";

/** Our own resources: that of them which has a schema is a migrating task, on whatever platform. */
const ownType = /^pulumi-nodejs:dynamic\/landfall:/;
/** So much of what a migration printed is kept with a release, in characters. */
const keptOutput = 4000;

/** A release's migrations of one job: plain data, enough to tell what a rollback takes. */
export interface ReleaseMigrations extends Omit<MigratedSchema, "job"> {
  database?: MigratedDatabase;
  /** Docker: folder of the copies of the database. */
  backups?: string;
  /** Id of the image that has them. */
  image?: string;
  /** The copy of the database that was taken before them. */
  backup?: KnownBackup;
  /** The last lines that they printed, without secrets. */
  output?: string;
}

/** A migrating task as the state has it. */
export interface MigratingTask {
  /** As its platform has them. */
  inputs: Readonly<Record<string, unknown>>;
  migrations: ReleaseMigrations;
}

const schemaShape = z.object({
  ...migratedSchema,
  database: z
    .object({ component: z.string(), name: z.string(), role: z.string(), server: z.string() })
    .optional(),
  backups: z.union([z.string(), z.boolean()]).optional(),
});
const backupShape = z.looseObject({ id: z.string(), head: z.string(), takenAt: z.string() });

/** The migrating tasks of a state that was read with its secrets, by job. */
export function migratingTasks({
  resources,
}: Pick<StackState, "resources">): Map<string, MigratingTask> {
  const found = new Map<string, MigratingTask>();
  for (const { type, inputs: own, outputs, delete: deleted } of resources) {
    if (!ownType.test(type) || deleted === true) continue;
    const inputs = present(reveal(own));
    const schema = schemaOf(inputs);
    if (schema === undefined) continue;
    const { output, backup } = present(reveal(outputs));
    const known = backupShape.safeParse(backup).data;
    const migrations = {
      ...migrationsOf(schema, inputs.image),
      ...(typeof output === "string" ? { output: output.slice(-keptOutput) } : {}),
      ...(known === undefined ? {} : { backup: known }),
    };
    found.set(schema.job, { inputs, migrations });
  }
  return found;
}

/** Collects, from the engine's events, the migrations that an update has set out for: also those that failed. */
export class AttemptedMigrations {
  private readonly found = new Map<string, ReleaseMigrations>();

  see({ resourcePreEvent }: EngineEvent): void {
    const metadata = resourcePreEvent?.metadata;
    const inputs = metadata?.new?.inputs;
    if (metadata === undefined || !ownType.test(metadata.type) || !inputs) return;
    const schema = schemaOf(inputs);
    if (schema !== undefined) this.found.set(schema.job, migrationsOf(schema, inputs.image));
  }

  /** What a release keeps: what the state has of a job, unless the update wanted something else of it. */
  beside(state: Pick<StackState, "resources">): NonNullable<ReleaseRecord["migrations"]> {
    const done = [...migratingTasks(state)].map(
      ([job, { migrations }]) => [job, migrations] as const,
    );
    const all = new Map(done);
    for (const [job, attempted] of this.found) {
      const { head, image } = all.get(job) ?? {};
      if (head !== attempted.head || image !== attempted.image) all.set(job, attempted);
    }
    return Object.fromEntries(all);
  }
}

type Schema = z.infer<typeof schemaShape>;

function schemaOf({ schema }: Readonly<Record<string, unknown>>): Schema | undefined {
  return schemaShape.safeParse(withoutNulls(schema)).data;
}

function migrationsOf(
  { job: _, tolerates, downCommand, database, backups, ...rest }: Schema,
  image: unknown,
): ReleaseMigrations {
  return {
    ...rest,
    chain: rest.chain.map(({ tolerates: oldest, ...each }) => ({
      ...each,
      ...(oldest === undefined ? {} : { tolerates: oldest }),
    })),
    ...(tolerates === undefined ? {} : { tolerates }),
    ...(downCommand === undefined ? {} : { downCommand }),
    ...(database === undefined ? {} : { database }),
    ...(typeof backups === "string" ? { backups } : {}),
    ...(typeof image === "string" ? { image } : {}),
  };
}

/** Null is how the engine hands on what there is none of. */
function present(value: unknown): Record<string, unknown> {
  const all = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(all.filter(([, each]) => each !== null));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(present(value)).map(([key, each]) => [key, withoutNulls(each)]),
  );
}
