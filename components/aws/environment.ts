import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { EnvironmentArgs } from "../environment";
import { whenLoaded } from "../loaded";
import type { EnvironmentIdentity } from "../platform";
import { createAlerts } from "./alerts";
import { createPrivateBucket } from "./bucket";
import { createCluster } from "./cluster";
import type { AwsContext, AwsFoundation } from "./context";
import { AccountCheck } from "./dynamic/resources";
import { lazyEdge } from "./edge";
import { createFlowLogs } from "./flowLogs";
import { createKey } from "./key";
import { createNetwork } from "./network";
import type { AwsSettings } from "./settings";
import { providerRegion } from "./settings";

/** One network, one cluster, and the one way in, which is made with the first public service. */
export function environment(
  parent: pulumi.ComponentResource,
  identity: EnvironmentIdentity,
  args: EnvironmentArgs,
  settings: AwsSettings,
): AwsContext {
  const admission = admit(parent, identity, settings);
  const foundation: AwsFoundation = {
    ...identity,
    environment: parent,
    settings,
    admission,
    accountId: admission.account,
    region: settings.region,
    imagePins: args.images ?? {},
    transform: args.transform ?? {},
  };
  const key = createKey(foundation);
  const keyed = { ...foundation, key };
  const network = createNetwork(foundation);
  createFlowLogs(keyed, network.vpc);
  return {
    ...keyed,
    network,
    ...createCluster(keyed),
    alerts: createAlerts(foundation, key),
    edge: lazyEdge({ ...foundation, network }),
    artefacts: once(
      () =>
        createPrivateBucket(foundation, parent, `${identity.name}-artefacts`, {
          purpose: "artefacts",
          keyArn: key.arn,
          versioned: true,
          // Copies of files that the program has: they are there again with the next update.
          forceDestroy: true,
          transform: foundation.transform.artefacts,
        }).bucket,
    ),
  };
}

/** Asks before anything is made whose credentials these are, and where the provider works. */
function admit(
  parent: pulumi.ComponentResource,
  { name }: EnvironmentIdentity,
  settings: AwsSettings,
): AccountCheck {
  const provider = parent.getProvider("aws:index:Any");
  const given = aws.Provider.isInstance(provider) ? provider : undefined;
  return new AccountCheck(
    `${name}-account`,
    {
      region: whenLoaded(() => settings.region),
      providerRegion: given?.region ?? providerRegion(),
      profile: given?.profile ?? new pulumi.Config("aws").get("profile"),
      expectedAccount: settings.accountId,
    },
    { parent },
  );
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
