import * as pulumi from "@pulumi/pulumi";
import type { AlarmsDeployment, AlarmsSpec } from "../specs";
import type { DockerContext } from "./context";

/** Nothing on Docker watches by itself: what is to be watched, and from where on, is for who looks at the stack. */
export function alarms(
  _context: DockerContext,
  _parent: pulumi.ComponentResource,
  { thresholds, services, databases, caches }: AlarmsSpec,
): AlarmsDeployment {
  const { cpuPercent, memoryPercent, connections, errorRate, p95Ms } = thresholds;
  const use = [`CPU above ${cpuPercent} %`, `memory above ${memoryPercent} %`];
  const answers = [`answers of 5xx above ${errorRate * 100} %`, `p95 above ${p95Ms} ms`];
  const watch = (all: readonly { readonly name: string }[], what: readonly string[]) =>
    all.flatMap(({ name }) => what.map((each) => ({ component: name, what: each })));
  return {
    status: pulumi.output({
      thresholds,
      watched: [
        ...watch(services, [...use, ...answers]),
        ...watch(databases, [...use, `more than ${connections} connections`]),
        ...watch(caches, use),
      ],
    }),
  };
}
