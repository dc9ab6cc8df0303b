import { Option } from "commander";

import type { BootstrapChange } from "../../results";
import type { Paint } from "../render/style";
import { renderTable } from "../render/table";
import type { Verb } from "../verb";

const paints = {
  created: "green",
  updated: "yellow",
  unchanged: "dim",
} as const satisfies Record<BootstrapChange["action"], Paint>;

export const bootstrap: Verb<"bootstrap"> = {
  name: "bootstrap",
  summary: "Make an account ready: bucket of states, key, deploy role of the pipeline",
  description:
    "Once per account, with an administrator's credentials: an S3 bucket for states and releases, a KMS key for secrets, and a " +
    "role that the repository's GitHub workflows take without keys. Run again, it changes nothing and says so.",
  positional: [{ usage: "[platform]", field: "platform", help: "aws" }],
  options: () => [
    new Option("--platform <name>", "aws"),
    new Option("--repository <owner/name>", "GitHub repository whose workflows may deploy"),
    new Option("--region <name>", "region of bucket, key and stacks (default: AWS_REGION)"),
    new Option("--bucket <name>", "name of the bucket (default: of project, account and region)"),
    new Option("--branch <name>", "branch that may deploy (default: main)"),
    new Option(
      "--environments <names...>",
      "GitHub environments that may deploy (default: staging production)",
    ),
    new Option("--dry-run", "only show what would be made, and the policies as JSON"),
  ],
  stackOnlyIfNamed: true,
  examples: [
    ["landfall bootstrap aws --repository acme/shop --dry-run", "what would be made?"],
    ["landfall bootstrap aws --repository acme/shop --region eu-central-1", "make it"],
  ],
  group: "Mend",
  progress: "quiet",
  show: ({ changes, changed, dryRun, documents, settings, account, region }, view) => [
    view.style.paint(`account ${account}, ${region}`, "dim"),
    ...renderTable(
      ["", "what"],
      changes.map(({ action, resource }) => [
        {
          text: dryRun && action !== "unchanged" ? `would be ${action}` : action,
          paint: paints[action],
        },
        resource,
      ]),
      { ...view, indent: 0 },
    ),
    ...(dryRun ? JSON.stringify(documents, null, 2).split("\n") : []),
    "",
    ...(changed ? [] : [view.style.paint("nothing had to be changed", "green", "bold")]),
    `PULUMI_BACKEND_URL=${settings.PULUMI_BACKEND_URL}`,
    `pulumi stack init <stack> --secrets-provider '${settings.secretsProvider}'`,
    `AWS_DEPLOY_ROLE_ARN=${settings.AWS_DEPLOY_ROLE_ARN}   # a variable of the GitHub repository`,
    `pulumi config set permissionsBoundary ${settings.permissionsBoundary} --stack <stack>`,
  ],
};
