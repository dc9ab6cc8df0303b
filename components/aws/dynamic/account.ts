import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { CheckFailure, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { z } from "zod";
import { changedInputs, hasUnknown, verdict } from "../../dynamic/diff";
import { checked, checkInputs, parsedInputs } from "../../dynamic/inputs";
import { clientConfig } from "./clients";
import { explained } from "./failures";
import type { AccountInputs } from "./types";

const account = z.string().regex(/^\d{12}$/, "must be an account's 12 digits");

const schema = z.strictObject({
  region: z.string().min(1),
  providerRegion: z.string().optional(),
  profile: z.string().optional(),
  expectedAccount: account.optional(),
  account: account.optional(),
});

/**
 * Asks AWS, before anything is created, whose credentials these are. It also keeps the account: checked inputs stay in
 * the stack's state, and previews know them.
 */
export const accountCheck = {
  async check(olds, news) {
    const failures = checkInputs(schema, news);
    if (failures.length > 0 || hasUnknown(news)) return checked(news, failures);
    const { account: ignored, ...inputs } = parsedInputs(schema, news);
    failures.push(...regionFailures(inputs));
    const { found, failure } = await identity(inputs);
    if (found === undefined) return checked(inputs, [...failures, ...(failure ?? [])]);
    failures.push(...accountFailures(found, inputs.expectedAccount, olds.account));
    return checked({ ...inputs, account: found }, failures);
  },

  diff(_id, olds, news) {
    return Promise.resolve(verdict(changedInputs(olds, news, Object.keys(schema.shape))));
  },

  create(props) {
    return Promise.resolve({ id: "account", outs: parsedInputs(schema, props) });
  },

  update(_id, _olds, news) {
    return Promise.resolve({ outs: parsedInputs(schema, news) });
  },

  read(id, props) {
    return Promise.resolve({ id, props });
  },

  delete() {
    return Promise.resolve();
  },
} satisfies ResourceProvider<AccountInputs, AccountInputs>;

function regionFailures({ region, providerRegion }: AccountInputs): CheckFailure[] {
  if (providerRegion === region) return [];
  const reason =
    `must be the region of the AWS provider, which works in ${providerRegion ?? "none that is known"}, ` +
    `received "${region}": set config aws:region, or give the environment a provider of that region`;
  return [{ property: "region", reason }];
}

async function identity(
  inputs: AccountInputs,
): Promise<{ found?: string | undefined; failure?: CheckFailure[] }> {
  const client = new STSClient(clientConfig(inputs));
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (Account !== undefined) return { found: Account };
    return { failure: [{ property: "account", reason: "AWS tells no account" }] };
  } catch (error) {
    return { failure: [{ property: "account", reason: explained(error) }] };
  } finally {
    client.destroy();
  }
}

function accountFailures(
  found: string,
  expected: string | undefined,
  before: string | undefined,
): CheckFailure[] {
  if (expected !== undefined && found !== expected) {
    const reason = `must be ${expected} (aws.accountId), and the credentials are of ${found}`;
    return [{ property: "account", reason }];
  }
  if (before !== undefined && found !== before) {
    const reason = `must stay ${before}, where the stack is, and the credentials are of ${found}`;
    return [{ property: "account", reason }];
  }
  return [];
}
