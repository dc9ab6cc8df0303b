import { Environment } from "../../../../components";
import type { AwsEnvironmentArgs } from "../../../../components/aws/args";
import type { Registrations } from "../../../support/mocks";
import { mockEngine, setConfig } from "../../../support/mocks";

/** A program on AWS under mocks, from its environment on. */
export async function onAws(
  program: (environment: Environment) => void,
  { aws = {}, stack = "staging" }: { aws?: AwsEnvironmentArgs; stack?: string } = {},
): Promise<Registrations> {
  const seen = await mockEngine({ project: "rainbow", stack });
  setConfig({ "aws:region": "ap-northeast-1" });
  program(new Environment("shop", { platform: "aws", aws }));
  return seen.settled();
}
