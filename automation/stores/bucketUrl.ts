/** Where an `s3://` URL leads, in the form in which Pulumi's own S3 backend writes it. */
export interface BucketLocation {
  bucket: string;
  /** Folder in the bucket: empty, or ending with a slash. */
  prefix: string;
  region?: string;
  /** Of another S3 API than Amazon's. */
  endpoint?: string;
  profile?: string;
  /** The bucket's name in the path instead of the host's name. */
  forcePathStyle: boolean;
  encryption?: { type: string; key?: string };
}

const ignored = ["awssdk"];

/**
 * Reads `s3://bucket[/prefix]?region=&endpoint=&s3ForcePathStyle=&disableSSL=&profile=&ssetype=&kmskeyid=`.
 * @throws Error with the rule that the URL breaks; it repeats nothing but the name of a parameter
 */
export function parseBucketUrl(text: string): BucketLocation {
  if (!text.startsWith("s3://") || !URL.canParse(text)) throw new Error("must be an s3:// URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw new Error("must not hold credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  }
  if (url.hostname === "") throw new Error("must name a bucket, as in s3://bucket/prefix");
  const given = new Map(url.searchParams);
  const take = (name: string): string | undefined => {
    const value = given.get(name);
    given.delete(name);
    return value === "" ? undefined : value;
  };
  const truth = (name: string): boolean => /^(?:1|t|true)$/i.test(take(name) ?? "");
  const region = take("region");
  const endpoint = take("endpoint");
  const profile = take("profile");
  const pathStyle = [truth("s3ForcePathStyle"), truth("use_path_style")];
  const plain = [truth("disableSSL"), truth("disable_https")];
  const [type, key] = [take("ssetype"), take("kmskeyid")];
  for (const name of ignored) take(name);
  const [unknown] = given.keys();
  if (unknown !== undefined) throw new Error(`has the unknown parameter "${unknown}"`);
  const folder = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  return {
    bucket: url.hostname,
    prefix: folder === "" ? "" : `${folder}/`,
    forcePathStyle: pathStyle.includes(true),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint: wholeEndpoint(endpoint, plain.includes(true)) }),
    ...(profile === undefined ? {} : { profile }),
    ...(type === undefined ? {} : { encryption: { type, ...(key === undefined ? {} : { key }) } }),
  };
}

/** How people name the place: without parameters, and without what an endpoint may hold beside its host. */
export function describeBucket({ bucket, prefix, endpoint }: BucketLocation): string {
  const at = endpoint === undefined ? "" : ` at ${new URL(endpoint).origin}`;
  return `s3://${bucket}${prefix === "" ? "" : `/${prefix.slice(0, -1)}`}${at}`;
}

function wholeEndpoint(text: string, plain: boolean): string {
  const url = /^https?:\/\//.test(text) ? text : `${plain ? "http" : "https"}://${text}`;
  if (!URL.canParse(url)) throw new Error("has an `endpoint` that is no URL and no host name");
  return url;
}
