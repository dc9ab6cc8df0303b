import type { Operation } from "../automation";
import { bench, settle } from "./support/bench";
import { CopiedProject } from "./support/copy";

void bench("timeline", 10, async (run) => {
  const project = new CopiedProject(run, "bench-tl", { web: 28298, api: 28299 });
  const { stack, deployer } = project;
  await deployer.up({ stack });
  const watch = async (name: string, op: Operation<{ phases: unknown }>) => {
    const start = performance.now();
    const log: string[] = [];
    for await (const event of op.events) {
      const e = event as unknown as Record<string, unknown>;
      log.push(`${((performance.now() - start) / 1000).toFixed(2)} ${String(e["kind"])} ${String(e["phase"] ?? e["name"] ?? "")} ${String(e["state"] ?? "")} ${String(e["op"] ?? "")}`);
    }
    console.log(name, JSON.stringify((await op).phases), "\n", log.filter((l) => !/diagnostic|same/.test(l)).join("\n "));
  };
  for (const v of ["1", "2"]) {
    project.change(v);
    await settle();
    await watch("UP", deployer.up({ stack }));
    await settle();
    await watch("ROLLBACK", deployer.rollback({ stack }));
  }
});
