import type { Block, Property, ResourceSchema } from "../bridge/schema";
import { comparableContainer } from "../container/comparable";
import type { PropertyValue } from "../../host/values";
import { atLeast, absolutePath, base64, duration, matches, oneOf, port } from "./checks";
import { mounts } from "./mounts";
import { containerMeta, label } from "./small";
import { durationNanoseconds } from "./duration";

const fixed = { forceNew: true } as const;
const text: Property = { type: "string", ...fixed };
const flag: Property = { type: "bool", ...fixed };
const texts: Property = { type: "set", of: "string", ...fixed };
const count: Property = { type: "int", check: atLeast(0) };

const rate: Block = {
  path: { type: "string", required: true },
  rate: { type: "int", required: true, check: atLeast(0) },
};
const rates: Property = { type: "set", of: rate };

/** An empty text is the daemon's own default. */
const unlessEmpty = (old: PropertyValue, next: PropertyValue): boolean =>
  next === "" || next === null || old === next;

const sameDuration = (old: PropertyValue, next: PropertyValue): boolean =>
  typeof old === "string" &&
  typeof next === "string" &&
  durationNanoseconds(old) === durationNanoseconds(next);

const span: Property = {
  type: "string",
  default: "0s",
  check: duration,
  equivalent: sameDuration,
};

const healthcheck: Block = {
  interval: span,
  retries: { type: "int", default: 0, check: atLeast(0) },
  startInterval: span,
  startPeriod: span,
  tests: { type: "list", of: "string", wire: "test" },
  timeout: span,
};

const networksAdvanced: Block = {
  aliases: texts,
  driverOpts: texts,
  gwPriority: { type: "int", ...fixed, check: atLeast(0) },
  ipv4Address: text,
  ipv6Address: text,
  linkLocalIps: texts,
  macAddress: text,
  name: { ...text, required: true },
};

const ports: Block = {
  external: { type: "int", computed: true, ...fixed, check: port },
  internal: { type: "int", required: true, ...fixed, check: port },
  ip: { ...text, default: "0.0.0.0" },
  protocol: { ...text, default: "tcp", check: oneOf("tcp", "udp", "sctp") },
};

const uploads: Block = {
  content: text,
  contentBase64: { ...text, check: base64 },
  executable: { ...flag, default: false },
  file: { ...text, required: true },
  permissions: { ...text, check: matches(/^0[0-7]{3}$/, "four octal digits such as 0644") },
  source: text,
  sourceHash: text,
};

const volumes: Block = {
  containerPath: text,
  fromContainer: text,
  hostPath: { ...text, check: absolutePath },
  readOnly: flag,
  selinuxRelabel: { ...text, check: oneOf("z", "Z") },
  volumeName: text,
};

const devices: Block = {
  containerPath: text,
  hostPath: { ...text, required: true },
  permissions: { ...text, default: "rwm" },
};

const ulimits: Block = {
  hard: { type: "int", required: true, ...fixed },
  name: { ...text, required: true },
  soft: { type: "int", required: true, ...fixed },
};

const networkDatas: Block = {
  gateway: { type: "string" },
  globalIpv6Address: { type: "string" },
  globalIpv6PrefixLength: { type: "int" },
  ipAddress: { type: "string" },
  ipPrefixLength: { type: "int" },
  ipv6Gateway: { type: "string" },
  macAddress: { type: "string" },
  networkName: { type: "string" },
};

const accelerators = "GPUs and device requests are served by the official plugin only";

