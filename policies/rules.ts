import { awsRules } from "./aws/rules";
import { plainOnAws, unpinnedOnAws } from "./aws/tasks";
import { plainOnDocker, unpinnedOnDocker } from "./docker/rules";
import { dockerRules } from "./docker/rules";
import type { Rule } from "./rule";

export type { Declared, Rule } from "./rule";

/** The rules that every platform's resources can break. */
const commonRules: readonly Rule[] = [
  {
    name: "pinned-images",
    description:
      "Images are pinned by a digest or an image id: a tag may mean something else tomorrow.",
    fix: "Set the image in the config `images` to its id or to name@sha256:…",
    check: (subject) => [...unpinnedOnDocker(subject), ...unpinnedOnAws(subject)],
  },
  {
    name: "no-plain-secrets",
    description: "Secrets are no plain environment variables, commands or files.",
    fix: "Pass it by `secrets`, or mark the config value secret (`pulumi config set --secret`).",
    check: (subject) => [...plainOnDocker(subject), ...plainOnAws(subject)],
  },
];

/** Every rule, by what it guards. */
export const rules: readonly Rule[] = [...commonRules, ...dockerRules, ...awsRules];
