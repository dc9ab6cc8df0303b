import { lstat, readlink } from "node:fs/promises";

const maxLinks = 255;

/**
 * A path with all its links followed. A relative path stays relative, unlike with `realpath`, so that the same
 * context has the same digest in every checkout.
 *
 * @throws when a link leads nowhere, or in a circle.
 */
export async function resolveLinks(path: string): Promise<string> {
  const parts = path.split("/");
  let done = path.startsWith("/") ? "/" : "";
  for (let links = 0; parts.length > 0;) {
    const part = parts.shift() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      done = parentOf(done);
      continue;
    }
    const next = appended(done, part);
    const stats = await lstat(next).catch((cause: unknown) => {
      throw new Error(`The link ${path} in the build context leads nowhere`, { cause });
    });
    if (!stats.isSymbolicLink()) {
      done = next;
      continue;
    }
    if (++links > maxLinks)
      throw new Error(`The link ${path} in the build context leads in a circle`);
    const target = await readlink(next);
    if (target.startsWith("/")) done = "/";
    parts.unshift(...target.split("/"));
  }
  return done === "" ? "." : done;
}

function appended(folder: string, name: string): string {
  if (folder === "") return name;
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

function parentOf(folder: string): string {
  if (folder === "/") return "/";
  if (folder === "" || folder === ".." || folder.endsWith("/..")) return appended(folder, "..");
  const slash = folder.lastIndexOf("/");
  return slash < 0 ? "" : slash === 0 ? "/" : folder.slice(0, slash);
}
