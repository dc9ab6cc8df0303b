import { readIntended } from "../intended";
import { observe } from "../observe";
import type { OutputsArgs, VerifyArgs } from "../operations";
import { redacted } from "../../components/redaction/redactor";
import type { OutputsResult, OutputValue, VerifyResult } from "../results";
import type { Session } from "../session";
import { settleVerified } from "../update/settle";
import { judge } from "../verdict";
import { readStack } from "./prepare";

/** Compares what is running with what the last update deployed, and asks the public routes. Releases without a verdict get theirs. */
export async function verify(session: Session, args: VerifyArgs): Promise<VerifyResult> {
  const { context, stack, env } = session;
  const startedAt = context.clock.now();
  const { state } = await context.phase("prepare", () => readStack(session, { create: false }));
  const intended = readIntended(state.outputs);
  const observation = await context.phase("verify", () =>
    observe(context, intended, { env, timeoutSeconds: args.verifyTimeout ?? 15 }),
  );
  const { verdict, error } = judge(observation, true);
  const settled = await context.phase("record", () =>
    settleVerified(session, { intended, observation }),
  );
  return {
    stack,
    verdict: verdict === "unchanged" ? "deployed" : verdict,
    ...observation,
    settled,
    urls: intended.urls,
    durationMs: Math.round(context.clock.now() - startedAt),
    ...(error === undefined ? {} : { error }),
  };
}

/** The outputs of the last update: the one result whose secrets may be shown, when they are asked for. */
export async function outputs(session: Session, args: OutputsArgs): Promise<OutputsResult> {
  const { state } = await readStack(session, { create: false });
  const { stack, context } = session;
  if (args.showSecrets === true) return { stack, outputs: state.outputs };
  const shown = Object.entries(state.outputs).map(
    ([name, { value, secret }]): [string, OutputValue] => [
      name,
      { value: secret ? redacted : context.redactor.data(value), secret },
    ],
  );
  return { stack, outputs: Object.fromEntries(shown) };
}
