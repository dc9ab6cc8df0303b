import type { ContainerCreateOptions, HostConfig, MountSettings } from "dockerode";
import type { PropertyMap } from "../../host/values";
import { block, blocks, flag, labelMap, number, text, textMap, texts } from "../bridge/read";
import { durationNanoseconds } from "../schema/duration";
import type { HostSettings } from "./info";

const mebibyte = 1024 * 1024;
const nanoCpus = 1e9;
const unconfinedPaths = "systempaths=unconfined";

/** What to ask the daemon for. Networks and uploads come after it, as with the official provider. */
export function createRequest(inputs: PropertyMap): ContainerCreateOptions {
  const ports = portMaps(inputs);
  const volumes = volumeMounts(inputs);
  const labels = labelMap(inputs);
  return compact({
    name: text(inputs, "name"),
    platform: text(inputs, "platform"),
    Image: text(inputs, "image"),
    Hostname: text(inputs, "hostname"),
    Domainname: text(inputs, "domainname"),
    User: text(inputs, "user"),
    WorkingDir: text(inputs, "workingDir"),
    Tty: flag(inputs, "tty"),
    OpenStdin: flag(inputs, "stdinOpen"),
    StopSignal: text(inputs, "stopSignal"),
    StopTimeout: positive(number(inputs, "stopTimeout")),
    Env: some(texts(inputs, "envs")),
    Cmd: some(texts(inputs, "command")),
    Entrypoint: some(texts(inputs, "entrypoints")),
    Labels: labels,
    Healthcheck: healthcheck(inputs),
    ExposedPorts: ports.exposed,
    Volumes: volumes.targets,
    HostConfig: hostConfig(inputs, ports.bindings, volumes),
  });
}

function hostConfig(
  inputs: PropertyMap,
  portBindings: HostConfig["PortBindings"],
  volumes: VolumeMounts,
): HostSettings {
  const security = texts(inputs, "securityOpts");
  const unconfined = security.includes(unconfinedPaths);
  const capabilities = block(inputs, "capabilities") ?? {};
  return compact<HostSettings>({
    NetworkMode: text(inputs, "networkMode"),
    PortBindings: portBindings,
    PublishAllPorts: flag(inputs, "publishAllPorts"),
    Binds: some(volumes.binds),
    VolumesFrom: some(volumes.from),
    Mounts: mounts(inputs),
    Tmpfs: textMap(inputs, "tmpfs"),
    ReadonlyRootfs: flag(inputs, "readOnly"),
    RestartPolicy: restartPolicy(inputs),
    AutoRemove: flag(inputs, "rm"),
    Init: flag(inputs, "init"),
    Runtime: text(inputs, "runtime"),
    Privileged: flag(inputs, "privileged"),
    CapAdd: some(texts(capabilities, "adds")),
    CapDrop: some(texts(capabilities, "drops")),
    SecurityOpt: some(security.filter((option) => option !== unconfinedPaths)),
    MaskedPaths: unconfined ? [] : undefined,
    ReadonlyPaths: unconfined ? [] : undefined,
    GroupAdd: some(texts(inputs, "groupAdds")),
    UsernsMode: text(inputs, "usernsMode"),
    PidMode: text(inputs, "pidMode"),
    IpcMode: text(inputs, "ipcMode"),
    CgroupParent: text(inputs, "cgroupParent"),
    CgroupnsMode: cgroupNamespace(inputs),
    Dns: some(texts(inputs, "dns")),
    DnsOptions: some(texts(inputs, "dnsOpts")),
    DnsSearch: some(texts(inputs, "dnsSearches")),
    ExtraHosts: some(
      blocks(inputs, "hosts").map((host) => `${text(host, "host")}:${text(host, "ip")}`),
    ),
    Sysctls: textMap(inputs, "sysctls"),
    StorageOpt: textMap(inputs, "storageOpts"),
    LogConfig: {
      Type: text(inputs, "logDriver") ?? "",
      Config: textMap(inputs, "logOpts") ?? {},
    },
    Ulimits: some(
      blocks(inputs, "ulimits").map((limit) => ({
        Name: text(limit, "name"),
        Soft: number(limit, "soft"),
        Hard: number(limit, "hard"),
      })),
    ),
    Devices: some(
      blocks(inputs, "devices").map((device) => ({
        PathOnHost: text(device, "hostPath") ?? "",
        PathInContainer: text(device, "containerPath") ?? text(device, "hostPath") ?? "",
        CgroupPermissions: text(device, "permissions") ?? "rwm",
      })),
    ),
    ShmSize: mebibytes(number(inputs, "shmSize")),
    ...limits(inputs),
    ...cpuQuota(inputs),
  });
}

/** The limits that the daemon can also change in a running container. */
export function limits(inputs: PropertyMap): HostConfig {
  return compact<HostConfig>({
    Memory: mebibytes(number(inputs, "memory")),
    MemoryReservation: mebibytes(number(inputs, "memoryReservation")),
    MemorySwap: mebibytes(number(inputs, "memorySwap")),
    CpuShares: positive(number(inputs, "cpuShares")),
    CpusetCpus: text(inputs, "cpuSet"),
    BlkioDeviceReadBps: rates(inputs, "deviceReadBps"),
    BlkioDeviceReadIOps: rates(inputs, "deviceReadIops"),
    BlkioDeviceWriteBps: rates(inputs, "deviceWriteBps"),
    BlkioDeviceWriteIOps: rates(inputs, "deviceWriteIops"),
  });
}

