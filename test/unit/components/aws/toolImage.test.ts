import assert from "node:assert/strict";
import * as fs from "node:fs";
import type { AwsContext } from "../../../../components/aws/context";
import { resolveImage } from "../../../../components/aws/image";
import { awsCli, postgresClient } from "../../../../components/aws/toolImage";
import { containersOf, deployed, DIGEST, statementsOf } from "./services";
import { openAws } from "./support";

describe("public images that tasks on AWS run", () => {
  it("are copied into the stack's registry, and named by their digests", async () => {
    let uri = "";
    const { seen } = await openAws(
      {},
      {
        use: (context) => {
          resolveImage(context, postgresClient(context, "14", undefined)).uri.apply(
            (known) => (uri = known),
          );
        },
      },
    );
    const { build, imageName } = seen.named("postgres-14-image").inputs as {
      build: { args: unknown; dockerfile: string; context: string; platform: string };
      imageName: string;
    };
    assert.deepEqual(build, {
      args: { IMAGE: "public.ecr.aws/docker/library/postgres:14-bookworm" },
      context: "components/aws/mirror",
      dockerfile: "components/aws/mirror/Dockerfile",
      platform: "linux/amd64",
    });
    assert.match(imageName, /\/rainbow-staging\/postgres-14:[0-9a-f]{12}-/);
    assert.match(uri, /\/rainbow-staging\/postgres-14@sha256:[0-9a-f]{64}$/);
    assert.equal(seen.named("postgres-14-repository").inputs["imageTagMutability"], "IMMUTABLE");
    assert.match(fs.readFileSync(build.dockerfile, "utf8"), /^ARG IMAGE\nFROM \$\{IMAGE\}\n$/m);
  });

  it("are those of config where it names them", async () => {
    const pinned = `example.com/cli@${DIGEST}`;
    const uris: string[] = [];
    const use = (context: AwsContext) => {
      const image = resolveImage(context, awsCli(context));
      image.uri.apply((uri) => uris.push(uri));
    };
    const { seen } = await openAws({}, { use, args: { images: { "aws-cli": pinned } } });
    assert.deepEqual(uris, [pinned]);
    assert.ok(!seen.names().includes("aws-cli-image"));
  });

  it("are the database's own image where it has one", async () => {
    const own = `example.com/postgres@${DIGEST}`;
    await openAws(
      {},
      {
        use: (context) => {
          assert.deepEqual(postgresClient(context, "14", own), {
            kind: "reference",
            name: "postgres-14",
            ref: own,
          });
        },
      },
    );
  });

  it("are pulled by the roles of the tasks that use them, and by no others", async () => {
    const file = { path: "/models/a.bin", content: "model", sha256: "ab".repeat(32) };
    const { seen } = await deployed({ api: { kind: { extend: () => ({ files: [file] }) } } });
    const { files } = containersOf(seen);
    assert.match(files?.image ?? "", /\/rainbow-staging\/aws-cli@sha256:/);
    const pulling = statementsOf(seen.named("api-execution-policy")).filter(({ Sid }) =>
      Sid.startsWith("Pull"),
    );
    assert.match(JSON.stringify(pulling), /repository\/rainbow-staging\/aws-cli"/);
  });
});
