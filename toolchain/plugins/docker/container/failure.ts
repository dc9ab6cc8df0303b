import type { Container } from "dockerode";
import type { PropertyMap } from "../../host/values";
import { number, blocks, text, flag } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import { textOf } from "../client/errors";
import { allLogs } from "./logs";

const logLines = 20;

/** Why a container was given up, with what helps to put it right. */
export async function failureDetail(
  daemon: Daemon,
  container: Container,
  inputs: PropertyMap,
  cause: unknown,
): Promise<string> {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const lines = [
    `The container "${text(inputs, "name")}" was removed again: ${reason}`,
    ...(await portHolders(daemon, inputs, cause)),
  ];
  const logs = await lastLogs(container, inputs);
  if (logs !== "") lines.push(`Its last output was:\n${logs}`);
  return lines.join("\n");
}

/** Who has the port that Docker says is taken. */
async function portHolders(daemon: Daemon, inputs: PropertyMap, cause: unknown): Promise<string[]> {
  if (!/port is already allocated|address already in use/.test(textOf(cause))) return [];
  const wanted = blocks(inputs, "ports").map((port) => number(port, "external"));
  const others = await daemon
    .ask("list containers", (docker) => docker.listContainers())
    .catch(() => []);
  const holders = others.flatMap(({ Names, Ports }) =>
    Ports.filter(({ PublicPort }) => wanted.includes(PublicPort)).map(
      ({ PublicPort }) =>
        `Port ${PublicPort} is published by the container "${(Names[0] ?? "").replace(/^\//, "")}"`,
    ),
  );
  return holders.length > 0
    ? [...new Set(holders)]
    : ["No container of this daemon publishes that port: another process on the host holds it"];
}

async function lastLogs(container: Container, inputs: PropertyMap): Promise<string> {
  try {
    return (await allLogs(container, flag(inputs, "tty"), logLines)).trim();
  } catch {
    // A container that never started, or whose log driver cannot be read, has nothing to show.
    return "";
  }
}
