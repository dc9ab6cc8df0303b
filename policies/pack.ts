import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";

import { isProduction, landfallPolicies, levelsFor, rules } from "./index";

const config = new pulumi.Config("landfall");
const levels = levelsFor(
  pulumi.getStack(),
  config.getObject<Record<string, unknown>>("policies") ?? {},
  rules.map(({ name }) => name),
);

new PolicyPack("landfall", {
  policies: landfallPolicies(levels.of, {
    backups: config.getObject<Record<string, unknown>>("backups") ?? {},
    production: isProduction(pulumi.getStack()),
  }),
});
