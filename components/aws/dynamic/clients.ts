/** Where and as whom AWS is asked; what is left out comes from the environment. */
export interface AwsAccess {
  readonly region: string;
  /** Profile of the shared config files. @default keys of the environment, else AWS_PROFILE's, else the default one */
  readonly profile?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Milliseconds. An answer that takes longer is asked for again. */
const connectionTimeout = 5_000;
const requestTimeout = 30_000;

/** How often a request is sent at most where the environment does not say (AWS_MAX_ATTEMPTS): throttled ones wait longer each time. */
const defaultAttempts = 6;

/** What every client is made with. */
export interface ClientSettings {
  region: string;
  retryMode: "standard";
  maxAttempts: number;
  requestHandler: { connectionTimeout: number; requestTimeout: number };
  endpoint?: string;
  profile?: string;
  credentials?: Credentials;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** What clients of this process are made with. */
export function clientConfig({ region, profile }: AwsAccess): ClientSettings {
  return clientSettings(process.env, region, profile);
}

/**
 * Settings of clients with an environment, which need not be this process's: the profile that is given, else keys in it,
 * else its profile, else the usual chain (single sign-on, web identity, the role of the machine).
 */
export function clientSettings(env: Env, region: string, given?: string): ClientSettings {
  const set = setIn(env);
  const endpoint = set("AWS_ENDPOINT_URL");
  const profile = given ?? set("AWS_PROFILE");
  const credentials = given === undefined ? keysIn(env) : undefined;
  const attempts = Number(set("AWS_MAX_ATTEMPTS"));
  return {
    region,
    retryMode: "standard",
    maxAttempts: Number.isInteger(attempts) && attempts > 0 ? attempts : defaultAttempts,
    requestHandler: { connectionTimeout, requestTimeout },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? (profile === undefined ? {} : { profile }) : { credentials }),
  };
}

/** Keys that stand in an environment. */
export function keysIn(env: Env): Credentials | undefined {
  const set = setIn(env);
  const [accessKeyId, secretAccessKey] = [set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")];
  const sessionToken = set("AWS_SESSION_TOKEN");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return {
    ...{ accessKeyId, secretAccessKey },
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

/** The region that an environment names. */
export function regionIn(env: Env): string | undefined {
  return setIn(env)("AWS_REGION") ?? setIn(env)("AWS_DEFAULT_REGION");
}

function setIn(env: Env): (name: string) => string | undefined {
  return (name) => (env[name] === "" ? undefined : env[name]);
}

/** Makes a client, has it used, and frees its connections. */
export async function using<C extends { destroy(): void }, T>(
  client: C,
  work: (client: C) => Promise<T>,
): Promise<T> {
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
