/** An HTTP answer as it came. */
export interface Answer {
  status: number;
  /** Without parameters, in lower case; empty where there is none. */
  contentType: string;
  body: Buffer;
  /** Whether all of the body is there. */
  complete: boolean;
}

/** Reads an answer; undefined where the bytes are none. */
export function parseAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)( |$)/.exec(first)?.[1];
  if (status === undefined) return undefined;
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = bytes.subarray(end + 4);
  const contentType = (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const coding = headers.get("transfer-encoding")?.toLowerCase();
  return {
    status: Number(status),
    contentType,
    ...bodyOf(rest, coding, headers.get("content-length")),
  };
}

function bodyOf(
  rest: Buffer,
  coding: string | undefined,
  length: string | undefined,
): Pick<Answer, "body" | "complete"> {
  if (coding?.endsWith("chunked") === true) return dechunked(rest);
  if (length === undefined) return { body: rest, complete: true };
  return { body: rest.subarray(0, Number(length)), complete: rest.length >= Number(length) };
}

function dechunked(bytes: Buffer): Pick<Answer, "body" | "complete"> {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf("\r\n", at);
    const size = line < 0 ? NaN : parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    if (Number.isNaN(size)) return { body: Buffer.concat(parts), complete: false };
    if (size === 0) return { body: Buffer.concat(parts), complete: true };
    const start = line + 2;
    parts.push(bytes.subarray(start, start + size));
    if (start + size > bytes.length) return { body: Buffer.concat(parts), complete: false };
    at = start + size + 2;
  }
}

/** Whether an answer says that its body is JSON. */
export function isJson({ contentType }: Answer): boolean {
  return contentType === "application/json" || contentType.endsWith("+json");
}

/** The body as JSON; undefined where it is none. */
export function jsonOf({ body, complete }: Answer): unknown {
  if (!complete) return undefined;
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
