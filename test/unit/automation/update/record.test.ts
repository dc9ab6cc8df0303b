import * as assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "../../../../automation/clock";
import { LandfallError } from "../../../../automation/errors";
import type { GateEvidence } from "../../../../automation/gates/types";
import { OperationContext } from "../../../../automation/operation";
import { FileReleaseStore } from "../../../../automation/stores/file";
import { leave } from "../../../../automation/update/record";
import { draft } from "../../../support/releaseStore";

const secret = "s3cr3t-value";

describe("the record of an update that was stopped", () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "landfall-record-"));
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it("holds no secret, neither in its error nor in what its gates have found, and its config as it was", async () => {
    const store = new FileReleaseStore(dir);
    const { signal } = new AbortController();
    const context = new OperationContext("up", "dev", signal, systemClock, () => undefined);
    context.redactor.add([secret]);
    const config = `config:\n  app:greeting: ${secret} in plain\n`;
    const record = await store.begin({ ...draft, config });
    const evidence: GateEvidence = {
      ...({
        gate: "prints",
        type: "command",
        service: "api",
        moment: "before",
        weight: 0,
      } as const),
      ...{ passed: false, reason: `its last lines:\n${secret}`, measured: { output: secret } },
      ...{ startedAt: record.startedAt, durationMs: 1 },
    };
    const changes = { create: 0, update: 1, replace: 0, delete: 0, same: 0 };
    const reason = new LandfallError("cancelled", `cancelled: because of ${secret}`);
    await leave({ store, context }, { ...record, gates: [evidence] }, changes, reason);
    const [kept] = await store.list();
    assert.equal(kept?.state, "cancelled");
    assert.equal(kept.config, config);
    assert.equal(kept.error?.message, "cancelled: because of [secret]");
    assert.equal(kept.gates?.[0]?.reason, "its last lines:\n[secret]");
    const text = readFileSync(join(dir, "000001.json"), "utf8");
    assert.equal(text.split(secret).length, 2, "only its config has it");
  });
});
