/**
 * The digest under which an image's own repository knows it, of all that the daemon knows.
 *
 * @returns an empty text for an image that came from no registry.
 */
export function digestFor(reference: string, repoDigests: readonly string[]): string {
  const repository = repositoryOf(reference);
  return repoDigests.find((digest) => digest.split("@")[0] === repository) ?? repoDigests[0] ?? "";
}

/** A reference without its tag and digest. */
export function repositoryOf(reference: string): string {
  const name = reference.split("@")[0] ?? reference;
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

/** The repository of a reference with everything that Docker implies. */
export function canonicalRepository(reference: string): string {
  const repository = repositoryOf(reference);
  const first = repository.split("/")[0] ?? "";
  const named = repository.includes("/") && (first === "localhost" || /[.:]/.test(first));
  if (named) return repository;
  return `docker.io/${repository.includes("/") ? repository : `library/${repository}`}`;
}
