import * as assert from "node:assert/strict";

import { describeBucket, parseBucketUrl } from "../../../../automation/stores/bucketUrl";

describe("parseBucketUrl", () => {
  it("reads the URL as Pulumi's own S3 backend writes it", () => {
    assert.deepEqual(parseBucketUrl("s3://shop"), {
      bucket: "shop",
      prefix: "",
      forcePathStyle: false,
    });
    assert.deepEqual(
      parseBucketUrl(
        "s3://shop/team/a/?region=eu-west-1&endpoint=http%3A%2F%2Fminio%3A9000&s3ForcePathStyle=true&awssdk=v2" +
          "&profile=ops&ssetype=aws%3Akms&kmskeyid=alias%2Fstate",
      ),
      {
        bucket: "shop",
        prefix: "team/a/",
        region: "eu-west-1",
        endpoint: "http://minio:9000",
        profile: "ops",
        forcePathStyle: true,
        encryption: { type: "aws:kms", key: "alias/state" },
      },
    );
    const plain = parseBucketUrl("s3://shop?endpoint=minio:9000&disableSSL=true");
    assert.equal(plain.endpoint, "http://minio:9000");
    assert.equal(parseBucketUrl("s3://shop?endpoint=minio:9000").endpoint, "https://minio:9000");
  });

  it("refuses what leads nowhere, names the mistake, and repeats no credentials", () => {
    const wrong: [string, RegExp][] = [
      ["http://shop", /must be an s3:\/\/ URL/],
      ["s3://", /must (?:name a bucket|be an s3)/],
      ["s3://shop?endpont=x", /unknown parameter "endpont"/],
      ["s3://key:hunter22@shop", /must not hold credentials/],
      ["s3://shop?endpoint=http://%20", /`endpoint`/],
    ];
    for (const [url, rule] of wrong) {
      assert.throws(
        () => parseBucketUrl(url),
        (error: Error) => rule.test(error.message) && !error.message.includes("hunter22"),
        url,
      );
    }
  });

  it("is named without what an endpoint may hold beside its host", () => {
    const location = parseBucketUrl("s3://shop/a?endpoint=http://user:hunter22@minio:9000/x");
    assert.equal(describeBucket(location), "s3://shop/a at http://minio:9000");
  });
});
