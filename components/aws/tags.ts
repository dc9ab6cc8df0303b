import type * as pulumi from "@pulumi/pulumi";
import type { Problems } from "../errors";
import type { StackIdentity } from "../specs";

type Tags = Readonly<Record<string, pulumi.Input<string>>>;

/** Tags that the environment gives; a resource's own name is one. */
const OWN = ["Project", "Environment", "ManagedBy", "Name"];

/** AWS takes 50 tags of a resource. */
const MOST = 50 - OWN.length;

/**
 * Tags of a resource of the stack, with its name where AWS has no other place for one. They stand in each resource and
 * not in a provider's default tags: then they are there with every provider, also one that the program is given.
 */
export function tagsOf(
  { project, stack, settings }: StackIdentity & { readonly settings: { readonly tags: Tags } },
  name?: string,
): Record<string, pulumi.Input<string>> {
  return {
    ...settings.tags,
    Project: project,
    Environment: stack,
    ManagedBy: "landfall",
    ...(name === undefined ? {} : { Name: name }),
  };
}

/** Notes what AWS would refuse as tags, or what the environment's own would overwrite. */
export function checkTags(tags: Tags, path: string, problems: Problems): void {
  const names = Object.keys(tags);
  problems.require(
    names.length <= MOST,
    path,
    `must be at most ${MOST} tags: AWS takes 50, and ${OWN.join(", ")} are the environment's own`,
    names.length,
  );
  for (const [name, value] of Object.entries(tags)) {
    problems.require(
      TEXT.test(name) && name.length <= 128 && !/^aws:/i.test(name),
      `${path}.${name}`,
      "must be named by 1 to 128 letters, digits, spaces and _.:/=+-@, and not begin with aws:",
    );
    problems.require(
      !OWN.some((own) => own.toLowerCase() === name.toLowerCase()),
      `${path}.${name}`,
      "is given by the environment already",
    );
    if (typeof value === "string")
      problems.require(
        value === "" || (TEXT.test(value) && value.length <= 256),
        `${path}.${name}`,
        "must be up to 256 letters, digits, spaces and _.:/=+-@",
        value,
      );
  }
}

const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u;
