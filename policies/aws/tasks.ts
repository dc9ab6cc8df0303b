import { unpinned } from "../image";
import { plainSecret } from "../secrets";
import type { Subject } from "../subject";
import { documentOf, listOf, objectOf, texts } from "../values";
import { awsKind } from "./facts";

/** Images of task definitions that are not pinned. */
export function unpinnedOnAws(subject: Subject): string[] {
  return containersOf(subject).flatMap(({ image }) => unpinned(image));
}

/** Secrets that a task definition holds in plain. */
export function plainOnAws(subject: Subject): string[] {
  return containersOf(subject).flatMap((container) => {
    const variables = listOf(container.environment).flatMap(({ name, value }) => {
      const why = plainSecret(String(name), typeof value === "string" ? value : "");
      return why === undefined ? [] : [`the variable ${String(name)} is in plain: ${why}`];
    });
    const words = [...texts(container.command), ...texts(container.entryPoint)];
    const held = words.some((word) => plainSecret("", word)?.includes("credential") === true);
    return [...variables, ...(held ? ["its command holds a credential in plain"] : [])];
  });
}

/** Addresses that a task or what starts in a subnet would get in the internet. */
export function publicAddresses(subject: Subject): string[] {
  const { inputs } = subject;
  switch (awsKind(subject)) {
    case "ecs:Service":
      return objectOf(inputs.networkConfiguration).assignPublicIp === true
        ? ["its tasks get public addresses (assignPublicIp)"]
        : [];
    case "ec2:Subnet":
      return inputs.mapPublicIpOnLaunch === true
        ? ["what starts in it gets a public address (mapPublicIpOnLaunch)"]
        : [];
    default:
      return [];
  }
}

/** Tags of images that may mean something else tomorrow. */
export function mutableTags(subject: Subject): string[] {
  if (awsKind(subject) !== "ecr:Repository") return [];
  return subject.inputs.imageTagMutability === "IMMUTABLE"
    ? []
    : ["imageTagMutability is not IMMUTABLE"];
}

function containersOf(subject: Subject): Record<string, unknown>[] {
  if (awsKind(subject) !== "ecs:TaskDefinition") return [];
  return listOf(documentOf(subject.inputs.containerDefinitions));
}
