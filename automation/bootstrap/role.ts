import type { IAMClient } from "@aws-sdk/client-iam";

import { mustBeOwn, tagList, unlessGone } from "./changes";
import type { Changes } from "./changes";
import type { PolicyDocument } from "./documents";
import { audience, issuer, namesOf, ownTags } from "./names";
import type { BootstrapPlace } from "./names";

/** AWS keeps five versions of a policy. */
const MOST_VERSIONS = 5;

/** GitHub as somebody who says who a job is, and the role that its jobs take. */
export async function ensureRole(
  client: IAMClient,
  place: BootstrapPlace,
  documents: Readonly<Record<string, PolicyDocument>>,
  changes: Changes,
): Promise<void> {
  const iam = await import("@aws-sdk/client-iam");
  const names = namesOf(place);
  const own = ownTags(place);
  await ensureProvider(client, names.provider, changes);
  const policies = [
    { name: names.boundary, document: documents.boundary },
    ...names.policies.map(({ part, name }) => ({ name, document: documents[part] })),
  ];
  for (const { name, document } of policies)
    if (document !== undefined) await ensurePolicy(client, place, name, document, changes);
  const RoleName = names.role;
  const found = await unlessGone(
    client.send(new iam.GetRoleCommand({ RoleName })),
    "NoSuchEntityException",
  );
  const trust = documents.trust;
  if (found?.Role === undefined) {
    await changes.do(`role ${RoleName}`, "created", () =>
      client.send(
        new iam.CreateRoleCommand({
          RoleName,
          AssumeRolePolicyDocument: JSON.stringify(trust),
          Description: `Deploys ${place.project} from ${place.repository}`,
          // Seconds: a database's change may take most of an hour.
          MaxSessionDuration: 7200,
          Tags: tagList(own),
        }),
      ),
    );
  } else {
    mustBeOwn(`the role ${RoleName}`, found.Role.Tags ?? [], own);
    const before = JSON.parse(
      decodeURIComponent(found.Role.AssumeRolePolicyDocument ?? "{}"),
    ) as unknown;
    await changes.keep(`role ${RoleName}`, before, trust, () =>
      client.send(
        new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(trust) }),
      ),
    );
  }
  const attached =
    found === undefined
      ? []
      : ((await client.send(new iam.ListAttachedRolePoliciesCommand({ RoleName })))
          .AttachedPolicies ?? []);
  for (const { name } of names.policies) {
    const PolicyArn = names.policyArn(name);
    const there = attached.some((each) => each.PolicyArn === PolicyArn);
    await changes.keep(`${name} of the role`, there ? true : undefined, true, () =>
      client.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn })),
    );
  }
}

/** One for the account, whoever else uses it: it is shared, and only added to. */
async function ensureProvider(client: IAMClient, arn: string, changes: Changes): Promise<void> {
  const iam = await import("@aws-sdk/client-iam");
  const resource = `identity provider ${issuer}`;
  const found = await unlessGone(
    client.send(new iam.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })),
    "NoSuchEntityException",
  );
  if (found === undefined) {
    await changes.do(resource, "created", () =>
      client.send(
        new iam.CreateOpenIDConnectProviderCommand({
          Url: `https://${issuer}`,
          ClientIDList: [audience],
        }),
      ),
    );
    return;
  }
  await changes.keep(resource, found.ClientIDList?.includes(audience), true, () =>
    client.send(
      new iam.AddClientIDToOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: arn,
        ClientID: audience,
      }),
    ),
  );
}

async function ensurePolicy(
  client: IAMClient,
  place: BootstrapPlace,
  PolicyName: string,
  document: PolicyDocument,
  changes: Changes,
): Promise<void> {
  const iam = await import("@aws-sdk/client-iam");
  const PolicyArn = namesOf(place).policyArn(PolicyName);
  const own = ownTags(place);
  const PolicyDocument = JSON.stringify(document);
  const resource = `policy ${PolicyName}`;
  const found = await unlessGone(
    client.send(new iam.GetPolicyCommand({ PolicyArn })),
    "NoSuchEntityException",
  );
  if (found?.Policy === undefined) {
    await changes.do(resource, "created", () =>
      client.send(new iam.CreatePolicyCommand({ PolicyName, PolicyDocument, Tags: tagList(own) })),
    );
    return;
  }
  mustBeOwn(`the policy ${PolicyName}`, found.Policy.Tags ?? [], own);
  const VersionId = found.Policy.DefaultVersionId;
  const { PolicyVersion } = await client.send(
    new iam.GetPolicyVersionCommand({ PolicyArn, VersionId }),
  );
  const before = JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? "{}")) as unknown;
  await changes.keep(resource, before, document, async () => {
    const { Versions = [] } = await client.send(new iam.ListPolicyVersionsCommand({ PolicyArn }));
    const old = Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion !== true).sort(
      (a, b) => Number(a.CreateDate) - Number(b.CreateDate),
    );
    const [oldest] = old;
    if (Versions.length >= MOST_VERSIONS && oldest !== undefined)
      await client.send(
        new iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: oldest.VersionId }),
      );
    await client.send(
      new iam.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }),
    );
  });
}
