import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

import type { DoctorCheck } from "../../results";
import type { DoctorAdapter, DoctorSubject, PlatformEnv } from "../types";
import { clientSettings, using } from "../../../components/aws/dynamic/clients";
import { awsFailure } from "./failure";
import { accountOf, stackRegion } from "./resources";

/** Who one is on AWS, where, and whether the stack is there as well. */
export const doctor = {
  async check({ env }, deployed) {
    const region = deployed.setting("aws:region") ?? stackRegion(deployed, env);
    if (region === undefined) {
      const fix = "Set `aws:region` in the stack's config, or AWS_REGION.";
      return [{ name: "AWS region", status: "failed", detail: "none is set", fix }];
    }
    const place: DoctorCheck = { name: "AWS region", status: "ok", detail: region };
    return [place, ...(await identity(env, region, deployed))];
  },
} satisfies DoctorAdapter;

async function identity(
  env: PlatformEnv,
  region: string,
  deployed: DoctorSubject,
): Promise<DoctorCheck[]> {
  const name = "AWS credentials";
  try {
    const { Account: account = "", Arn: arn = "" } = await using(
      new STSClient(clientSettings(env, region)),
      (client) => client.send(new GetCallerIdentityCommand({})),
    );
    return [{ name, status: "ok", detail: arn }, ...accountCheck(account, accountsOf(deployed))];
  } catch (error) {
    const { message, fix } = awsFailure(error, "asking AWS who this is");
    return [{ name, status: "failed", detail: message, fix }];
  }
}

function accountCheck(account: string, wanted: readonly string[]): DoctorCheck[] {
  const name = "AWS account";
  if (wanted.length === 0) return [{ name, status: "ok", detail: account }];
  if (wanted.includes(account)) return [{ name, status: "ok", detail: `${account}, the stack's` }];
  return [
    {
      name,
      status: "failed",
      detail: `these credentials are of account ${account}, and the stack is in ${wanted.join(", ")}`,
      fix: "Use credentials of the stack's account: set AWS_PROFILE, or log in there.",
    },
  ];
}

/** Those that config allows, else those that the stack's resources are in. */
function accountsOf({ state, setting }: DoctorSubject): string[] {
  const allowed = (setting("aws:allowedAccountIds") ?? "").match(/\d{12}/g);
  if (allowed !== null) return allowed;
  const arns = state.resources.flatMap(({ outputs }) =>
    typeof outputs?.arn === "string" ? [outputs.arn] : [],
  );
  // Policies of AWS itself are in no account.
  return [...new Set(arns.map(accountOf))].filter((account) => /^\d{12}$/.test(account));
}
