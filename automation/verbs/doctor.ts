import { diagnose } from "../../toolchain/doctor";
import type { StackState } from "../engine/state";
import { LandfallError } from "../errors";
import { describeLock } from "../locks";
import { readIntended } from "../intended";
import { platformOf } from "../platforms";
import { findProjectDir, readConfigFile } from "../project";
import type { DoctorCheck, DoctorResult } from "../results";
import { openableState } from "../session";
import type { Session } from "../session";
import { emptyState } from "./prepare";
import { together } from "../together";

/** What can be wrong with one stack: its config, lock, leftovers, passphrase and backend. */
async function checkStack(session: Session): Promise<DoctorCheck[]> {
  const { stack, project, locks, backend, store } = session;
  const [config, held, state, releases] = await together([
    readConfigFile(project, stack),
    locks?.list().catch(() => []) ?? [],
    openableState(session),
    store.list(),
  ]);
  const own = await platformChecks(session, state instanceof LandfallError ? emptyState : state);
  return [
    config === undefined
      ? {
          name: "config",
          status: "warning",
          detail: `there is no Pulumi.${session.shortStack}.yaml in ${project.dir}`,
          fix: "Write one, or check the stack's name.",
        }
      : { name: "config", status: "ok", detail: `Pulumi.${session.shortStack}.yaml is there` },
    ...(state instanceof LandfallError
      ? [failed(state, backend.url)]
      : [
          {
            name: "backend",
            status: "ok" as const,
            detail: `${backend.url} answers, and the secrets open`,
          },
          pending(state.pending.length),
        ]),
    ...held.map((lock): DoctorCheck => ({
      name: "lock",
      status: lock.stale ? "failed" : "warning",
      detail: `held by ${describeLock(lock)}${lock.stale ? ", a process that is dead" : ""}`,
      ...(lock.stale
        ? { fix: `Run \`landfall cancel --stack ${stack}\`; an update clears it as well.` }
        : {}),
    })),
    ...interrupted(releases.at(-1)),
    ...own,
  ];
}

/** A stack that was never deployed is where its config says. */
async function platformChecks(session: Session, state: StackState): Promise<DoctorCheck[]> {
  const config = (await session.workspace.writtenConfig().catch(() => undefined)) ?? {};
  const setting = (key: string): string | undefined => {
    const { value, objectValue } = config[key] ?? {};
    return value ?? (objectValue === undefined ? undefined : JSON.stringify(objectValue));
  };
  const intended = readIntended(state.outputs);
  const configured = setting(`${session.project.name}:platform`);
  const platform = await platformOf({
    state,
    intended: { ...(configured === undefined ? {} : { platform: configured }), ...intended },
  });
  return platform.doctor.check(session, { state, intended, setting });
}

function failed(error: LandfallError, url: string): DoctorCheck {
  if (error.code === "stack_not_found") {
    return {
      name: "backend",
      status: "warning",
      detail: `${url} has no such stack yet`,
      fix: "Deploy it.",
    };
  }
  return { name: "backend", status: "failed", detail: error.message, fix: error.fix };
}

function pending(count: number): DoctorCheck {
  return count === 0
    ? { name: "pending operations", status: "ok", detail: "none" }
    : {
        name: "pending operations",
        status: "warning",
        detail: `an update was killed in the middle of ${count}`,
        fix: "The next update mends them, or says which it cannot.",
      };
}

function interrupted(last: { number: number; state: string } | undefined): DoctorCheck[] {
  if (last?.state !== "interrupted") return [];
  const detail = `release ${last.number}, the last one, was interrupted`;
  return [
    { name: "releases", status: "warning", detail, fix: "Deploy again: it goes on from there." },
  ];
}

export interface DoctorSubject {
  /** Folder to look from. */
  from: string;
  env: Readonly<Record<string, string>>;
  /** Opens the stack to look into, where one was named. */
  open: (() => Promise<Session>) | undefined;
}

/** Everything that `landfall doctor` checks. What it finds is a result, never an error. */
export async function doctor({ from, env, open }: DoctorSubject): Promise<DoctorResult> {
  const root = rootOf(from);
  const machine = await diagnose(root, { env });
  const checks = [
    ...machine.map(({ status, ...check }): DoctorCheck => ({ ...check, status: words[status] })),
    ...(open === undefined ? [] : await stackChecks(open)),
  ];
  return { ok: checks.every(({ status }) => status !== "failed"), checks };
}

const words = { ok: "ok", warn: "warning", fail: "failed" } as const;

async function stackChecks(open: () => Promise<Session>): Promise<DoctorCheck[]> {
  try {
    return await checkStack(await open());
  } catch (error) {
    if (!(error instanceof LandfallError)) throw error;
    return [{ name: "stack", status: "failed", detail: error.message, fix: error.fix }];
  }
}

/** Outside of a project the machine can still be checked. */
function rootOf(from: string): string {
  try {
    return findProjectDir(from);
  } catch {
    return from;
  }
}
