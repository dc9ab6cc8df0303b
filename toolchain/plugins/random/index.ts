import type { Plugin } from "../host";
import { packageSchema } from "./schema";
import { randomResource } from "./resource";
import type { RandomResource } from "./resource";
import { randomBytes, randomId } from "./resources/bytes";
import { randomInteger } from "./resources/integer";
import { randomPassword } from "./resources/password";
import { randomPet } from "./resources/pet";
import { randomShuffle } from "./resources/shuffle";
import { randomString } from "./resources/string";
import { randomUuid, randomUuid4, randomUuid7 } from "./resources/uuid";

/** The official version whose schema, defaults and replacement rules these are. */
const version = "4.21.2";

const resources: Readonly<Record<string, RandomResource>> = {
  "random:index/randomBytes:RandomBytes": randomBytes,
  "random:index/randomId:RandomId": randomId,
  "random:index/randomInteger:RandomInteger": randomInteger,
  "random:index/randomPassword:RandomPassword": randomPassword,
  "random:index/randomPet:RandomPet": randomPet,
  "random:index/randomShuffle:RandomShuffle": randomShuffle,
  "random:index/randomString:RandomString": randomString,
  "random:index/randomUuid:RandomUuid": randomUuid,
  "random:index/randomUuid4:RandomUuid4": randomUuid4,
  "random:index/randomUuid7:RandomUuid7": randomUuid7,
};

/** Stands in for the official `random` plugin where that cannot be downloaded. */
export const randomPlugin: Plugin = {
  name: "random",
  version,
  resources: Object.fromEntries(
    Object.entries(resources).map(([token, resource]) => [token, randomResource(resource)]),
  ),
  schema: () => packageSchema("random", version, resources),
};
