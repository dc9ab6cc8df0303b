import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Problems } from "./errors";
import type { FileStatus } from "./platform";

/** A model that a predictor loads: a file, its checksum and a kept backup. */
export interface ModelArgs {
  /** The artefact, relative to the program. */
  readonly file: string;
  /**
   * SHA-256 of the artefact in hex. A file that does not match fails the deploy.
   * @default what `<file>.sha256` says where it exists; else the file is taken as it is
   */
  readonly sha256?: string;
  /** A kept copy that the service may fall back to, delivered beside the artefact. @default `<file>.backup` where it exists */
  readonly backup?: string;
  /** Folder in the container that the files are put into. @default "/models" */
  readonly folder?: string;
}

/** A file that is delivered read-only into a container. */
export interface DeliveredFile {
  /** Absolute path in the container. */
  readonly path: string;
  /** SHA-256 of the content: part of the revision. */
  readonly sha256: string;
  /** Either the local file, read when the container is made … */
  readonly source?: string;
  /** … or the content itself. */
  readonly content?: string;
}

/** What a predictor is given for its model. */
export interface ModelDelivery {
  readonly files: readonly DeliveredFile[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Reads and checks a model artefact. A missing, empty, unreadable or mismatching file is a mistake: nothing
 * is deployed, so the running revision keeps its model.
 */
export function loadModel(
  args: ModelArgs,
  problems: Problems,
  at = "model",
): ModelDelivery | undefined {
  const folder = args.folder ?? "/models";
  problems.require(
    /^\/[\w./-]*$/.test(folder) && !folder.includes(".."),
    `${at}.folder`,
    "must be an absolute path",
    folder,
  );
  const model = readArtefact(args.file, args.sha256, problems, `${at}.file`);
  if (model === undefined) return undefined;
  const target = (file: string) => `${folder}/${file.split("/").pop() ?? file}`;
  const files: DeliveredFile[] = [
    { path: target(args.file), sha256: model.sha256, source: args.file },
  ];
  const env: Record<string, string> = {
    MODEL_PATH: target(args.file),
    MODEL_SHA256: model.sha256,
  };
  const kept = args.backup ?? defaultBackup(args.file);
  if (kept !== undefined) {
    const backup = readArtefact(kept, undefined, problems, `${at}.backup`);
    if (backup === undefined) return undefined;
    files.push({ path: target(kept), sha256: backup.sha256, source: kept });
    env["MODEL_BACKUP_PATH"] = target(kept);
    env["MODEL_BACKUP_SHA256"] = backup.sha256;
  }
  return { files, env };
}

/** A delivered file as the stack's outputs tell it: no content, and no path of this machine. */
export function fileStatus({ path: target, sha256, source }: DeliveredFile): FileStatus {
  const local = source === undefined ? undefined : path.relative("", source);
  const inside = local !== undefined && !local.startsWith("..") && !path.isAbsolute(local);
  return {
    path: target,
    sha256,
    ...(inside ? { source: local.split(path.sep).join("/") } : {}),
  };
}

function defaultBackup(file: string): string | undefined {
  return fs.existsSync(`${file}.backup`) ? `${file}.backup` : undefined;
}

function readArtefact(
  file: string,
  expected: string | undefined,
  problems: Problems,
  at: string,
): { sha256: string } | undefined {
  let content: Buffer;
  try {
    content = fs.readFileSync(file);
  } catch (error) {
    problems.add(
      at,
      `must be a readable file (${(error as NodeJS.ErrnoException).code ?? "unreadable"})`,
      file,
    );
    return undefined;
  }
  if (!problems.require(content.length > 0, at, "must not be empty", file)) return undefined;
  if (/\.json(\.backup)?$/.test(file) && !isJson(content)) {
    problems.add(at, "must be valid JSON", file);
    return undefined;
  }
  const sha256 = createHash("sha256").update(content).digest("hex");
  const wanted = (expected ?? sidecar(file))?.toLowerCase();
  if (wanted !== undefined && wanted !== sha256) {
    problems.add(at, `must have the SHA-256 ${wanted}; ${file} has`, sha256);
    return undefined;
  }
  return { sha256 };
}

/** The checksum in `<file>.sha256`, in the format of `sha256sum`. */
function sidecar(file: string): string | undefined {
  const name = `${file}.sha256`;
  if (!fs.existsSync(name)) return undefined;
  return fs.readFileSync(name, "utf8").trim().split(/\s+/)[0];
}

function isJson(content: Buffer): boolean {
  try {
    JSON.parse(content.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}
