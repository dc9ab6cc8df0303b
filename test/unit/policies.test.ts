import assert from "node:assert/strict";

import { levelsFor, rules } from "../../policies/index";
import type { Subject } from "../../policies/index";
import { dockerRules } from "../../policies/docker/rules";
import { plainSecret } from "../../policies/secrets";

const id = `sha256:${"a".repeat(64)}`;
const container = "docker:index/container:Container";
const volume = "docker:index/volume:Volume";

const labels = (role: string): object => ({ labels: [{ label: "landfall.role", value: role }] });

function found(rule: string, inputs: object, more: Partial<Subject> = {}): string[] {
  const known = rules.find(({ name }) => name === rule);
  assert.ok(known, `there is no rule ${rule}`);
  const subject: Subject = {
    ...{ type: container, name: "x", protect: false, hidden: new Set<string>() },
    inputs: inputs as Subject["inputs"],
    ...more,
  };
  return known.check(subject, { backups: { "db-data": "pg_dump every night, to another host" } });
}

/** For each rule what breaks it, with words of the complaint, and what keeps it. */
const cases: readonly (readonly [
  rule: string,
  inputs: object,
  broken: RegExp | undefined,
  more?: Partial<Subject>,
])[] = [
  ["pinned-images", { image: "nginx:1.25" }, /nginx:1.25" is not pinned/],
  ["pinned-images", { image: id }, undefined],
  ["pinned-images", { name: "redis" }, /redis/, { type: "docker:index/remoteImage:RemoteImage" }],
  [
    "pinned-images",
    { name: `redis@${id}` },
    undefined,
    { type: "docker:index/remoteImage:RemoteImage" },
  ],
  ["pinned-images", {}, undefined, { hidden: new Set(["image"]) }],
  ["nothing-internal-published", { ...labels("router"), ports: [{ external: 80 }] }, undefined],
  [
    "nothing-internal-published",
    { ...labels("postgres"), ports: [{ external: 5432 }] },
    /postgres publishes the ports 5432/,
  ],
  ["nothing-internal-published", { ...labels("service") }, undefined],
  ["nothing-internal-published", { ...labels("service"), networkMode: "host" }, /host's network/],
  ["nothing-internal-published", { ...labels("redis"), publishAllPorts: true }, /all its ports/],
  ["nothing-internal-published", { ports: [{ internal: 1 }] }, /a container of no role publishes/],
  [
    "backups",
    { ...labels("postgres") },
    undefined,
    { type: volume, name: "db-data", protect: true },
  ],
  ["backups", { ...labels("postgres") }, /not protected/, { type: volume, name: "db-data" }],
  [
    "backups",
    { ...labels("postgres") },
    /has no text for other/,
    { type: volume, name: "other", protect: true },
  ],
  ["backups", { ...labels("router") }, undefined, { type: volume, name: "router-data" }],
  ["no-plain-secrets", { envs: ["DB_PASSWORD=hunter22"] }, /variable DB_PASSWORD is in plain/],
  [
    "no-plain-secrets",
    { envs: ["LOG_LEVEL=info", "PASSWORD_FILE=/run/x", "TOKEN=", "PORT=80"] },
    undefined,
  ],
  ["no-plain-secrets", {}, undefined, { hidden: new Set(["envs"]) }],
  [
    "no-plain-secrets",
    { command: ["run", "postgres://app:hunter22@db/app"] },
    /command holds a credential/,
  ],
  [
    "no-plain-secrets",
    { uploads: [{ file: "/k", content: "-----BEGIN RSA PRIVATE KEY-----\n" }] },
    /file \/k/,
  ],
  ["protected-data", { ...labels("postgres") }, /not protected/, { type: volume }],
  ["protected-data", {}, /not protected/, { type: volume }],
  ["protected-data", { ...labels("postgres") }, undefined, { type: volume, protect: true }],
  ["protected-data", { ...labels("redis") }, undefined, { type: volume }],
  [
    "limits",
    { ...labels("service"), memory: 256, cpus: "0.5", logOpts: { "max-size": "10m" } },
    undefined,
  ],
  [
    "limits",
    { ...labels("service"), memory: 256, logOpts: { "max-size": "10m" } },
    /no limit of CPU/,
  ],
  [
    "limits",
    { ...labels("postgres"), cpus: "1", logOpts: { "max-size": "10m" } },
    /no limit of memory/,
  ],
  ["limits", { ...labels("postgres"), memory: 256 }, /log has no limit/],
  ["limits", { ...labels("router"), logOpts: { "max-size": "10m" } }, undefined],
  ["limits", { logOpts: { "max-size": "1m" } }, undefined, { hidden: new Set(["memory", "cpus"]) }],
  ["restart", { ...labels("service"), restart: "unless-stopped" }, undefined],
  ["restart", { ...labels("service") }, /restart policy is "no"/],
  ["restart", { ...labels("task") }, undefined],
];

describe("the rules of the policy pack", () => {
  for (const [rule, inputs, broken, more] of cases)
    it(`${rule} ${broken ? "refuses" : "takes"} ${JSON.stringify({ ...inputs, ...more, hidden: [...(more?.hidden ?? [])] })}`, () => {
      const complaints = found(rule, inputs, more);
      if (broken === undefined) assert.deepEqual(complaints, []);
      else assert.match(complaints.join("; "), broken);
    });

  it("are each broken by one case at least, and kept by one", () => {
    for (const { name } of dockerRules)
      for (const broken of [true, false])
        assert.ok(
          cases.some(([rule, , words]) => rule === name && (words !== undefined) === broken),
        );
  });

  it("let no route lead from outside to a predictor", () => {
    const route = { type: "pulumi-nodejs:dynamic/landfall:Route" };
    const inside = { port: 8000, hosts: ["predictor"] };
    const rule = "nothing-internal-published";
    assert.deepEqual(found(rule, { service: "predictor", listen: [inside] }, route), []);
    const open = { service: "predictor", listen: [inside, { port: 28000, hosts: ["x.example"] }] };
    assert.match(found(rule, open, route).join(), /open to the outside/);
    assert.deepEqual(found(rule, { ...open, service: "api" }, route), []);
  });
});

describe("secrets in plain", () => {
  it("are known by name, form or randomness, and never repeated", () => {
    const values: [string, string][] = [
      ["API_KEY", "hunter22"],
      ["X", "AKIAABCDEFGHIJKLMNOP"],
      ["DATABASE_URL", "postgresql://app:hunter22@db/app"],
      ["X", "Zk3vQ9xLw2Rt8YpB5nHs7Jd4"],
    ];
    for (const [name, value] of values) {
      const why = plainSecret(name, value);
      assert.ok(why !== undefined && !why.includes(value), `${name}: ${why ?? "nothing found"}`);
    }
  });

  it("are not seen in what is public", () => {
    const values: [string, string][] = [
      ["TOKEN_TTL", "3600"],
      ["REDIS_URL", "redis://cache:6379/0"],
      ["REVISION", "0123456789abcdef0123456789abcdef01234567"],
      ["IMAGE", id],
      ["GREETING", "a-long-but-quite-readable-value-of-words"],
      ["AUTHOR", "anna"],
    ];
    for (const [name, value] of values) assert.equal(plainSecret(name, value), undefined, name);
  });
});

describe("how strictly rules are held to", () => {
  const names = rules.map(({ name }) => name);

  it("is mandatory in production, and advice elsewhere", () => {
    for (const stack of ["production", "prod", "prod-eu", "production.eu"])
      assert.equal(levelsFor(stack, {}, names).of("limits"), "mandatory", stack);
    for (const stack of ["dev", "staging", "product", "preprod"])
      assert.equal(levelsFor(stack, {}, names).of("limits"), "advisory", stack);
  });

  it("is set by rule, and for all others at once", () => {
    const levels = levelsFor("production", { all: "advisory", limits: "disabled" }, names);
    assert.deepEqual([levels.of("limits"), levels.of("backups")], ["disabled", "advisory"]);
  });

  it("refuses a rule or a level that there is not: it would guard nothing", () => {
    assert.throws(() => levelsFor("dev", { limit: "mandatory" }, names), /there is no rule limit/);
    assert.throws(() => levelsFor("dev", { limits: "strict" }, names), /policies.limits/);
  });
});
