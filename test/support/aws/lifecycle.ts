import assert from "node:assert/strict";
import type { ResourceChange, UpResult } from "../../../automation";
import { imageOf } from "./stack";
import type { AwsStack } from "./stack";

const SERVICES = ["web", "api", "predictor"] as const;

/** Asserts a verdict; where it is another, the message says why. */
export function comesTo(result: UpResult, verdict: UpResult["verdict"]): void {
  const { error, unverified, services } = result;
  const reasons = services.map((each) => [each.service, each.state, ...each.reasons]);
  assert.equal(result.verdict, verdict, JSON.stringify({ error, unverified, reasons }));
}

/** What was done to the resources of a type, such as `replace api-definition`. */
export function changesOf(resources: readonly ResourceChange[], type: string): string[] {
  return resources
    .filter((each) => each.type === type)
    .map(({ op, name }) => `${op} ${name}`)
    .sort();
}

/** Asserts that ECS itself runs these versions of the services' images, and is done with it. */
export async function runs(
  aws: AwsStack,
  versions: Partial<Record<(typeof SERVICES)[number], number>> = {},
): Promise<void> {
  for (const service of SERVICES) {
    const { images, rolloutState } = await aws.look(service);
    assert.equal(rolloutState, "COMPLETED", service);
    const wanted = imageOf(service, versions[service] ?? 1);
    assert.ok(images.includes(wanted), `${service} runs ${images.join()}, not ${wanted}`);
  }
}

/**
 * Takes its protection from a stack and destroys it, and asserts that nothing is left in the account but the database's
 * last snapshot, which nobody takes away unasked.
 */
export async function isDestroyed(aws: AwsStack): Promise<void> {
  const { stack, deployer } = aws;
  const open = await aws.up({
    "landfall:deletionProtection": false,
    // Production's policies forbid just that, unless somebody says so.
    "landfall:policies": { "deletion-protection": "advisory" },
  });
  comesTo(open, open.verdict === "unchanged" ? "unchanged" : "deployed");
  const { dataLoss } = await deployer.destroy({ stack, dryRun: true, includeProtected: true });
  assert.ok(dataLoss.length > 0, "a destruction that loses data says so");
  const { removed } = await deployer.destroy({ stack, includeProtected: true, remove: true });
  assert.ok(removed);
  const left = await aws.left();
  const snapshot = new RegExp(`snapshot[ :]landfall-${stack}-db-final-`);
  assert.deepEqual(
    left.filter((each) => !snapshot.test(each)),
    [],
  );
  assert.ok(left.length > 0, "the last snapshot is there");
}
