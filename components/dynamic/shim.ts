import * as pulumi from "@pulumi/pulumi";
import type { HandlerKind } from "./handlers";
import { providerText } from "./providerText";

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
