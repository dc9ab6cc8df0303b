import * as assert from "node:assert/strict";

import { dataHolders, dataLosses, forbiddenLosses } from "../../../automation/dataHolders";
import { dataLossError, namesToAllow } from "../../../automation/dataLossError";
import type { StateResource, StepMetadata } from "../../../automation/engine/types";
import { destruction } from "../../../automation/guards/destruction";
import type { DestroyArgs } from "../../../automation/operations";
import type { Project } from "../../../automation/project";
import { emptyState } from "../../../automation/verbs/prepare";
import type { Prepared } from "../../../automation/verbs/prepare";

const stack = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";
const postgres = urn("landfall:index:ManagedPostgres", "db");

function urn(type: string, name: string): string {
  return `urn:pulumi:dev::shop::${type}::${name}`;
}

function resource(type: string, name: string, more: Partial<StateResource> = {}): StateResource {
  return {
    urn: urn(type, name),
    type,
    name,
    custom: true,
    parent: postgres,
    ...more,
  } as StateResource;
}

const labelled = (role: string): object => ({ labels: [{ label: "landfall.role", value: role }] });
const mounted = (...names: string[]): object => ({
  volumes: names.map((volumeName) => ({ volumeName, containerPath: "/data" })),
});
const component: StateResource = {
  urn: postgres,
  type: "landfall:index:ManagedPostgres",
  parent: stack,
};
const volume = resource("docker:index/volume:Volume", "db-data", {
  inputs: { ...labelled("postgres") },
});
const server = resource("docker:index/container:Container", "db-server", {
  inputs: { ...labelled("postgres"), ...mounted("one") },
});
const password = resource("random:index/randomPassword:RandomPassword", "db-password");
const all = [component, volume, server, password];

function step(of: StateResource, op: string, more: Partial<StepMetadata> = {}): StepMetadata {
  return { op, urn: of.urn, type: of.type, ...more };
}

const lost = (resources: StateResource[], ...steps: StepMetadata[]): string[] =>
  dataLosses(steps, resources).map(({ name, op }) => `${name} ${op}`);

describe("what holds data", () => {
  it("is a database's volume, server and password, and not the router's volume or a service", () => {
    const router = resource("docker:index/volume:Volume", "r", {
      inputs: { ...labelled("router") },
    });
    const service = resource("docker:index/container:Container", "web", {
      inputs: { ...labelled("service") },
    });
    const token = resource("random:index/randomPassword:RandomPassword", "token", {
      parent: stack,
    });
    const found = dataHolders([...all, router, service, token]).map(({ urn: each }) => each);
    assert.deepEqual(found, [volume.urn, server.urn, password.urn]);
  });

  it("is a volume that nobody has labelled: what it holds is not known to be worthless", () => {
    const own = resource("docker:index/volume:Volume", "own", { inputs: {}, parent: stack });
    assert.deepEqual(lost([own], step(own, "delete")), ["own delete"]);
  });

  it("is lost by deletion and replacement, once each, and by nothing else", () => {
    for (const op of ["same", "update", "refresh", "read", "create"])
      assert.deepEqual(lost(all, step(volume, op)), [], op);
    assert.deepEqual(lost(all, step(volume, "delete")), ["db-data delete"]);
    const steps = ["create-replacement", "replace", "delete-replaced"].map((op) =>
      step(volume, op),
    );
    assert.deepEqual(lost(all, ...steps), ["db-data replace"]);
  });

  it("is not lost where the engine only forgets it", () => {
    const kept = { ...volume, retainOnDelete: true };
    assert.deepEqual(lost([component, kept], step(kept, "delete")), []);
  });

  it("stays when a server is made anew over the same volume, and goes with another or none", () => {
    const onto = (...names: string[]): StepMetadata =>
      step(server, "replace", {
        new: { inputs: { ...mounted(...names) } },
      });
    assert.deepEqual(lost(all, onto("one")), []);
    assert.deepEqual(lost(all, onto("one", "logs")), []);
    assert.deepEqual(lost(all, onto("two")), ["db-server replace"]);
    assert.deepEqual(lost(all, onto()), ["db-server replace"]);
    assert.deepEqual(lost(all, step(server, "delete")), []);
    assert.deepEqual(lost(all, { ...onto("two"), op: "update" }), ["db-server update"]);
  });

  it("goes with a server that has no volume at all", () => {
    const bare = { ...server, inputs: { ...labelled("redis") } };
    assert.deepEqual(lost([component, bare], step(bare, "delete")), ["db-server delete"]);
    assert.deepEqual(lost([component, bare], step(bare, "replace")), ["db-server replace"]);
  });

  it("tells a new password that was asked for from one that is lost", () => {
    assert.deepEqual(lost(all, step(password, "replace", { keys: ["keepers"] })), []);
    assert.deepEqual(lost(all, step(password, "replace", { keys: ["keepers", "length"] })), [
      "db-password replace",
    ]);
    assert.deepEqual(lost(all, step(password, "delete")), ["db-password delete"]);
  });

  it("is found in the clouds too", () => {
    for (const type of [
      "aws:rds/instance:Instance",
      "aws:s3/bucketV2:BucketV2",
      "aws:ebs/volume:Volume",
    ]) {
      const held = resource(type, "x", { parent: stack });
      assert.deepEqual(lost([held], step(held, "delete")), ["x delete"], type);
    }
  });
});

