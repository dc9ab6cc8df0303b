import * as path from "node:path";
import { messageOf } from "../files";
import { baseImageNames, isBaseImageName, type BaseImageName } from "./catalog";
import { ensureBaseImages } from "./ensure";
import { removeBaseImages } from "./remove";

const HELP = `Usage: node bin/base-images.cjs [--force] [--source registry|debian] [--remove] [image…]

Makes sure that the base images are in the local Docker daemon: present ones are used, others pulled when a
registry answers, and else built from Debian packages (which needs root).

  --force             make them anew although they are there, such as for security fixes
  --source <name>     use this source only: registry or debian
  --remove            remove those that were built here
  image…              these only: ${baseImageNames.join(", ")}
`;

interface Arguments {
  help: boolean;
  force: boolean;
  remove: boolean;
  source?: "registry" | "debian";
  only: BaseImageName[];
}

/** The command behind bin/base-images.cjs; resolves to its exit code. */
export async function main(argv: string[]): Promise<number> {
  const args = parse(argv);
  if (typeof args === "string") {
    process.stderr.write(`${args}\n\n${HELP}`);
    return 2;
  }
  if (args.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const only = args.only.length > 0 ? args.only : undefined;
  try {
    if (args.remove) await remove(only);
    else await ensure(args, only);
    return 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return cancelled.signal.aborted ? 130 : 1;
  }
}

const cancelled = new AbortController();

async function ensure(args: Arguments, only: BaseImageName[] | undefined): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      cancelled.abort(new Error("cancelled: no unfinished image was named"));
    });
  }
  const reports = await ensureBaseImages({
    root: path.resolve(process.cwd()),
    only,
    force: args.force,
    sources: args.source === undefined ? undefined : [args.source],
    signal: cancelled.signal,
    onProgress: (line) => process.stdout.write(`${line}\n`),
  });
  for (const { name, source, id, size } of reports) {
    const megabytes = `${Math.round(size / 1e6)} MB`.padStart(7);
    process.stdout.write(
      `${name.padEnd(26)} ${source.padEnd(9)} ${megabytes}  ${id.slice(7, 19)}\n`,
    );
  }
}

async function remove(only: BaseImageName[] | undefined): Promise<void> {
  const { removed, kept } = await removeBaseImages({ only });
  for (const name of removed) process.stdout.write(`${name}: removed\n`);
  for (const { name, reason } of kept) process.stdout.write(`${name}: kept (${reason})\n`);
}

function parse(argv: string[]): Arguments | string {
  const args: Arguments = { help: false, force: false, remove: false, only: [] };
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--help" || word === "-h") args.help = true;
    else if (word === "--force") args.force = true;
    else if (word === "--remove") args.remove = true;
    else if (word === "--source") {
      const source = rest.shift();
      if (source !== "registry" && source !== "debian") {
        return `--source: must be registry or debian, not "${source ?? ""}"`;
      }
      args.source = source;
    } else if (isBaseImageName(word)) args.only.push(word);
    else return `"${word}" is neither an option nor a base image`;
  }
  return args;
}
