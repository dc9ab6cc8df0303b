import type { PlatformEnv } from "../types";

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

/**
 * Settings of clients with the operation's environment, which need not be this process's: keys in it, else its profile,
 * else the usual chain (single sign-on, web identity, the role of the machine).
 */
export function clientSettings(env: PlatformEnv, region: string): ClientSettings {
  const set = setIn(env);
  const endpoint = set("AWS_ENDPOINT_URL");
  const profile = set("AWS_PROFILE");
  const credentials = keysIn(env);
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
export function keysIn(env: PlatformEnv): Credentials | undefined {
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
export function regionIn(env: PlatformEnv): string | undefined {
  return setIn(env)("AWS_REGION") ?? setIn(env)("AWS_DEFAULT_REGION");
}

function setIn(env: PlatformEnv): (name: string) => string | undefined {
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
