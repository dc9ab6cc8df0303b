import * as fs from "node:fs";
import * as path from "node:path";
import { dump, load } from "js-yaml";
import { Deployer } from "../../automation";
import { docker } from "../../test/docker/stack/harness";
import { ROOT, stackConfig } from "../../test/support/program";
import type { Run } from "./bench";
import { environment } from "./engine";
import { lines } from "./stack";

/** The repository's program in a project of its own, with applications of its own that may be changed. */
export class CopiedProject {
  readonly deployer: Deployer;
  private readonly folder: string;
  private readonly state: string;

  constructor(
    run: Run,
    readonly stack: string,
    private readonly ports: { web: number; api: number },
  ) {
    this.folder = path.join(ROOT, ".landfall", "tmp", stack);
    this.state = path.join(this.folder, "state");
    fs.rmSync(this.folder, { recursive: true, force: true });
    fs.mkdirSync(this.state, { recursive: true });
    this.write();
    this.deployer = new Deployer({ projectDir: this.folder, env: environment(this.state) });
    run.defer(() => this.remove());
  }

  /** Changes the API's code, as somebody would who has changed a line of it. */
  change(version: string): void {
    const file = path.join(this.folder, "apps", "api", "src", "server.js");
    const source = fs.readFileSync(file, "utf8").replace(/\nlog.debug\(.*\n$/, "\n");
    fs.writeFileSync(file, `${source}log.debug(${JSON.stringify(version)});\n`);
  }

  /** The revision that the API's public route tells; undefined where it does not answer. */
  async revision(): Promise<string | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.ports.api}/api/health`);
      return ((await response.json()) as { revision?: string }).revision;
    } catch {
      return undefined;
    }
  }

  private write(): void {
    const isSource = (file: string) => !/\/(node_modules|test|\.venv|__pycache__)$/.test(file);
    fs.cpSync(path.join(ROOT, "apps"), path.join(this.folder, "apps"), {
      recursive: true,
      filter: isSource,
    });
    const own = load(fs.readFileSync(path.join(ROOT, "Pulumi.yaml"), "utf8")) as object;
    const runtime = { name: "nodejs", options: { typescript: false } };
    this.file("Pulumi.yaml", dump({ ...own, main: "index.js", runtime }));
    const loader = JSON.stringify(path.join(ROOT, "bin", "load.cjs"));
    this.file("index.js", `module.exports = require(${loader})("index");\n`);
    const config = {
      ...stackConfig("dev"),
      "landfall:webPort": this.ports.web,
      "landfall:apiPort": this.ports.api,
    };
    this.file(`Pulumi.${this.stack}.yaml`, dump({ config }));
  }

  private file(name: string, text: string): void {
    fs.writeFileSync(path.join(this.folder, name), text);
  }

  private async remove(): Promise<void> {
    await this.deployer.destroy({ stack: this.stack, includeProtected: true, remove: true });
    const names = lines(await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}"));
    const own = names.filter((name) => name.startsWith(`landfall-${this.stack}/`));
    if (own.length > 0) await docker("rmi", ...own);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
