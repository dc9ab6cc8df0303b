import { RDSClient } from "@aws-sdk/client-rds";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { LandfallError, RefusedError } from "../../../errors";
import type { IntendedDatabase } from "../../../intended";
import type { DatabaseBackup } from "../../../results";
import type { DatabaseServer, PlatformSession } from "../../types";
import { clientSettings, using } from "../../../../components/aws/dynamic/clients";
import { SWAP } from "../../../../components/restoreScripts";
import { stampOf } from "../../../../components/stamp";
import { awsFailure } from "../failure";
import { runOnce } from "../oneOff";
import * as readOnly from "../readOnlySql";
import { describeDatabase } from "../stores";
import { withInstanceOf } from "./beside";
import { COPY_FROM, onDatabase } from "./script";

/** Longest time for copying a database from one instance to the other, in milliseconds. */
const copyMs = 12 * 3_600_000;

/**
 * Puts a snapshot in a database's place. RDS can only make another instance of it: a task copies the database from there into
 * the instance that stays, whose address, roles and passwords are the stack's, and swaps the names. Until then the database
 * takes reads and writes; with them, as it was, it stays under the name that is returned.
 */
export async function restoreSnapshot(
  session: PlatformSession,
  own: IntendedDatabase,
  { name }: DatabaseServer,
  { id }: DatabaseBackup,
): Promise<string> {
  const { region } = own;
  const live = await describeDatabase(session.env, region, name);
  if (live === undefined) throw new LandfallError("database", `RDS has no database ${name}`);
  const secret = live.MasterUserSecret?.SecretArn;
  if (secret === undefined)
    throw new RefusedError(`RDS does not keep the master user's password of ${name}`, {
      fix: "A task copies the snapshot with that password: have RDS manage it, as the component does.",
    });
  const stamp = stampOf(session.context.clock.now());
  const password = await passwordOf(session, region, secret);
  const client = new RDSClient(clientSettings(session.env, region));
  try {
    return await using(client, () =>
      withInstanceOf(session, client, { live, snapshot: id, stamp, password }, (host) =>
        replace(session, own, name, { host, stamp }),
      ),
    );
  } catch (error) {
    throw awsFailure(error, `restoring snapshot ${id} of ${name}`);
  }
}

async function replace(
  session: PlatformSession,
  own: IntendedDatabase,
  name: string,
  { host, stamp }: { host: string; stamp: string },
): Promise<string> {
  const run = async (command: string[], timeoutMs?: number): Promise<string> => {
    const { exitCode, output } = await runOnce(session, {
      ...{ region: own.region, tools: own.tools, command },
      doing: `copying a snapshot into database ${name} by a task`,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const lines = output.trim().split("\n");
    if (exitCode === 0) return lines.at(-1) ?? "";
    const said = lines.slice(-5).join("\n");
    throw new LandfallError(
      "database",
      `the snapshot could not be copied, and database ${name} is as it was: ${said}`,
    );
  };
  const copied = await run(
    onDatabase(COPY_FROM, own.role, stamp, host, readOnly.open, readOnly.isClosed),
    copyMs,
  );
  const [, fresh = "", closed] = /^(\S+) ([tf])$/.exec(copied) ?? [];
  if (fresh === "")
    throw new LandfallError("database", `the task that copied did not say where to: ${copied}`);
  if (closed === "t")
    await run([
      ...["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", fresh],
      ...["-c", readOnly.close(own.role)],
    ]);
  return run(onDatabase(SWAP, own.role, stamp));
}

async function passwordOf(
  { env, context }: PlatformSession,
  region: string,
  secret: string,
): Promise<string> {
  try {
    const { SecretString: text = "" } = await using(
      new SecretsManagerClient(clientSettings(env, region)),
      (client) => client.send(new GetSecretValueCommand({ SecretId: secret })),
    );
    const { password } = JSON.parse(text) as { password?: unknown };
    if (typeof password !== "string" || password === "") throw new Error("it holds no password");
    context.redactor.add([password]);
    return password;
  } catch (error) {
    throw awsFailure(error, `reading the master user's password from ${secret}`);
  }
}
