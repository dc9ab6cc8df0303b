import {
  CloudWatchLogsClient,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import { clientConfig } from "./clients";
import { explained } from "./failures";
import { pause } from "./cancellable";
import type { EcsTaskInputs } from "./types";

const KEPT_LINES = 60;
/** Lines arrive some seconds after a container has ended. */
const ATTEMPTS = 4;

/** The last lines of a task's container, as they are; a note where they cannot be read. Never fails. */
export async function lastLines(
  inputs: Pick<EcsTaskInputs, "region" | "profile" | "logGroup" | "container">,
  taskArn: string,
  intervalMs: number,
): Promise<string> {
  const { logGroup, container } = inputs;
  const id = taskArn.split("/").pop() ?? "";
  const command = new GetLogEventsCommand({
    logGroupName: logGroup,
    logStreamName: `${container}/${container}/${id}`,
    limit: KEPT_LINES,
    startFromHead: false,
  });
  const client = new CloudWatchLogsClient(clientConfig(inputs));
  try {
    for (let attempt = 1; ; attempt += 1) {
      const lines = await read(client, command);
      if (lines.length > 0 || attempt === ATTEMPTS) return lines.join("\n");
      await pause(intervalMs, new AbortController().signal);
    }
  } catch (error) {
    return `(its log could not be read: ${explained(error)})`;
  } finally {
    client.destroy();
  }
}

async function read(client: CloudWatchLogsClient, command: GetLogEventsCommand): Promise<string[]> {
  try {
    const { events = [] } = await client.send(command);
    return events.map(({ message = "" }) => message);
  } catch (error) {
    // The stream comes with the first line.
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
}
