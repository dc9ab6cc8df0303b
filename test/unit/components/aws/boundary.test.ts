import assert from "node:assert/strict";
import { ManagedPostgres } from "../../../../components";
import { normalizeAws } from "../../../../components/aws/settings";
import { Problems } from "../../../../components/errors";
import { onAws } from "./onAws";

const boundary = "arn:aws:iam::123456789012:policy/shop-landfall-boundary";

describe("a permissions boundary", () => {
  it("is on every role of the stack, or on none", async () => {
    for (const aws of [{ permissionsBoundary: boundary }, {}]) {
      const seen = await onAws(
        (environment) => {
          new ManagedPostgres("db", { environment });
        },
        { aws },
      );
      const roles = seen.ofType("aws:iam/role:Role");
      assert.ok(roles.length >= 5, String(roles.length));
      const bounds = new Set(roles.map(({ inputs }) => inputs["permissionsBoundary"]));
      assert.deepEqual([...bounds], [aws.permissionsBoundary]);
    }
  });

  it("is the ARN of a policy", () => {
    const problems = new Problems("Environment");
    normalizeAws({ region: "ap-northeast-1", permissionsBoundary: "shop-boundary" }, problems);
    assert.match(JSON.stringify(problems.all), /aws\.permissionsBoundary.*ARN of a policy/);
  });
});