export function restartPolicy(inputs: PropertyMap): NonNullable<HostConfig["RestartPolicy"]> {
  return {
    Name: text(inputs, "restart") ?? "no",
    MaximumRetryCount: number(inputs, "maxRetryCount") ?? 0,
  };
}

/** A number of CPUs comes before a period and quota of the scheduler, which say the same. */
export function cpuQuota(inputs: PropertyMap): HostConfig {
  const cpus = text(inputs, "cpus");
  if (cpus !== undefined) return { NanoCpus: Math.round(Number(cpus) * nanoCpus) };
  return compact<HostConfig>({
    CpuPeriod: positive(number(inputs, "cpuPeriod")),
    CpuQuota: positive(number(inputs, "cpuQuota")),
  });
}

function cgroupNamespace(inputs: PropertyMap): "private" | "host" | undefined {
  const mode = text(inputs, "cgroupnsMode");
  return mode === "private" || mode === "host" ? mode : undefined;
}

function healthcheck(inputs: PropertyMap): ContainerCreateOptions["Healthcheck"] {
  const check = block(inputs, "healthcheck");
  if (check === undefined) return undefined;
  const span = (key: string): number => durationNanoseconds(text(check, key) ?? "0s") ?? 0;
  return compact({
    Test: texts(check, "tests"),
    Interval: span("interval"),
    Timeout: span("timeout"),
    StartPeriod: span("startPeriod"),
    StartInterval: positive(span("startInterval")),
    Retries: number(check, "retries") ?? 0,
  });
}

interface PortMaps {
  readonly exposed: Record<string, object> | undefined;
  readonly bindings: Record<string, { HostIp: string; HostPort: string }[]> | undefined;
}

function portMaps(inputs: PropertyMap): PortMaps {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of blocks(inputs, "ports")) {
    const key = `${number(port, "internal") ?? 0}/${text(port, "protocol") ?? "tcp"}`;
    (bindings[key] ??= []).push({
      HostIp: text(port, "ip") ?? "0.0.0.0",
      HostPort: String(number(port, "external") ?? 0),
    });
  }
  const keys = Object.keys(bindings);
  if (keys.length === 0) return { exposed: undefined, bindings: undefined };
  return { exposed: Object.fromEntries(keys.map((key) => [key, {}])), bindings };
}

interface VolumeMounts {
  readonly targets: Record<string, object> | undefined;
  readonly binds: string[];
  readonly from: string[];
}

function volumeMounts(inputs: PropertyMap): VolumeMounts {
  const targets: Record<string, object> = {};
  const binds: string[] = [];
  const from: string[] = [];
  for (const volume of blocks(inputs, "volumes")) {
    const container = text(volume, "fromContainer");
    const target = text(volume, "containerPath");
    if (container !== undefined) from.push(container);
    if (target === undefined) continue;
    targets[target] = {};
    const source = text(volume, "hostPath") ?? text(volume, "volumeName");
    if (source === undefined) continue;
    const modes = [flag(volume, "readOnly") ? "ro" : "rw", text(volume, "selinuxRelabel")];
    binds.push(`${source}:${target}:${modes.filter((mode) => mode !== undefined).join(",")}`);
  }
  return { targets: Object.keys(targets).length === 0 ? undefined : targets, binds, from };
}

function mounts(inputs: PropertyMap): MountSettings[] | undefined {
  return some(
    blocks(inputs, "mounts").map((mount) => {
      const volume = block(mount, "volumeOptions");
      const tmpfs = block(mount, "tmpfsOptions");
      const bind = block(mount, "bindOptions");
      return compact<MountSettings>({
        Type: mountType(text(mount, "type")),
        Target: text(mount, "target") ?? "",
        Source: text(mount, "source") ?? "",
        ReadOnly: flag(mount, "readOnly"),
        BindOptions: bind && { Propagation: propagation(text(bind, "propagation")) },
        VolumeOptions: volume && {
          NoCopy: flag(volume, "noCopy"),
          Labels: labelMap(volume),
          DriverConfig: {
            Name: text(volume, "driverName") ?? "",
            Options: textMap(volume, "driverOptions") ?? {},
          },
        },
        TmpfsOptions: tmpfs && {
          SizeBytes: number(tmpfs, "sizeBytes") ?? 0,
          Mode: number(tmpfs, "mode") ?? 0,
        },
      });
    }),
  );
}

function mountType(type: string | undefined): "bind" | "volume" | "tmpfs" {
  return type === "volume" || type === "tmpfs" ? type : "bind";
}

const propagations = ["private", "rprivate", "shared", "rshared", "slave", "rslave"] as const;

function propagation(value: string | undefined): (typeof propagations)[number] {
  return propagations.find((known) => known === value) ?? "rprivate";
}

function rates(inputs: PropertyMap, key: string): { Path: string; Rate: number }[] | undefined {
  return some(
    blocks(inputs, key).map((device) => ({
      Path: text(device, "path") ?? "",
      Rate: number(device, "rate") ?? 0,
    })),
  );
}

/** -1 stands for no limit and has no unit. */
function mebibytes(value: number | undefined): number | undefined {
  if (value === undefined || value === 0) return undefined;
  return value > 0 ? value * mebibyte : value;
}

function positive(value: number | undefined): number | undefined {
  return value === undefined || value <= 0 ? undefined : value;
}

function some<T>(values: T[]): T[] | undefined {
  return values.length === 0 ? undefined : values;
}

/** The daemon tells an absent value from a null one. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
