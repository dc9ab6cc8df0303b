import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { contextHash } from "../../../../components/buildContext";
import { decide } from "../../../../automation/rebuild/decide";
import { readHistory } from "../../../../automation/rebuild/history";
import type { ServicePlan } from "../../../../automation/rebuild/result";
import { buildFacts } from "../../../../automation/rebuild/sources";

const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "t",
  GIT_AUTHOR_EMAIL: "t@example.org",
  GIT_COMMITTER_NAME: "t",
  GIT_COMMITTER_EMAIL: "t@example.org",
};

/** A project in a real git repository, with one service that is built from the folder `app`. */
export class Repository {
  readonly dir: string;
  private readonly top: string;
  private release?: { commit: string; hash: string; dirty: boolean };

  /** @param below Folder of the project in the repository. */
  constructor(below = "") {
    this.top = fs.mkdtempSync(path.join(os.tmpdir(), "landfall-history-"));
    this.dir = path.join(this.top, below);
    fs.mkdirSync(this.dir, { recursive: true });
    this.git("init", "-q", "-b", "main");
  }

  git(...args: readonly string[]): string {
    return execFileSync("git", args, { cwd: this.top, env, encoding: "utf8", stdio: "pipe" });
  }

  write(file: string, content: string): void {
    fs.mkdirSync(path.dirname(path.join(this.dir, file)), { recursive: true });
    fs.writeFileSync(path.join(this.dir, file), content);
  }

  remove(file: string): void {
    fs.rmSync(path.join(this.dir, file), { force: true });
  }

  commit(...more: readonly string[]): void {
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", "step", ...more);
  }

  /** What runs from now on is the working tree as it is. */
  deploy(): void {
    this.release = {
      commit: this.git("rev-parse", "HEAD").trim(),
      hash: this.hash(),
      dirty: this.git("status", "--porcelain", "--untracked-files=no") !== "",
    };
  }

  hash(): string {
    const [context, dockerfile] = ["app", "app/Dockerfile"].map((name) =>
      path.join(this.dir, name),
    );
    return contextHash({ context: context ?? "", dockerfile: dockerfile ?? "" });
  }

  async plan(): Promise<ServicePlan> {
    const release = this.release;
    if (release === undefined) throw new Error("nothing was deployed");
    const history = await readHistory(this.dir, env, { number: 1, commit: release.commit });
    const running = { image: "app", context: "app", dockerfile: "app/Dockerfile" };
    const [plan] = decide({
      release: { number: 1, dirty: release.dirty },
      doubts: [],
      history,
      config: [],
      lockfileChanged: false,
      apart: ["app"],
      services: [
        {
          service: "app",
          source: {
            kind: "built",
            build: buildFacts(this.dir, { ...running, contextHash: release.hash }),
          },
          imagePresent: true,
          files: [],
          patterns: { rebuild: [], restart: [], ignore: [], keys: [] },
          asked: false,
        },
      ],
    });
    if (plan === undefined) throw new Error("no decision");
    return plan;
  }

  drop(): void {
    fs.rmSync(this.top, { recursive: true, force: true });
  }
}
