import { ACCOUNT, awsOutputs } from "./awsAnswers";

const FAKE_ID = `sha256:${"0123456789abcdef".repeat(4)}`;

/** What a provider would answer for a resource of a program that runs without an engine, beside the inputs. */
export function providerOutputs(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  switch (type) {
    case "docker:index/image:Image":
      // What is not pushed has no registry: the provider then answers the image's id.
      return {
        repoDigest:
          inputs["skipPush"] === true
            ? FAKE_ID
            : `${String(inputs["imageName"]).replace(/:[^:/]+$/, "")}@${FAKE_ID}`,
      };
    case "docker:index/remoteImage:RemoteImage":
      return { imageId: FAKE_ID };
    case "docker:index/container:Container":
    case "docker:index/network:Network":
    case "docker:index/volume:Volume":
      return { name: inputs["name"] ?? `${name}-0000000` };
    case "random:index/randomPassword:RandomPassword":
      return { result: `generated-for-${name}` };
    case "random:index/randomId:RandomId":
      return { hex: "abc123" };
    case "pulumi-nodejs:dynamic/landfall:PortCheck":
      return { owner: inputs["owner"] ?? "0123456789abcdef" };
    case "pulumi-nodejs:dynamic/landfall:Task":
      return { exitCode: 0, output: "" };
    case "pulumi-nodejs:dynamic/landfall:AccountCheck":
      return { account: ACCOUNT };
    default:
      return type.startsWith("aws:") ? awsOutputs(type, name, inputs) : {};
  }
}
