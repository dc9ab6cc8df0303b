import type { PropertyMap, PropertyValue } from "../../host/values";
import { block, blocks, flag, number, text } from "../bridge/read";
import { formatDuration } from "../schema/duration";
import type { ContainerInfo } from "./info";

const mebibyte = 1024 * 1024;
const nanoCpus = 1e9;

type HostConfig = ContainerInfo["HostConfig"];
type Texts = readonly string[] | null | undefined;

/**
 * A container as the daemon shows it, in the provider's properties.
 *
 * @param recorded inputs, or state: what the daemon does not keep, or shows together with the image's own values
 * (environment, labels, volumes), is taken from it.
 */
export function inspected(info: ContainerInfo, recorded: PropertyMap): PropertyMap {
  const { Config: config, HostConfig: host, State: state } = info;
  const running = state.Running;
  const mustRun = recorded.mustRun !== false;
  return {
    ...recorded,
    ...process(info),
    ...isolation(host, recorded),
    ...resources(host, recorded),
    name: info.Name.replace(/^\//, ""),
    image: text(recorded, "image")?.startsWith("sha256:") === true ? info.Image : config.Image,
    platform: info.Platform,
    labels: recorded.labels ?? [],
    envs: recorded.envs ?? [],
    rm: host.AutoRemove ?? false,
    readOnly: host.ReadonlyRootfs ?? false,
    // A container that should run and does not shows as a change, which the next update undoes by a start.
    mustRun: mustRun && (running || !flag(recorded, "start")),
    exitCode: running ? (recorded.exitCode ?? null) : state.ExitCode,
    bridge: info.NetworkSettings.Bridge ?? "",
    networkDatas: networks(info, recorded),
    ports: running || mustRun ? ports(info, recorded) : (recorded.ports ?? []),
    healthcheck: healthcheck(config),
  };
}

function process({ Config: config, HostConfig: host }: ContainerInfo): PropertyMap {
  return {
    command: [...(config.Cmd ?? [])],
    entrypoints: listOf(config.Entrypoint),
    hostname: config.Hostname,
    domainname: config.Domainname,
    user: config.User,
    workingDir: config.WorkingDir,
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    stopSignal: config.StopSignal ?? "",
    stopTimeout: config.StopTimeout ?? 0,
    init: host.Init ?? false,
    restart: host.RestartPolicy?.Name ?? "no",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    logDriver: host.LogConfig?.Type ?? null,
  };
}

function isolation(host: HostConfig, recorded: PropertyMap): PropertyMap {
  const caps = [...(host.CapAdd ?? []), ...(host.CapDrop ?? [])];
  return {
    capabilities:
      caps.length > 0
        ? { adds: [...(host.CapAdd ?? [])], drops: [...(host.CapDrop ?? [])] }
        : (recorded.capabilities ?? null),
    privileged: host.Privileged ?? false,
    publishAllPorts: host.PublishAllPorts ?? false,
    securityOpts: securityOptions(host, recorded),
    groupAdds: unlessEmpty(host.GroupAdd, recorded.groupAdds),
    dns: unlessEmpty(host.Dns, recorded.dns),
    dnsOpts: unlessEmpty(host.DnsOptions, recorded.dnsOpts),
    dnsSearches: unlessEmpty(host.DnsSearch, recorded.dnsSearches),
    hosts: (host.ExtraHosts ?? []).map(extraHost),
    ipcMode: host.IpcMode ?? "",
    usernsMode: host.UsernsMode ?? "",
    pidMode:
      recorded.pidMode === undefined || recorded.pidMode === null ? null : (host.PidMode ?? ""),
    networkMode: host.NetworkMode ?? "default",
    runtime: host.Runtime ?? "",
    sysctls: mapOr(host.Sysctls, recorded.sysctls),
    storageOpts: mapOr(host.StorageOpt, recorded.storageOpts),
    logOpts: block(recorded, "logOpts") === undefined ? null : mapOr(host.LogConfig?.Config, null),
    tmpfs: mapOr(host.Tmpfs, recorded.tmpfs),
  };
}

function resources(host: HostConfig, recorded: PropertyMap): PropertyMap {
  return {
    memory: mebibytes(host.Memory),
    memoryReservation: mebibytes(host.MemoryReservation),
    memorySwap: memorySwap(host, recorded),
    shmSize: mebibytes(host.ShmSize),
    cpuShares: host.CpuShares ?? 0,
    cpuSet: host.CpusetCpus ?? "",
    cpus: (host.NanoCpus ?? 0) > 0 ? cpus(host.NanoCpus ?? 0, recorded) : (recorded.cpus ?? null),
    ulimits:
      blocks(recorded, "ulimits").length === 0
        ? []
        : (host.Ulimits ?? []).map((limit) => ({
            name: limit.Name ?? "",
            soft: limit.Soft ?? 0,
            hard: limit.Hard ?? 0,
          })),
  };
}

/** Where the program gives no swap limit the daemon chooses one, which is then no difference. */
function memorySwap(host: HostConfig, recorded: PropertyMap): number {
  const swap = host.MemorySwap ?? 0;
  if (
    (number(recorded, "memorySwap") ?? 0) === 0 &&
    (swap === 2 * (host.Memory ?? 0) || swap === -1)
  )
    return 0;
  return mebibytes(swap);
}

function mebibytes(bytes: number | undefined): number {
  if (bytes === undefined) return 0;
  return bytes > 0 ? Math.floor(bytes / mebibyte) : bytes;
}

function cpus(nanos: number, recorded: PropertyMap): string {
  const given = text(recorded, "cpus");
  return given !== undefined && Math.round(Number(given) * nanoCpus) === nanos
    ? given
    : String(nanos / nanoCpus);
}

/** This one is taken in by the client and never reaches the daemon as such. */
function securityOptions(host: HostConfig, recorded: PropertyMap): PropertyValue {
  const unconfined = "systempaths=unconfined";
  const given = recorded.securityOpts;
  const kept = Array.isArray(given) && given.includes(unconfined) ? [unconfined] : [];
  return [...(host.SecurityOpt ?? []), ...kept];
}

function extraHost(entry: string): PropertyMap {
  const colon = entry.indexOf(":");
  return { host: entry.slice(0, colon), ip: entry.slice(colon + 1) };
}

function networks(info: ContainerInfo, recorded: PropertyMap): PropertyMap[] {
  const known = blocks(recorded, "networkDatas").map((data) => text(data, "networkName"));
  const place = (name: string): number => {
    const index = known.indexOf(name);
    return index < 0 ? known.length : index;
  };
  return Object.entries(info.NetworkSettings.Networks)
    .sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
    .map(([networkName, network]) => ({
      networkName,
      ipAddress: network.IPAddress,
      ipPrefixLength: network.IPPrefixLen,
      gateway: network.Gateway,
      globalIpv6Address: network.GlobalIPv6Address,
      globalIpv6PrefixLength: network.GlobalIPv6PrefixLen,
      ipv6Gateway: network.IPv6Gateway,
      macAddress: network.MacAddress,
    }));
}

/** Published ports in the recorded order; the daemon's is that of its map. */
function ports(info: ContainerInfo, recorded: PropertyMap): PropertyMap[] {
  const given = blocks(recorded, "ports");
  if (given.length === 0) return [];
  const found = Object.entries(info.NetworkSettings.Ports ?? {}).flatMap(([key, bindings]) => {
    const [internal, protocol] = key.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      internal: Number(internal),
      external: Number(HostPort),
      ip: HostIp,
      protocol: protocol ?? "tcp",
    }));
  });
  const place = (port: PropertyMap): number =>
    given.findIndex(
      (one) =>
        number(one, "internal") === port.internal &&
        text(one, "protocol") === port.protocol &&
        text(one, "ip") === port.ip,
    );
  return found.sort((a, b) => place(a) - place(b) || a.internal - b.internal);
}

function healthcheck(config: ContainerInfo["Config"]): PropertyMap | null {
  const check = config.Healthcheck;
  if (check === undefined) return null;
  const span = (nanoseconds: number | undefined): string => formatDuration(nanoseconds ?? 0);
  return {
    tests: check.Test ?? [],
    interval: span(check.Interval),
    timeout: span(check.Timeout),
    startPeriod: span(check.StartPeriod),
    startInterval: span("StartInterval" in check ? Number(check.StartInterval) : 0),
    retries: check.Retries ?? 0,
  };
}

function listOf(value: string | string[] | null | undefined): string[] {
  if (value === null || value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** The daemon shows an empty list whether or not one was given. */
function unlessEmpty(list: Texts, recorded: PropertyValue | undefined): PropertyValue {
  if (list !== null && list !== undefined && list.length > 0) return [...list];
  return Array.isArray(recorded) ? [] : null;
}

function mapOr(
  map: Readonly<Record<string, string>> | null | undefined,
  recorded: PropertyValue | undefined,
): PropertyValue {
  if (map !== null && map !== undefined && Object.keys(map).length > 0) return { ...map };
  return recorded === undefined || recorded === null ? null : {};
}
