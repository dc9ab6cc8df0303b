import type { CheckFailure, PropertyMap, PropertyValue } from "../../host";
import { Unknown } from "../../host";
import { blocks, flag, text } from "../bridge/read";

/** What no single property can tell: contradictions that the daemon would only report half way. */
export function checkContainer(inputs: PropertyMap): CheckFailure[] {
  return [
    ...blocks(inputs, "uploads").flatMap(checkUpload),
    ...blocks(inputs, "volumes").flatMap(checkVolume),
    ...checkRestart(inputs),
    ...checkCommand(inputs),
  ];
}

function checkUpload(upload: PropertyMap, index: number): CheckFailure[] {
  const sources = ["content", "contentBase64", "source"];
  if (sources.some((key) => upload[key] instanceof Unknown)) return [];
  const given = sources.filter((key) => text(upload, key) !== undefined);
  if (given.length === 1) return [];
  const reason =
    given.length === 0
      ? "needs one of content, contentBase64 and source, and it must not be empty"
      : `has ${given.join(" and ")}, of which only one is possible`;
  return [{ property: `uploads[${index}]`, reason }];
}

function checkVolume(volume: PropertyMap, index: number): CheckFailure[] {
  if (Object.values(volume).some((value) => value instanceof Unknown)) return [];
  const path = text(volume, "containerPath");
  const from = text(volume, "fromContainer");
  if ((path === undefined) !== (from === undefined)) return [];
  const reason =
    path === undefined
      ? "needs containerPath, or fromContainer"
      : "has both containerPath and fromContainer, of which only one is possible";
  return [{ property: `volumes[${index}]`, reason }];
}

function checkRestart(inputs: PropertyMap): CheckFailure[] {
  if (!flag(inputs, "rm") || inputs.restart === "no" || inputs.restart instanceof Unknown)
    return [];
  return [{ property: "rm", reason: "cannot be true for a container that Docker restarts" }];
}

function checkCommand(inputs: PropertyMap): CheckFailure[] {
  const command: PropertyValue | undefined = inputs.command;
  if (!Array.isArray(command) || !command.includes("")) return [];
  return [{ property: `command[${command.indexOf("")}]`, reason: "must not be empty" }];
}
