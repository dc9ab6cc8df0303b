import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";

import type { AlarmStatus, StatusResult } from "../../results";
import type { Deployed, PlatformEnv } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { awsFailure } from "./failure";
import { owned, textOf } from "./resources";

/** CloudWatch describes so many alarms at once. */
const atOnce = 100;

/**
 * The stack's alarms that are not quiet; undefined where it has none. One that cannot be read is no reason to show
 * nothing of the services: it stands in the list with the reason.
 */
export async function raisedAlarms(
  env: PlatformEnv,
  { state }: Deployed,
): Promise<StatusResult["alarms"]> {
  const alarms = owned(state, "aws:cloudwatch/metricAlarm:MetricAlarm");
  if (alarms.length === 0) return undefined;
  const byRegion = new Map<string, string[]>();
  for (const alarm of alarms) {
    const name = textOf(alarm, "name");
    if (name !== undefined)
      byRegion.set(alarm.region, [...(byRegion.get(alarm.region) ?? []), name]);
  }
  const raised = await Promise.all(
    [...byRegion].map(([region, names]) => raisedIn(env, region, names)),
  );
  return { total: alarms.length, raised: raised.flat() };
}

async function raisedIn(
  env: PlatformEnv,
  region: string,
  names: readonly string[],
): Promise<AlarmStatus[]> {
  try {
    const found = await using(new CloudWatchClient(clientSettings(env, region)), async (client) => {
      const all: MetricAlarm[] = [];
      for (let at = 0; at < names.length; at += atOnce) {
        const AlarmNames = names.slice(at, at + atOnce);
        const request = new DescribeAlarmsCommand({ AlarmNames, MaxRecords: atOnce });
        all.push(...((await client.send(request)).MetricAlarms ?? []));
      }
      return all;
    });
    const missing = names.filter((name) => !found.some(({ AlarmName: each }) => each === name));
    return [...found.flatMap(statusOf), ...missing.map(missingAlarm)];
  } catch (error) {
    const { message: reason } = awsFailure(error, "looking at the alarms");
    return names.map((name) => ({ name, state: "unknown", reason }));
  }
}

function statusOf({
  AlarmName: name = "",
  StateValue: value,
  StateReason: reason = "",
  StateUpdatedTimestamp: since,
}: MetricAlarm): AlarmStatus[] {
  // A service without traffic gives no data: that alone is nothing to look at.
  if (value !== "ALARM") return [];
  const when = since === undefined ? {} : { since: since.toISOString() };
  return [{ name, state: "alarm", reason, ...when }];
}

function missingAlarm(name: string): AlarmStatus {
  return { name, state: "unknown", reason: "the alarm is not there any more" };
}
