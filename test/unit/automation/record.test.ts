import assert from "node:assert/strict";
import type { ReleaseRecord } from "../../../automation/release";
import { withoutSecrets } from "../../../automation/update/record";
import { Redactor, redacted } from "../../../components/redaction/redactor";

describe("a record as it is kept", () => {
  const record: ReleaseRecord = {
    format: 1,
    number: 1,
    kind: "up",
    state: "deployed",
    project: "shop",
    stack: "test",
    startedAt: "2026-01-01T00:00:00.000Z",
    by: { user: "ada", host: "here" },
    process: { pid: 1, host: "here" },
    program: {},
    config: "config:\n  shop:region: test\n",
    images: { api: { image: "test-shop/api:1", digest: "sha256:1", revision: "r" } },
    builds: {
      api: { image: "api", context: "test", dockerfile: "test/Dockerfile", contextHash: "1" },
    },
    services: [],
    probes: [],
    message: "it said test",
  };

  it("has no secret, and what a rollback deploys to the letter", () => {
    const kept = withoutSecrets({ redactor: new Redactor(["test"]) }, record);
    assert.equal(kept.message, `it said ${redacted}`);
    const { config, images, builds } = kept;
    assert.deepEqual(
      { config, images, builds },
      { config: record.config, images: record.images, builds: record.builds },
    );
  });
});
