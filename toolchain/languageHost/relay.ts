import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/**
 * Gives the engine what a program prints, line by line, as it reads them itself from a language host that it has started.
 * @returns when both streams have ended and the engine has everything
 */
export async function relayOutput(
  { stdout, stderr }: Pick<ChildProcess, "stdout" | "stderr">,
  engineAddress: string,
): Promise<void> {
  const client = new EngineClient(engineAddress, grpc.credentials.createInsecure());
  try {
    const relays = [stdout, stderr].map((stream, id) => {
      return stream === null ? Promise.resolve() : relayLines(stream, id, client);
    });
    await Promise.all(relays);
  } finally {
    client.close();
  }
}

/** One after the other: calls side by side may overtake each other. A program that prints faster has to wait. */
async function relayLines(stream: Readable, id: number, client: EngineClient): Promise<void> {
  let rest = "";
  try {
    for await (const chunk of stream.setEncoding("utf8")) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) await say(`${line}\n`, id, client);
    }
  } catch {
    // It was cut off, because a process that the program has left behind holds it open.
  }
  await say(rest, id, client);
}

/** An engine that is gone hears nothing, and the program must not be held up by that. */
function say(message: string, id: number, client: EngineClient): Promise<void> {
  if (message.trim() === "") return Promise.resolve();
  const request = new LogRequest().setSeverity(LogSeverity.INFO).setMessage(message);
  return new Promise((resolve) => {
    client.log(request.setStreamid(id + 1), () => {
      resolve();
    });
  });
}
