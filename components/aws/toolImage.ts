import * as path from "node:path";
import { packageRoot } from "../../toolchain/paths";
import type { ImageSpec } from "../image";
import { postgresImage } from "../postgresRole";
import type { AwsContext } from "./context";

/** The AWS CLI, which copies files out of S3 and into it. */
const AWS_CLI = "public.ecr.aws/aws-cli/aws-cli:2.27.50";

/** Where Docker's own images are that have no account's limit of pulls. */
const LIBRARY = "public.ecr.aws/docker/library";

/** Its Dockerfile adds nothing to what it copies. */
const MIRROR = "components/aws/mirror";

/** The image of the containers that copy files out of S3 and into it. */
export function awsCli(context: AwsContext): ImageSpec {
  return copied(context, "aws-cli", AWS_CLI);
}

/**
 * The image of containers that speak to a database.
 * @param own The database's own image, which is used as it is.
 */
export function postgresClient(
  context: AwsContext,
  version: string,
  own: string | undefined,
): ImageSpec {
  const name = `postgres-${version}`;
  if (own !== undefined) return { kind: "reference", name, ref: own };
  return copied(context, name, `${LIBRARY}/${postgresImage(version)}`);
}

/**
 * A public image that tasks run beside the stack's own: it is copied into the stack's registry when it is first wanted, and
 * pulled from there by its digest. So nobody can put another one in its place, no public registry has to answer when a
 * task starts, and it is scanned like the others. Config has the last word, as for every image (`images.<name>`).
 */
function copied(context: AwsContext, name: string, ref: string): ImageSpec {
  const pin = context.imagePins[name];
  if (pin !== undefined) return { kind: "reference", name, ref: pin };
  // Relative: where a machine has the program is nothing that the stack's state may differ by.
  const folder = path.relative("", path.join(packageRoot, MIRROR)).split(path.sep).join("/");
  return {
    ...{ kind: "build", name, context: folder },
    dockerfile: `${folder}/Dockerfile`,
    args: { IMAGE: ref },
    target: undefined,
  };
}
