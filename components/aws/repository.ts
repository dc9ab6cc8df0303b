import * as ecr from "@pulumi/aws/ecr";
import type { AwsContext } from "./context";
import { stackName } from "./context";
import { PerKey } from "./perEnvironment";
import { tagsOf } from "./tags";

/**
 * Images that are kept, newest first. A release has one image of a name, and ten releases are kept unless config says
 * otherwise (`keepReleases`): none that can be gone back to is lost. `landfall prune` removes the rest sooner.
 */
const KEPT_IMAGES = 1000;

const repositories = new PerKey<ecr.Repository>();

/** The repository of an image that is built: it is there before the first push. */
export function repository(context: AwsContext, image: string): ecr.Repository {
  return repositories.of(context, image, () => {
    const parent = context.environment;
    const made = new ecr.Repository(
      `${image}-repository`,
      {
        name: `${stackName(context)}/${image}`,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: context.key.arn }],
        tags: tagsOf(context),
        // Else a stack with images could not be destroyed.
        forceDelete: !context.settings.deletionProtection,
      },
      { parent, dependsOn: [context.admission] },
    );
    new ecr.LifecyclePolicy(
      `${image}-lifecycle`,
      { repository: made.name, policy: JSON.stringify(LIFECYCLE) },
      { parent },
    );
    return made;
  });
}

const LIFECYCLE = {
  rules: [
    {
      rulePriority: 1,
      description: "the newest images, among them those of every kept release",
      selection: {
        tagStatus: "any",
        countType: "imageCountMoreThan",
        countNumber: KEPT_IMAGES,
      },
      action: { type: "expire" },
    },
  ],
};
