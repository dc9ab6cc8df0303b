import assert from "node:assert/strict";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { answerTimes, p95Of } from "../../../../automation/platforms/docker/answerTimes";
import {
  raisedAlarms,
  shareOfErrors,
  usageFrom,
} from "../../../../automation/platforms/docker/health";
import { availableIn } from "../../../../automation/platforms/docker/storage";
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

describe("how long a router's answers took", () => {
  const line = (service: string, totalMs: number, more: object = {}) => {
    const entry = {
      service: `service_${service}`,
      method: "GET",
      path: "/",
      status: 200,
      totalMs,
      address: "10.0.0.2:80",
    };
    return `${JSON.stringify({ ...entry, end: "--", ...more })}\n`;
  };
  const logged = async (text: string) => {
    const lines = text.trimEnd().split("\n");
    const stamped = lines.map((each) => `2026-01-01T00:00:00.000000000Z ${each}\n`);
    let asked: Record<string, unknown> = {};
    const docker = {
      getContainer: () => ({ inspect: () => Promise.resolve({ Config: { Tty: true } }) }),
      modem: {
        dial: (
          { options }: { options: Record<string, unknown> },
          answer: (error: null, log: Readable) => void,
        ) => {
          asked = options;
          answer(null, Readable.from(stamped.map((each) => Buffer.from(each))));
        },
      },
    } as unknown as Docker;
    const looking = { now: 1_000_000_000, signal: new AbortController().signal };
    return { times: await answerTimes(docker, "router", looking), asked: () => asked };
  };

  it("is that of 95 of 100 of the last five minutes, service by service", async () => {
    const own = Array.from({ length: 100 }, (_, index) => line("api", index + 1));
    const { times, asked } = await logged([...own, line("web", 7), "no request\n"].join(""));
    const p95 = p95Of(times, "api") ?? 0;
    assert.ok(p95 >= 95 && p95 <= 96, `${p95}`);
    assert.equal(p95Of(times, "web"), 7);
    assert.equal(p95Of(times, "other"), undefined);
    assert.equal(asked()["since"], "999700");
  });

  it("leaves out tunnels, and clients that left", async () => {
    const tunnel = line("api", 60_000, { status: 101 });
    const left = line("api", 30_000, { end: "CD" });
    const { times } = await logged([tunnel, left, line("api", 5)].join(""));
    assert.equal(p95Of(times, "api"), 5);
  });
});

describe("what disk is left", () => {
  it("is what df calls available, also where names are long or have spaces", () => {
    const heading = "Filesystem 1048576-blocks Used Available Capacity Mounted on\n";
    assert.equal(availableIn(`${heading}/dev/vda1 100 40 60 40% /var/lib/postgresql/data\n`), 60);
    assert.equal(availableIn(`${heading}//host/a b  100 99 1 99% /data dir\n`), 1);
    for (const rubbish of ["", heading, "df: /data: No such file or directory\n"])
      assert.equal(availableIn(rubbish), undefined);
  });
});

describe("the alarms of a stack on Docker", () => {
  const thresholds = {
    ...{ cpuPercent: 80, memoryPercent: 80, connections: 80, errorRate: 0.01 },
    ...{ p95Ms: 100, freeStorageMb: 2048 },
  };
  const found = [
    { name: "api-0", service: "api", role: "service", running: true },
    { name: "api-1", service: "api", role: "service", running: true },
    { name: "api-2", service: "api", role: "service", running: false },
  ] as const;
  const watched = [
    { component: "api", what: "CPU above 80 %", metric: "cpu" },
    { component: "api", what: "memory above 80 %", metric: "memory" },
    { component: "api", what: "what a later version sees" },
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
    raisedAlarms(docker(of), { outputs: { alarms: { value } } } as unknown as StackState, found, {
      now: 1_000_000,
      signal: new AbortController().signal,
    });

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
