const digest = /(^|@)sha256:[0-9a-f]{64}$/;

/** What is wrong with a reference that does not say which image it is; what is not known yet is not wrong. */
export function unpinned(image: unknown): string[] {
  if (typeof image !== "string" || digest.test(image)) return [];
  return [`the image ${JSON.stringify(image)} is not pinned by a digest`];
}
