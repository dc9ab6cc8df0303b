import * as pulumi from "@pulumi/pulumi";
import type { AlarmsDeployment, AlarmsSpec } from "../specs";
import type { AlarmsStatus } from "../status";
import type { DockerContext } from "./context";

type Watched = Pick<AlarmsStatus["watched"][number], "what" | "metric">;

/** Nothing on Docker watches by itself: what is to be watched, and from where on, is for who looks at the stack. */
export function alarms(
  _context: DockerContext,
  _parent: pulumi.ComponentResource,
  { thresholds, services, databases, caches }: AlarmsSpec,
): AlarmsDeployment {
  const { cpuPercent, memoryPercent, connections, errorRate, p95Ms, freeStorageMb } = thresholds;
  const use: Watched[] = [
    { what: `CPU above ${cpuPercent} %`, metric: "cpu" },
    { what: `memory above ${memoryPercent} %`, metric: "memory" },
  ];
  const answers: Watched[] = [
    { what: `answers of 5xx above ${errorRate * 100} %`, metric: "errors" },
    { what: `p95 above ${p95Ms} ms`, metric: "p95" },
  ];
  const data: Watched[] = [
    { what: `more than ${connections} connections`, metric: "connections" },
    { what: `less than ${freeStorageMb} MB of disk left`, metric: "storage" },
  ];
  const watch = (all: readonly { readonly name: string }[], what: readonly Watched[]) =>
    all.flatMap(({ name }) => what.map((each) => ({ component: name, ...each })));
  return {
    status: pulumi.output({
      thresholds,
      watched: [
        ...watch(services, [...use, ...answers]),
        ...watch(databases, [...use, ...data]),
        ...watch(caches, use),
      ],
    }),
  };
}
