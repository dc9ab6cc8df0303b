import type { SchemaBackup } from "../../components/migrations/status";
import type { TaskInputs, TaskSchema } from "../../components/docker/dynamic/types";
import { taskSchema } from "../../components/docker/dynamic/validate";
import { reveal } from "../engine/state";
import type { StackState } from "../engine/state";
import type { EngineEvent } from "../engine/types";
import type { ReleaseRecord } from "../release";

const taskType = "pulumi-nodejs:dynamic/landfall:Task";
/** So much of what a migration printed is kept with a release, in characters. */
const keptOutput = 4000;

/** A release's migrations of one job: plain data, enough to tell what a rollback takes. */
export interface ReleaseMigrations extends Omit<TaskSchema, "job" | "beyond"> {
  /** Id of the image that has them. */
  image?: string;
  /** The copy of the database that was taken before them. */
  backup?: SchemaBackup;
  /** The last lines that they printed, without secrets. */
  output?: string;
}

/** A migrating task as the state has it. */
export interface MigratingTask {
  inputs: TaskInputs;
  schema: TaskSchema;
  migrations: ReleaseMigrations;
}

/** The migrating tasks of a state that was read with its secrets, by job. */
export function migratingTasks({
  resources,
}: Pick<StackState, "resources">): Map<string, MigratingTask> {
  const found = new Map<string, MigratingTask>();
  for (const { type, inputs, outputs, delete: deleted } of resources) {
    if (type !== taskType || deleted === true) continue;
    const task = taskOf(reveal(inputs));
    if (task?.schema === undefined) continue;
    const { output, backup } = (reveal(outputs) ?? {}) as {
      output?: string;
      backup?: SchemaBackup | null;
    };
    const migrations = {
      ...migrationsOf(task.schema, task.image),
      ...(typeof output === "string" ? { output: output.slice(-keptOutput) } : {}),
      ...(backup ? { backup } : {}),
    };
    found.set(task.schema.job, { inputs: task, schema: task.schema, migrations });
  }
  return found;
}

/** Collects, from the engine's events, the migrations that an update has set out for: also those that failed. */
export class AttemptedMigrations {
  private readonly found = new Map<string, ReleaseMigrations>();

  see({ resourcePreEvent }: EngineEvent): void {
    const metadata = resourcePreEvent?.metadata;
    const inputs = metadata?.new?.inputs;
    if (metadata?.type !== taskType || !inputs) return;
    const parsed = taskSchema.shape.schema.safeParse(inputs.schema ?? undefined);
    if (!parsed.success || parsed.data === undefined) return;
    const schema: TaskSchema = parsed.data;
    const image = typeof inputs.image === "string" ? inputs.image : undefined;
    this.found.set(schema.job, migrationsOf(schema, image));
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

function taskOf(inputs: unknown): TaskInputs | undefined {
  const own = Object.entries((inputs ?? {}) as Record<string, unknown>).filter(
    ([key, value]) => key in taskSchema.shape && value !== null,
  );
  const parsed = taskSchema.safeParse(Object.fromEntries(own));
  return parsed.success ? parsed.data : undefined;
}

function migrationsOf(
  { job: _, beyond: _b, ...schema }: TaskSchema,
  image: string | undefined,
): ReleaseMigrations {
  return { ...schema, ...(image === undefined ? {} : { image }) };
}
