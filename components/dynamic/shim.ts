import * as pulumi from "@pulumi/pulumi";
import type { HandlerKind } from "./handlers";

/**
 * What the engine keeps in state as a resource's provider: one constant line that finds this package from the
 * project's folder and asks it for the handler. No code of ours is in it, so a new version of ours is no diff.
 */
export function providerText(kind: HandlerKind): string {
  return `exports.handler = () => require("module").createRequire(process.cwd() + "/package.json")("landfall/dynamic").${kind};`;
}

/** A resource whose operations run in Pulumi's dynamic provider process, through handlers.ts. */
export class DynamicResource extends pulumi.CustomResource {
  constructor(
    type: string,
    kind: HandlerKind,
    name: string,
    props: pulumi.Inputs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      `pulumi-nodejs:dynamic/landfall:${type}`,
      name,
      { ...props, __provider: providerText(kind) },
      opts,
    );
  }
}
