import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadResult } from "../test/support/load";
import { docker } from "../test/docker/stack/harness";
import { ROOT } from "../test/support/program";
import { composeCommand } from "./compose/binary";
import { ComposeStack } from "./compose/peer";
import type { Run } from "./support/bench";
import { bench, settle, timed } from "./support/bench";
import { against, median, printTable, ratio, spread } from "./support/figures";
import { apiClients } from "./support/mixes";
import { BenchStack } from "./support/stack";
import { Traffic } from "./support/traffic";

const ROUNDS = 3;
/** Seconds of load before and after a redeploy. */
const AROUND = 3;

const MODEL = path.join(ROOT, "apps/predictor/model/probability_matrix.json");

/** One way to deploy the same stack. */
interface Peer {
  readonly name: string;
  readonly apiUrl: string;
  /** Brings the stack to an image of the api and waits until that serves. */
  up(apiImage: string): Promise<unknown>;
  /** Removes the stack; images stay. */
  down(): Promise<unknown>;
}

interface Round {
  readonly cold: number;
  readonly redeploy: number;
  readonly load: LoadResult;
}

void bench("side by side with Docker Compose: cold up, redeploy under load", 60, async (run) => {
  const { command, version } = await composeCommand(run);
  const stack = new BenchStack(run, "compose", { web: 28380, api: 28330 });
  run.step("building the images");
  await stack.remove();
  await stack.deploy();
  const images = await stack.images();
  const other = await stack.relabelled(images.api, "api-other");
  const [router = "", postgres = "", redis = ""] = await Promise.all(
    ["router", "db", "cache"].map((name) =>
      docker("inspect", "--format", "{{.Image}}", `landfall-${stack.stack}-${name}`),
    ),
  );
  await stack.destroy();
  const compose = new ComposeStack(
    run,
    command,
    { web: 28381, api: 28331 },
    {
      WEB_IMAGE: images.web,
      API_IMAGE: images.api,
      PREDICTOR_IMAGE: images.predictor,
      ROUTER_IMAGE: router,
      POSTGRES_IMAGE: postgres,
      REDIS_IMAGE: redis,
      MODEL_SHA256: sha256Of(MODEL),
      MODEL_BACKUP_SHA256: sha256Of(`${MODEL}.backup`),
    },
  );
  await compose.down();
  const composeWith = (name: string, interval: Record<string, string>): Peer => ({
    name,
    apiUrl: compose.apiUrl,
    up: (API_IMAGE) => compose.up({ API_IMAGE, ...interval }),
    down: () => compose.down(),
  });
  const peers: readonly Peer[] = [
    {
      name: "Landfall",
      apiUrl: stack.apiUrl,
      up: (api) => stack.deploy(stack.pin({ ...images, api })),
      down: () => stack.destroy(),
    },
    composeWith(`Compose ${version}`, {
      HEALTH_INTERVAL: "30s",
      STORE_HEALTH_INTERVAL: "10s",
      ROUTER_HEALTH_INTERVAL: "5s",
    }),
    composeWith("Compose, checks every second", {
      HEALTH_INTERVAL: "1s",
      STORE_HEALTH_INTERVAL: "1s",
      ROUTER_HEALTH_INTERVAL: "1s",
    }),
  ];
  const rounds = new Map<string, Round[]>(peers.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    // Nobody always comes first.
    for (let turn = 0; turn < peers.length; turn++) {
      const peer = peers[(round + turn) % peers.length];
      if (peer === undefined) continue;
      run.step(`round ${round + 1} of ${ROUNDS}: ${peer.name}`);
      rounds.get(peer.name)?.push(await play(run, peer, images.api, other));
    }
  }
  report([...rounds]);
});

async function play(run: Run, peer: Peer, before: string, after: string): Promise<Round> {
  await settle();
  const cold = (await timed(() => peer.up(before))).seconds;
  const answer = await fetch(`${peer.apiUrl}/api/version`);
  if (!answer.ok) throw new Error(`${peer.name}: the api answers with status ${answer.status}`);
  const traffic = await Traffic.start(run, apiClients(peer.apiUrl), 600);
  await sleep(AROUND * 1000);
  const redeploy = (await timed(() => peer.up(after))).seconds;
  await sleep(AROUND * 1000);
  const load = await traffic.stop();
  await peer.down();
  const failed = `${load.failures.length} of ${load.requests} requests failed`;
  run.step(`  up ${cold.toFixed(1)} s, redeploy ${redeploy.toFixed(1)} s, ${failed}`);
  return { cold, redeploy, load };
}

function report(results: readonly (readonly [string, readonly Round[]])[]): void {
  const row = (title: string, cell: (rounds: readonly Round[]) => string) => [
    title,
    ...results.map(([, rounds]) => cell(rounds)),
  ];
  const base = results[0]?.[1] ?? [];
  const times = (title: string, seconds: (round: Round) => number) => [
    row(title, (rounds) => spread(rounds.map(seconds), "s")),
    row("  against Landfall", (rounds) =>
      ratio(median(rounds.map(seconds)), median(base.map(seconds))),
    ),
  ];
  printTable(
    [`median of ${ROUNDS}`, ...results.map(([name]) => name)],
    [
      ...times("up from nothing", ({ cold }) => cold),
      ...times("redeploy of api", ({ redeploy }) => redeploy),
      row("requests meanwhile", (rounds) => String(sum(rounds, ({ load }) => load.requests))),
      row("failed", (rounds) => String(failed(rounds))),
      row("longest time without a good answer", (rounds) =>
        spread(
          rounds.map(({ load }) => load.longestOutageMs),
          "ms",
          0,
        ),
      ),
    ],
  );
  const [ours, theirs] = results.map(([, rounds]) => ({
    cold: median(rounds.map(({ cold }) => cold)),
    redeploy: median(rounds.map(({ redeploy }) => redeploy)),
    failed: failed(rounds),
  }));
  if (ours === undefined || theirs === undefined) return;
  const verdicts = [
    `up from nothing: ${against(ours.cold < theirs.cold, "ahead of Compose")}`,
    `redeploy: ${against(ours.redeploy < theirs.redeploy, "ahead of Compose")}`,
    `failed requests: ${against(ours.failed < theirs.failed, "fewer than Compose")}`,
    ...base.flatMap(({ load }) => load.failures).slice(0, 10),
  ];
  process.stdout.write(`${verdicts.join("\n")}\n`);
}

function failed(rounds: readonly Round[]): number {
  return sum(rounds, ({ load }) => load.failures.length);
}

function sum(rounds: readonly Round[], value: (round: Round) => number): number {
  return rounds.reduce((total, round) => total + value(round), 0);
}

function sha256Of(file: string): string {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}
