import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { accountCheck } from "../../../../../components/aws/dynamic/account";
import type { AccountInputs } from "../../../../../components/aws/dynamic/types";
import { UNKNOWN } from "../../../../../components/dynamic/diff";

const inputs: AccountInputs = { region: "ap-northeast-1", providerRegion: "ap-northeast-1" };
const OURS = "123456789012";
const VARIABLES = [
  "AWS_ENDPOINT_URL",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_PROFILE",
  "AWS_MAX_ATTEMPTS",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_EC2_METADATA_DISABLED",
];

describe("the check of account and region", () => {
  let answer: Answer;
  /** What goes before the answer, once each. */
  let first: Answer[] = [];
  let asked = 0;
  let server: http.Server;
  const outside = new Map(VARIABLES.map((name) => [name, process.env[name]]));

  before(async () => {
    server = http.createServer((_request, response) => {
      asked++;
      const { status, body } = first.shift() ?? answer;
      response.writeHead(status, { "content-type": "text/xml" }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  beforeEach(() => {
    answer = identity(OURS);
    asked = 0;
    for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "AKIATEST",
      AWS_SECRET_ACCESS_KEY: "hunter2",
      AWS_MAX_ATTEMPTS: "2",
      // Nothing of this machine's own is to be found.
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
    });
  });

  after(() => {
    server.close();
    for (const [name, value] of outside)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  });

  async function check(news: Partial<AccountInputs>, before: Partial<AccountInputs> = {}) {
    const result = await accountCheck.check({ ...inputs, ...before }, { ...inputs, ...news });
    const kept: AccountInputs | undefined = result.inputs;
    return {
      kept,
      reasons: (result.failures ?? []).map(({ property, reason }) => `${property}: ${reason}`),
    };
  }

  it("keeps what AWS tells as the account", async () => {
    const { kept, reasons } = await check({});
    assert.deepEqual(reasons, []);
    assert.ok(kept);
    assert.equal(kept.account, OURS);
    const { outs } = await accountCheck.create(kept);
    assert.equal(outs.account, OURS);
  });

  it("shows no change as long as the account stays", async () => {
    const { kept } = await check({});
    assert.ok(kept);
    assert.equal((await accountCheck.diff("account", kept, kept)).changes, false);
  });

  it("refuses another account than the wanted one", async () => {
    const { reasons } = await check({ expectedAccount: "210987654321" });
    assert.deepEqual(reasons, [
      `account: must be 210987654321 (aws.accountId), and the credentials are of ${OURS}`,
    ]);
  });

  it("refuses another account than the one that the stack is in", async () => {
    const { reasons } = await check({}, { account: "210987654321" });
    assert.match(reasons.join(), /must stay 210987654321, where the stack is/);
  });

  it("refuses a provider of another region, or of none that is known", async () => {
    assert.match(
      (await check({ providerRegion: "us-east-1" })).reasons.join(),
      /works in us-east-1/,
    );
    const { reasons } = await check({ providerRegion: undefined });
    assert.match(
      reasons.join(),
      /works in none that is known, received "ap-northeast-1": set config/,
    );
  });

  it("says what to do without credentials", async () => {
    delete process.env["AWS_ACCESS_KEY_ID"];
    delete process.env["AWS_SECRET_ACCESS_KEY"];
    const { reasons } = await check({});
    assert.match(reasons.join(), /account: there are no AWS credentials: set AWS_PROFILE/);
    assert.equal(asked, 0);
  });

  for (const [code, hint] of Object.entries({
    ExpiredToken: /the AWS credentials have expired: renew them/,
    InvalidClientTokenId: /AWS does not know these credentials/,
    SignatureDoesNotMatch: /the secret access key is wrong/,
    AccessDenied: /AccessDenied: refused/,
  }))
    it(`says what ${code} comes to, and never a secret`, async () => {
      answer = { status: 403, body: errorOf(code) };
      const { reasons } = await check({});
      assert.match(reasons.join(), hint);
      assert.doesNotMatch(reasons.join(), /hunter2/);
    });

  it("asks again where AWS fails for a moment", async () => {
    first = [{ status: 503, body: errorOf("ServiceUnavailable") }];
    assert.equal((await check({})).kept?.account, OURS);
    assert.equal(asked, 2);
  });

  it("says that AWS is away, instead of waiting for ever", async () => {
    process.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1";
    assert.match((await check({})).reasons.join(), /account: .*ECONNREFUSED/);
  });

  it("waits with its question until all is known", async () => {
    const { reasons } = await check({ region: UNKNOWN });
    assert.deepEqual([reasons, asked], [[], 0]);
  });
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

function identity(account: string): Answer {
  const body = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
    <Arn>arn:aws:iam::${account}:user/x</Arn><UserId>X</UserId><Account>${account}</Account>
  </GetCallerIdentityResult></GetCallerIdentityResponse>`;
  return { status: 200, body };
}

function errorOf(code: string): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>refused</Message></Error></ErrorResponse>`;
}