describe("what may be lost", () => {
  const losses = dataLosses([step(volume, "delete"), step(password, "delete")], all);

  it("is named by the resource, or by the component that it is in", () => {
    const left = (...names: string[]): string[] =>
      forbiddenLosses(losses, names).map(({ name }) => name);
    assert.deepEqual(left(), ["db-data", "db-password"]);
    assert.deepEqual(left("db-data"), ["db-password"]);
    assert.deepEqual(left("db"), []);
    assert.deepEqual(left("web", "DB"), ["db-data", "db-password"]);
  });

  it("is refused with everything that holds data, what it holds, and how to allow it", () => {
    const error = dataLossError(losses);
    assert.equal(error.exitCode, 6);
    assert.equal(error.code, "refused");
    assert.match(
      error.message,
      /Volume db-data would be deleted: it holds the data of Postgres on a Docker volume \(part of db\)/,
    );
    assert.match(error.message, /RandomPassword db-password would be deleted/);
    assert.match(error.fix, /--allow-data-loss db-data --allow-data-loss db-password/);
  });

  it("of a destroy is allowed by name, by taking even what is protected, or by the stack's config", () => {
    const state = { ...emptyState, resources: [component, { ...volume, protect: true }, password] };
    const left = (args: Partial<DestroyArgs>, value?: string): string[] => {
      const config: Prepared["config"] =
        value === undefined ? {} : { "shop:deletionProtection": { value, secret: false } };
      const project = { project: { name: "shop" } as Project };
      const found = destruction(project, { state, config }, { stack: "dev", ...args });
      return [
        ...found.losses.map(({ name }) => name),
        "refused:",
        ...namesToAllow(found.forbidden),
      ];
    };
    assert.deepEqual(left({}), ["db-password", "refused:", "db"]);
    assert.deepEqual(left({}, "true"), ["db-password", "refused:", "db"]);
    assert.deepEqual(left({}, "false"), ["db-password", "refused:"]);
    assert.deepEqual(left({ allowDataLoss: ["db-password"] }), ["db-password", "refused:"]);
    assert.deepEqual(left({ includeProtected: true }), ["db-data", "db-password", "refused:"]);
  });

  it("of a destroy is not what something protected needs", () => {
    const needs = { ...volume, protect: true, propertyDependencies: { name: [password.urn] } };
    const state = { ...emptyState, resources: [component, needs, password] };
    const project = { project: { name: "shop" } as Project };
    assert.deepEqual(destruction(project, { state, config: {} }, { stack: "dev" }).losses, []);
  });
});
