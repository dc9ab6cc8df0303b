/** A text under its heading, for the end of a message; nothing when there is no text. */
export function quotedLines(heading: string, text: string): string {
  if (text === "") return "";
  const lines = text.split("\n").map((line) => `  ${line}`);
  return `\n${heading}:\n${lines.join("\n")}`;
}
