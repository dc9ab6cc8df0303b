import { LandfallError, UsageError } from "../errors";
import { answer, givenApprovals, pendingApprovals } from "../gates/approval";
import type { PendingApproval } from "../gates/approval";
import type { ApproveArgs } from "../operations";
import { maker } from "../provenance";
import type { ApproveResult } from "../results";
import type { Session } from "../session";
import { readStack } from "./prepare";

/** Answers the manual gate that waits; needs no lock, since the deploy that waits holds it. */
export async function approve(session: Session, args: ApproveArgs): Promise<ApproveResult> {
  const { context, store, stack, env } = session;
  const pending = await pendingApprovals(store);
  const answered = new Set((await givenApprovals(store)).map(({ id }) => id));
  const waiting = pending.filter(({ id }) => !answered.has(id));
  const fitting = waiting.filter(
    ({ release, gate, service }) =>
      (args.release ?? release) === release &&
      (args.gate ?? gate) === gate &&
      (args.service ?? service) === service,
  );
  const [request, ...others] = fitting;
  if (request === undefined || others.length > 0) throw unclear(args, waiting, fitting);
  const { user, host } = maker(env);
  const reason = await withoutSecrets(session, args.reason);
  const approved = args.reject !== true;
  context.check();
  await answer(
    store,
    {
      id: request.id,
      approved,
      by: `${user}@${host}`,
      at: new Date(context.clock.now()).toISOString(),
      ...(reason === undefined ? {} : { reason }),
    },
    pending,
  );
  const { release, service, gate, message, since } = request;
  return { stack, approved, release, service, gate, message, since };
}

/** Who cannot open the stack's secrets can still answer, and hardly writes one of them. */
async function withoutSecrets(
  session: Session,
  reason: string | undefined,
): Promise<string | undefined> {
  if (reason === undefined) return undefined;
  await readStack(session, { create: false }).catch((error: unknown) => {
    if (!(error instanceof LandfallError)) throw error;
  });
  return session.context.redactor.text(reason);
}

/** Nothing fits, or more than one: what waits is told, so that the next try can name it. */
function unclear(
  { stack }: ApproveArgs,
  waiting: readonly PendingApproval[],
  fitting: readonly PendingApproval[],
): UsageError {
  const list = (requests: readonly PendingApproval[]): string => requests.map(textOf).join("; ");
  if (fitting.length > 1) {
    const message = `several gates wait, name one of them: ${list(fitting)}`;
    return new UsageError([{ path: "gate", message }]);
  }
  const fix = "Look at `landfall history`: a deploy that waits is running.";
  if (waiting.length === 0) {
    const message = `no gate of stack "${stack}" waits for an answer`;
    return new UsageError([{ path: "", message }], { fix });
  }
  const message = `no such gate waits; these do: ${list(waiting)}`;
  return new UsageError([{ path: "", message }]);
}

function textOf({ release, service, gate, message, since }: PendingApproval): string {
  const said = message === "" ? "" : `: ${message}`;
  return `"${gate}" of service ${service}, release ${release}, since ${since}${said}`;
}
