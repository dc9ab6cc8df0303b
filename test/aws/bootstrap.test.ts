import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CreateBucketCommand, GetBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";

import { Deployer } from "../../automation";
import type { BootstrapArgs, BootstrapResult } from "../../automation";
import { clientSettings } from "../../components/aws/dynamic/clients";
import { AwsServer } from "../support/awsServer";

describe("bootstrap aws", function () {
  this.timeout(120_000);
  let moto: AwsServer;
  let dir: string;
  let run: (args?: Partial<BootstrapArgs>) => Promise<BootstrapResult>;
  const region = "eu-central-1";

  before(async () => {
    moto = await AwsServer.start();
    dir = mkdtempSync(join(tmpdir(), "bootstrap-"));
    writeFileSync(join(dir, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    const deployer = new Deployer({ projectDir: dir, env: { ...process.env, ...moto.env } });
    run = async (args = {}) =>
      deployer.bootstrap({ platform: "aws", repository: "acme/shop", region, ...args });
  });
  after(async () => {
    rmSync(dir, { recursive: true, force: true });
    await moto.stop();
  });

  const done = ({ changes }: BootstrapResult, action: string): string[] =>
    changes.filter((each) => each.action === action).map(({ resource }) => resource);

  it("shows what it would do, does it, and then has nothing to do", async () => {
    const shown = await run({ dryRun: true });
    assert.equal(shown.changed, true);
    assert.ok(done(shown, "created").length > 10);
    const made = await run();
    assert.deepEqual(done(made, "created"), done(shown, "created"));
    const again = await run();
    assert.deepEqual(
      [again.changed, done(again, "created"), done(again, "updated")],
      [false, [], []],
    );
    assert.match(
      again.settings.PULUMI_BACKEND_URL,
      /^s3:\/\/shop-landfall-\d{12}-eu-central-1\?region=/,
    );
    assert.equal(
      again.settings.secretsProvider,
      "awskms://alias/shop-landfall?region=eu-central-1",
    );
  });

  it("mends what has changed, and nothing else", async () => {
    const changed = await run({ branch: "release" });
    assert.deepEqual(done(changed, "updated"), ["role shop-landfall-deploy"]);
    assert.equal((await run({ branch: "release" })).changed, false);
  });

  it("takes over neither a bucket nor a role that is not its own", async () => {
    const settings = clientSettings({ ...moto.env }, region);
    const s3 = new S3Client({ ...settings, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await s3.send(new CreateBucketCommand({ Bucket: "of-others", CreateBucketConfiguration }));
    await assert.rejects(run({ bucket: "of-others" }), { code: "refused" });
    const versions = await s3.send(new GetBucketVersioningCommand({ Bucket: "of-others" }));
    assert.equal(versions.Status, undefined);
    const iam = new IAMClient(settings);
    writeFileSync(join(dir, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
    const RoleName = "other-landfall-deploy";
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: "{}" }));
    await assert.rejects(run(), { code: "refused" });
    await iam.send(new DeleteRoleCommand({ RoleName }));
    s3.destroy();
    iam.destroy();
  });

  it("wants a region", async () => {
    const env = { ...moto.env, AWS_REGION: "", AWS_DEFAULT_REGION: "" };
    const deployer = new Deployer({ projectDir: dir, env });
    await assert.rejects(
      async () => deployer.bootstrap({ platform: "aws", repository: "acme/shop" }),
      {
        code: "usage",
      },
    );
  });
});
