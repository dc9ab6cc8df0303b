import assert from "node:assert/strict";
import type Docker from "dockerode";
import {
  raisedAlarms,
  shareOfErrors,
  usageFrom,
} from "../../../../automation/platforms/docker/health";
import type { StackState } from "../../../../automation/engine/state";

const GIB = 1024 ** 3;

/** What the daemon tells of a container that has used so much of a second of two processors. */
function stats(
  cpuSeconds: number,
  memory = { usage: GIB / 2, inactive: 0, limit: GIB },
): Docker.ContainerStats {
  return {
    cpu_stats: {
      ...{ cpu_usage: { total_usage: (5 + cpuSeconds) * 1e9 } },
      ...{ system_cpu_usage: 102e9, online_cpus: 2 },
    },
    precpu_stats: { cpu_usage: { total_usage: 5e9 }, system_cpu_usage: 100e9, online_cpus: 2 },
    memory_stats: {
      ...{ usage: memory.usage, limit: memory.limit },
      stats: { inactive_file: memory.inactive },
    },
  } as unknown as Docker.ContainerStats;
}

describe("what a container uses", () => {
  it("is a share of its limit, and of the host's processors where it has none", () => {
    assert.equal(usageFrom(stats(0.5), 0).cpuPercent, 25);
    assert.equal(usageFrom(stats(0.5), 0.5).cpuPercent, 100);
    assert.equal(usageFrom(stats(0.5), 2).cpuPercent, 25);
  });

  it("is no file that was only read", () => {
    const read = { usage: GIB, inactive: GIB / 4, limit: GIB };
    assert.equal(usageFrom(stats(0, read), 0).memoryPercent, 75);
  });

  it("is not known where the daemon has looked but once", () => {
    const once = stats(0.5);
    once.precpu_stats.system_cpu_usage = once.cpu_stats.system_cpu_usage;
    assert.equal(usageFrom(once, 0).cpuPercent, undefined);
  });
});

describe("a router's answers that are 5xx", () => {
  const table = `# pxname,svname,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,
api,BACKEND,0,95,0,3,2,
web,BACKEND,0,0,0,0,0,

`;

  it("are a share of all of a service's", () => {
    assert.equal(shareOfErrors(table, "api"), 0.02);
  });

  it("are none before the first, and none of a service that it does not have", () => {
    for (const other of ["web", "other"]) assert.equal(shareOfErrors(table, other), undefined);
    assert.equal(shareOfErrors("", "api"), undefined);
  });
});

describe("the alarms of a stack on Docker", () => {
  const thresholds = { cpuPercent: 80, memoryPercent: 80, connections: 80, errorRate: 0.01 };
  const found = [
    { name: "api-0", service: "api", role: "service", running: true },
    { name: "api-1", service: "api", role: "service", running: true },
    { name: "api-2", service: "api", role: "service", running: false },
  ] as const;
  const watched = [
    { component: "api", what: "CPU above 80 %", metric: "cpu" },
    { component: "api", what: "memory above 80 %", metric: "memory" },
    { component: "api", what: "p95 above 1 s" },
    { component: "gone", what: "CPU above 80 %", metric: "cpu" },
  ];
  const docker = (of: Record<string, Docker.ContainerStats | Error>): Docker =>
    ({
      getContainer: (name: string) => ({
        stats: () => {
          const told = of[name] ?? new Error(`${name} was not to be asked`);
          return told instanceof Error ? Promise.reject(told) : Promise.resolve(told);
        },
        inspect: () => Promise.resolve({ HostConfig: { NanoCpus: 5e8 } }),
      }),
    }) as unknown as Docker;
  const raised = (of: Parameters<typeof docker>[0], value: unknown = { thresholds, watched }) =>
    raisedAlarms(docker(of), { outputs: { alarms: { value } } } as unknown as StackState, found);

  it("are those of the worst running replica, and count what is looked at", async () => {
    const alarms = await raised({ "api-0": stats(0.1), "api-1": stats(0.45) });
    assert.deepEqual(alarms, {
      total: 3,
      raised: [{ name: "api: CPU above 80 %", state: "alarm", reason: "90 % of what it may use" }],
    });
    const quiet = await raised({ "api-0": stats(0.1), "api-1": stats(0.1) });
    assert.deepEqual(quiet, { total: 3, raised: [] });
  });

  it("are not known, and say why, where the daemon does not tell", async () => {
    const alarms = await raised({ "api-0": new Error("no such container"), "api-1": stats(0) });
    assert.deepEqual(
      alarms?.raised.map(({ state, reason }) => [state, reason]),
      [
        ["unknown", "no such container"],
        ["unknown", "no such container"],
      ],
    );
  });

  it("are none where the stack has no output of them, or one that nobody understands", async () => {
    for (const value of ["", null, {}, { thresholds, watched: "api" }])
      assert.equal(await raised({}, value), undefined);
  });
});
