import type { Migration } from ".";

const HEADER = /^[ \t]*(?:--|#)[ \t]*landfall:[ \t]*(.*?)[ \t]*$/gm;
const MARK = /^contracting(?:,? tolerates ([\w.-]{1,200}))?$/;

/**
 * What a migration says of itself in a comment: `landfall: contracting`, or `landfall: contracting, tolerates <head>`.
 * @throws Error when the comment says anything else: a misspelt mark would make a rollback look safe
 */
export function marksOf(name: string, text: string): Pick<Migration, "contracting" | "tolerates"> {
  const [said, ...others] = [...text.matchAll(HEADER)].map((match) => match[1] ?? "");
  if (said === undefined) return { contracting: false };
  const mark = MARK.exec(said);
  if (mark === null || others.length > 0) {
    const rule = '"landfall: contracting" or "landfall: contracting, tolerates <head>", once';
    throw new Error(`${name}: its landfall comment must be ${rule}, not ${JSON.stringify(said)}`);
  }
  const [, tolerates] = mark;
  return { contracting: true, ...(tolerates === undefined ? {} : { tolerates }) };
}
