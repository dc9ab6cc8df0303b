import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { AwsEnvironmentArgs } from "../../../../components/aws/args";
import { service } from "../../../../components/aws/service";
import type { Environment } from "../../../../components/environment";
import type { ServiceArgs, ServiceKind } from "../../../../components/service";
import { normalizeService } from "../../../../components/service";
import type { ServiceDeployment, ServiceSpec } from "../../../../components/specs";
import type { Registered, Registrations } from "../../../support/mocks";
import { openAws, shared } from "./support";

export const DIGEST = `sha256:${"ab".repeat(32)}`;
/** An image of a public registry, pinned. */
export const REF = `docker.io/example/api@${DIGEST}`;

const KIND: ServiceKind = {
  type: "landfall:index:ApiService",
  label: "ApiService",
  defaultPort: 3000,
  defaultHealthPath: "/health",
  publishable: true,
};

export type Args = Omit<Partial<ServiceArgs>, "environment">;

/** What `normalizeService` asks of an environment. */
function environmentWith(
  publicPorts: readonly number[],
  switches: Switches,
  taskDefinitionPins: Environment["taskDefinitionPins"],
): Environment {
  return {
    imagePins: {},
    releasePins: {},
    taskDefinitionPins,
    rollouts: {},
    publicPorts,
    switches: { features: {}, stopped: {}, ...switches },
  } as unknown as Environment;
}

type Switches = Partial<Environment["switches"]>;

/** Services by name on AWS under mocks, and what was registered of them. */
export const deployed = shared(async function (
  services: Readonly<Record<string, Args & { readonly kind?: Partial<ServiceKind> }>>,
  aws: AwsEnvironmentArgs = {},
  {
    switches = {},
    stack = "staging",
    registered = {},
  }: {
    switches?: Switches;
    stack?: string;
    registered?: Environment["taskDefinitionPins"];
  } = {},
): Promise<{ seen: Registrations; deployments: Record<string, ServiceDeployment> }> {
  const deployments: Record<string, ServiceDeployment> = {};
  const { seen } = await openAws(aws, {
    stack,
    use: (context) => {
      const environment = environmentWith(context.settings.publicPorts, switches, registered);
      for (const [name, { kind, ...args }] of Object.entries(services)) {
        const parent = new pulumi.ComponentResource(KIND.type, name);
        const spec = specOf(name, { environment, ...args }, kind);
        deployments[name] = service(context, parent, spec);
      }
    },
  });
  return { seen, deployments };
});

function specOf(
  name: string,
  args: Args & Pick<ServiceArgs, "environment">,
  kind: Partial<ServiceKind> = {},
): ServiceSpec {
  return normalizeService({ ...KIND, ...kind }, name, { image: { ref: REF }, ...args });
}

/** Tries services called `api` that are refused, one after another in one environment, which has nothing else. */
export async function refusing(): Promise<{ seen: Registrations; deploy: (args: Args) => void }> {
  let parent: pulumi.ComponentResource | undefined;
  const { seen, context } = await openAws(
    {},
    { use: () => (parent = new pulumi.ComponentResource(KIND.type, "api")) },
  );
  const environment = environmentWith(context.settings.publicPorts, {}, {});
  const deploy = (args: Args): void => {
    assert.ok(parent);
    service(context, parent, specOf("api", { environment, ...args }));
  };
  return { seen, deploy };
}

/** One service called `api`. */
export async function api(
  args: Args = {},
  aws?: AwsEnvironmentArgs,
  switches?: Switches,
): Promise<{ seen: Registrations; deployment: ServiceDeployment }> {
  const { seen, deployments } = await deployed({ api: args }, aws, { switches: switches ?? {} });
  const { api: deployment } = deployments;
  if (deployment === undefined) throw new Error("there is no api");
  return { seen, deployment };
}

/** The containers of a service's task definition, by name. */
export function containersOf(seen: Registrations, service = "api"): Record<string, Container> {
  const text = seen.named(`${service}-definition`).inputs["containerDefinitions"];
  const all = JSON.parse(String(text)) as Container[];
  return Object.fromEntries(all.map((each) => [each.name, each]));
}

export interface Container extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly image: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets?: readonly { readonly name: string; readonly valueFrom: string }[];
}

/** The statements of a role's policy. */
export function statementsOf(policy: Registered): Statement[] {
  return (JSON.parse(String(policy.inputs["policy"])) as { Statement: Statement[] }).Statement;
}

export interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}