const properties: Block = {
  attach: { type: "bool", default: false },
  bridge: { type: "string", output: true, computed: true },
  capabilities: { type: "set", one: true, ...fixed, of: capabilitiesBlock() },
  cgroupParent: text,
  cgroupnsMode: { ...text, check: oneOf("private", "host") },
  command: { type: "list", of: "string", computed: true, ...fixed },
  containerLogs: { type: "string", output: true, computed: true },
  containerReadRefreshTimeoutMilliseconds: { type: "int", default: 15000 },
  cpuPeriod: count,
  cpuQuota: count,
  cpuSet: { type: "string", check: matches(/^\d+([,-]\d+)*$/, "CPU numbers such as 0-1,3") },
  cpuShares: count,
  cpus: {
    ...text,
    check: matches(/^\d+(\.\d+)?$/, "a number of CPUs such as 0.5"),
    equivalent: (old, next) => Number(old) === Number(next),
  },
  destroyGraceSeconds: { type: "int" },
  deviceReadBps: rates,
  deviceReadIops: rates,
  deviceRequests: { type: "set", of: {}, ...fixed, unsupported: accelerators },
  deviceWriteBps: rates,
  deviceWriteIops: rates,
  devices: { type: "set", of: devices, ...fixed },
  dns: texts,
  dnsOpts: texts,
  dnsSearches: { ...texts, wire: "dns_search" },
  domainname: text,
  entrypoints: { type: "list", of: "string", computed: true, ...fixed, wire: "entrypoint" },
  envs: { ...texts, computed: true, wire: "env" },
  exitCode: { type: "int", output: true, computed: true },
  gpus: { ...text, unsupported: accelerators },
  groupAdds: { ...texts, wire: "group_add" },
  healthcheck: { type: "list", one: true, of: healthcheck, computed: true },
  hostname: { ...text, computed: true },
  hosts: {
    type: "set",
    of: { host: { ...text, required: true }, ip: { ...text, required: true } },
    ...fixed,
    wire: "host",
  },
  image: { ...text, required: true },
  init: { type: "bool", computed: true },
  ipcMode: { ...text, computed: true },
  labels: { type: "set", of: label, computed: true, ...fixed },
  logDriver: { ...text, computed: true },
  logOpts: { type: "map", ...fixed },
  logs: { type: "bool", default: false },
  maxRetryCount: { type: "int" },
  memory: count,
  memoryReservation: { ...count, default: 0 },
  memorySwap: { type: "int", check: atLeast(-1) },
  mounts: { type: "set", of: mounts, ...fixed },
  mustRun: { type: "bool", default: true },
  name: { ...text, required: true, autonamed: true },
  networkDatas: {
    type: "list",
    of: networkDatas,
    output: true,
    computed: true,
    wire: "network_data",
  },
  networkMode: { ...text, default: "bridge" },
  networksAdvanced: { type: "set", of: networksAdvanced, ...fixed },
  pidMode: text,
  platform: { ...text, computed: true },
  ports: { type: "list", of: ports, ...fixed },
  privileged: flag,
  publishAllPorts: flag,
  readOnly: { ...flag, default: false },
  removeVolumes: { type: "bool", default: true },
  restart: {
    type: "string",
    default: "no",
    check: oneOf("no", "on-failure", "always", "unless-stopped"),
  },
  rm: { type: "bool", default: false },
  runtime: { ...text, computed: true },
  securityOpts: { ...texts, computed: true },
  shmSize: { ...count, computed: true, ...fixed },
  start: { type: "bool", default: true },
  stdinOpen: { ...flag, default: false },
  stopSignal: { ...text, computed: true },
  stopTimeout: { type: "int", computed: true, ...fixed },
  storageOpts: { type: "map", ...fixed },
  sysctls: { type: "map", ...fixed },
  tmpfs: { type: "map" },
  tty: { ...flag, default: false },
  ulimits: { type: "set", of: ulimits, ...fixed, wire: "ulimit" },
  uploads: { type: "set", of: uploads, ...fixed, wire: "upload" },
  user: { ...text, equivalent: unlessEmpty },
  usernsMode: text,
  volumes: { type: "set", of: volumes, ...fixed },
  wait: { type: "bool", default: false },
  waitTimeout: { type: "int", default: 60 },
  workingDir: { ...text, equivalent: unlessEmpty },
};

function capabilitiesBlock(): Block {
  return { adds: { ...texts, wire: "add" }, drops: { ...texts, wire: "drop" } };
}

export const container: ResourceSchema = {
  meta: containerMeta,
  deleteBeforeReplace: true,
  comparable: comparableContainer,
  properties,
};
