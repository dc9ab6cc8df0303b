import type { Block, ResourceSchema } from "../bridge/schema";

/** Labels are a set of pairs in the provider's language. */
export const label: Block = {
  label: { type: "string", required: true, forceNew: true },
  value: { type: "string", required: true, forceNew: true },
};

const firstSchema = '{"schema_version":"1"}';
const timeouts =
  '"e2bfb730-ecaa-11e6-8f88-34363bc7c4c0":{"create":1200000000000,"delete":1200000000000,"update":1200000000000}';

export const containerMeta = `{${timeouts},"schema_version":"2"}`;

export const network: ResourceSchema = {
  meta: firstSchema,
  properties: {
    attachable: { type: "bool", forceNew: true },
    driver: { type: "string", computed: true, forceNew: true },
    ingress: { type: "bool", forceNew: true },
    internal: { type: "bool", computed: true, forceNew: true },
    ipamConfigs: {
      type: "set",
      wire: "ipam_config",
      computed: true,
      forceNew: true,
      of: {
        auxAddress: { type: "map", forceNew: true },
        gateway: { type: "string", forceNew: true },
        ipRange: { type: "string", forceNew: true },
        subnet: { type: "string", forceNew: true },
      },
    },
    ipamDriver: { type: "string", default: "default", forceNew: true },
    ipamOptions: { type: "map", forceNew: true },
    ipv6: { type: "bool", forceNew: true },
    labels: { type: "set", of: label, forceNew: true },
    name: { type: "string", required: true, autonamed: true, forceNew: true },
    options: { type: "map", computed: true, forceNew: true },
    scope: { type: "string", output: true, computed: true },
  },
};

export const volume: ResourceSchema = {
  meta: firstSchema,
  properties: {
    cluster: {
      type: "list",
      one: true,
      of: {},
      unsupported: "Swarm cluster volumes are served by the official plugin only",
    },
    driver: { type: "string", computed: true, forceNew: true },
    driverOpts: { type: "map", forceNew: true },
    labels: { type: "set", of: label, forceNew: true },
    mountpoint: { type: "string", output: true, computed: true },
    name: { type: "string", computed: true, autonamed: true, forceNew: true },
  },
};

export const remoteImage: ResourceSchema = {
  meta: `{${timeouts}}`,
  properties: {
    build: {
      type: "set",
      one: true,
      of: {},
      unsupported: "build images with docker.Image, which this plugin serves",
    },
    forceRemove: { type: "bool" },
    imageId: { type: "string", output: true, computed: true },
    keepLocally: { type: "bool" },
    name: { type: "string", required: true, forceNew: true },
    platform: { type: "string", forceNew: true },
    pullTriggers: { type: "set", of: "string", forceNew: true },
    repoDigest: { type: "string", output: true, computed: true },
    triggers: { type: "map", forceNew: true },
  },
};

export const tag: ResourceSchema = {
  properties: {
    sourceImage: { type: "string", required: true, forceNew: true },
    sourceImageId: { type: "string", output: true, computed: true },
    tagTriggers: { type: "set", of: "string", forceNew: true },
    targetImage: { type: "string", required: true, forceNew: true },
  },
};
