import { ensureBucket } from "../bootstrap/bucket";
import { Changes } from "../bootstrap/changes";
import { documentsOf } from "../bootstrap/documents";
import { ensureKey } from "../bootstrap/key";
import { bucketName, namesOf } from "../bootstrap/names";
import type { BootstrapPlace } from "../bootstrap/names";
import { ensureRole } from "../bootstrap/role";
import type { BootstrapResult } from "../bootstrap/types";
import { UsageError } from "../errors";
import type { ArgsOf } from "../operations";
import type { OperationContext } from "../operation";
import { clientSettings, regionIn, using } from "../../components/aws/dynamic/clients";
import type { ClientSettings } from "../../components/aws/dynamic/clients";
import { awsFailure } from "../platforms/aws/failure";

export interface BootstrapSubject {
  context: OperationContext;
  /** The project's name. */
  project: string;
  env: Readonly<Record<string, string>>;
}

/** Makes an account ready for a team: bucket of states, key of secrets, role of its pipeline. Run again it changes nothing. */
export async function bootstrap(
  { context, project, env }: BootstrapSubject,
  args: ArgsOf<"bootstrap">,
): Promise<BootstrapResult> {
  const { region = regionIn(env), repository, dryRun = false } = args;
  if (region === undefined)
    throw new UsageError([{ path: "region", message: "is missing: give it, or set AWS_REGION" }]);
  const settings = clientSettings(env, region);
  try {
    const account = await accountOf(settings);
    const place: BootstrapPlace = {
      ...{ project, account, region, repository },
      bucket: args.bucket ?? bucketName(project, account, region),
      branch: args.branch ?? "main",
      environments: args.environments ?? ["staging", "production"],
    };
    return await prepared(context, place, settings, dryRun);
  } catch (error) {
    throw awsFailure(error, `making AWS ready for ${project}`);
  }
}

async function prepared(
  context: OperationContext,
  place: BootstrapPlace,
  settings: ClientSettings,
  dryRun: boolean,
): Promise<BootstrapResult> {
  const documents = documentsOf(place);
  const { bucket: bucketPolicy, key: keyPolicy } = documents;
  const changes = new Changes(dryRun);
  const [{ S3Client }, { KMSClient }, { IAMClient }] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/client-kms"),
    import("@aws-sdk/client-iam"),
  ]);
  context.check();
  // The bucket's policy names the role, which AWS would else not know.
  await using(new IAMClient(settings), (iam) => ensureRole(iam, place, documents, changes));
  context.check();
  const keyArn = await using(new KMSClient(settings), (kms) =>
    keyPolicy === undefined
      ? Promise.resolve(undefined)
      : ensureKey(kms, place, keyPolicy, changes),
  );
  context.check();
  const s3 = new S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined });
  if (bucketPolicy !== undefined)
    await using(s3, (client) => ensureBucket(client, place, keyArn, bucketPolicy, changes));
  const { account, region, bucket } = place;
  const { roleArn, secretsProvider, boundaryArn } = namesOf(place);
  return {
    ...{ account, region, bucket, roleArn, dryRun, documents },
    changes: changes.all,
    changed: changes.all.some(({ action }) => action !== "unchanged"),
    settings: {
      PULUMI_BACKEND_URL: `s3://${bucket}?region=${region}`,
      secretsProvider,
      AWS_DEPLOY_ROLE_ARN: roleArn,
      permissionsBoundary: boundaryArn,
    },
  };
}

async function accountOf(settings: ClientSettings): Promise<string> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  return using(new STSClient(settings), async (client) => {
    const { Account = "" } = await client.send(new GetCallerIdentityCommand({}));
    return Account;
  });
}
