import type { KMSClient } from "@aws-sdk/client-kms";

import { mustBeOwn, unlessGone } from "./changes";
import type { Changes } from "./changes";
import type { PolicyDocument } from "./documents";
import { namesOf, ownTags } from "./names";
import type { BootstrapPlace } from "./names";

/** The key of the state and of config's secrets. Gives its ARN; none where it is only to be made. */
export async function ensureKey(
  client: KMSClient,
  place: BootstrapPlace,
  policy: PolicyDocument,
  changes: Changes,
): Promise<string | undefined> {
  const kms = await import("@aws-sdk/client-kms");
  const { alias } = namesOf(place);
  const own = ownTags(place);
  const resource = `key ${alias}`;
  const found = await unlessGone(
    client.send(new kms.DescribeKeyCommand({ KeyId: alias })),
    "NotFoundException",
  );
  const KeyId = found?.KeyMetadata?.KeyId;
  if (KeyId === undefined) {
    let arn: string | undefined;
    await changes.do(resource, "created", async () => {
      const Tags = Object.entries(own).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      const Description = `State and secrets of ${place.project}`;
      const made = await client.send(
        new kms.CreateKeyCommand({ Description, Tags, Policy: JSON.stringify(policy) }),
      );
      const TargetKeyId = made.KeyMetadata?.KeyId ?? "";
      arn = made.KeyMetadata?.Arn;
      await client.send(new kms.CreateAliasCommand({ AliasName: alias, TargetKeyId }));
      await client.send(new kms.EnableKeyRotationCommand({ KeyId: TargetKeyId }));
    });
    return arn;
  }
  const { Tags = [] } = await client.send(new kms.ListResourceTagsCommand({ KeyId }));
  mustBeOwn(
    `the key ${alias}`,
    Tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })),
    own,
  );
  const { KeyRotationEnabled } = await client.send(new kms.GetKeyRotationStatusCommand({ KeyId }));
  await changes.keep(resource, KeyRotationEnabled, true, () =>
    client.send(new kms.EnableKeyRotationCommand({ KeyId })),
  );
  const { Policy = "{}" } = await client.send(
    new kms.GetKeyPolicyCommand({ KeyId, PolicyName: "default" }),
  );
  await changes.keep("key policy", JSON.parse(Policy), policy, () =>
    client.send(
      new kms.PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy: JSON.stringify(policy) }),
    ),
  );
  return found?.KeyMetadata?.Arn;
}
