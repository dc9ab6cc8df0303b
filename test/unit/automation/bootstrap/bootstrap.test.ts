import assert from "node:assert/strict";

import { documentsOf } from "../../../../automation/bootstrap/documents";
import { bucketName } from "../../../../automation/bootstrap/names";
import { rules } from "../../../../policies/index";

const place = {
  project: "shop",
  account: "123456789012",
  region: "eu-central-1",
  bucket: "shop-state",
  repository: "acme/shop",
  branch: "main",
  environments: ["staging", "production"],
};

describe("what bootstrap writes", () => {
  const documents = documentsOf(place);

  it("fits into what AWS takes of a policy, a trust and a bucket's", () => {
    for (const [name, document] of Object.entries(documents)) {
      const most = name === "trust" ? 2048 : name === "bucket" ? 20_000 : 6144;
      const size = JSON.stringify(document).length;
      assert.ok(size <= most, `${name}: ${size} of ${most}`);
    }
  });

  it("lets in jobs of the repository alone, on its branch or in its environments", () => {
    assert.deepEqual(documents["trust"]?.Statement[0]?.["Condition"], {
      StringEquals: {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": [
          "repo:acme/shop:environment:staging",
          "repo:acme/shop:environment:production",
          "repo:acme/shop:ref:refs/heads/main",
        ],
      },
    });
  });

  it("allows nowhere every action, and changes nothing of every resource", () => {
    const wide = rules.find(({ name }) => name === "least-privilege");
    const looking =
      /:(Describe|List|Get)|ecs:DeregisterTaskDefinition|servicediscovery:|kms:(CreateKey|TagResource) |elasticloadbalancing:(DeregisterTargets|ModifyRule|RegisterTargets) |ecr:GetAuth/;
    for (const [name, document] of Object.entries(documents)) {
      if (["trust", "bucket", "key"].includes(name)) continue;
      const policy = JSON.stringify(document);
      const subject = {
        type: "aws:iam/policy:Policy",
        name,
        protect: false,
        inputs: { policy },
        hidden: new Set<string>(),
      };
      const complaints = (wide?.check(subject, { backups: {} }) ?? []).filter(
        (each) => !looking.test(each),
      );
      assert.deepEqual(complaints, [], name);
    }
  });

  it("makes roles only within the boundary, and can change neither boundary nor itself", () => {
    const [statements] = [documents["roles"]?.Statement ?? []];
    const made = statements.filter(({ Action: actions }) =>
      (actions as string[]).includes("iam:CreateRole"),
    );
    assert.deepEqual(
      made.map(({ Condition: condition }) => condition),
      [
        {
          StringEquals: {
            "iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/shop-landfall-boundary",
          },
        },
      ],
    );
    const denied = statements.find(({ Effect: effect }) => effect === "Deny");
    assert.deepEqual(denied?.["Resource"], [
      "arn:aws:iam::123456789012:role/shop-landfall-deploy",
      "arn:aws:iam::123456789012:policy/shop-landfall-*",
    ]);
  });

  it("names a bucket that S3 takes, whatever the project's name", () => {
    for (const project of ["shop", "Shop_1", "x".repeat(100)])
      assert.match(
        bucketName(project, place.account, place.region),
        /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
      );
  });
});
