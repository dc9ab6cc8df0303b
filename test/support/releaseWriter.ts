import { processOf } from "../../automation/provenance";
import { draft, storeAt } from "./releaseStore";

/** Begins releases at a place, tells their numbers, and finishes them; or stays between the two. */
async function write([url = "", mode]: string[]): Promise<void> {
  const store = await storeAt({ url, env: process.env as Record<string, string> });
  for (;;) {
    const startedAt = new Date().toISOString();
    const record = await store.begin({ ...draft, startedAt, process: processOf() });
    process.stdout.write(`${record.number}\n`);
    if (mode === "stay") await new Promise((resolve) => setTimeout(resolve, 60_000));
    await store.finish({ ...record, state: "deployed" });
  }
}

void write(process.argv.slice(2));
