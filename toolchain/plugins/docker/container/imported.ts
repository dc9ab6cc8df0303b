import type { PropertyMap } from "../../host/values";
import { labelBlocks } from "../bridge/read";
import type { Daemon } from "../client/daemon";
import type { ContainerInfo } from "./info";
import { inspected } from "./inspected";

const ownLabels = "landfall.create";
const defaultNetworks: ReadonlySet<string> = new Set(["default", "bridge"]);

/** A container that no program has recorded yet: what comes from its image is told apart from what was asked for. */
export async function imported(daemon: Daemon, info: ContainerInfo): Promise<PropertyMap> {
  const image = await daemon.find("inspect the container's image", (docker) =>
    docker.getImage(info.Image).inspect(),
  );
  const imageEnvs = new Set(image?.Config.Env ?? []);
  const imageLabels = image?.Config.Labels ?? {};
  const labels = Object.fromEntries(
    Object.entries(info.Config.Labels ?? {}).filter(
      ([key, value]) => key !== ownLabels && imageLabels[key] !== value,
    ),
  );
  const recorded: PropertyMap = {
    start: true,
    mustRun: info.State.Running,
    removeVolumes: true,
    waitTimeout: 60,
    containerReadRefreshTimeoutMilliseconds: 15000,
    attach: false,
    logs: false,
    wait: false,
    envs: (info.Config.Env ?? []).filter((entry) => !imageEnvs.has(entry)),
    labels: labelBlocks(labels),
    logOpts: { ...info.HostConfig.LogConfig?.Config },
    volumes: (info.HostConfig.Binds ?? []).map(bind),
    networksAdvanced: networks(info),
    ports: boundPorts(info),
    ulimits: (info.HostConfig.Ulimits ?? []).map((limit) => ({ name: limit.Name ?? "" })),
  };
  return inspected(info, recorded);
}

function bind(text: string): PropertyMap {
  const [source = "", target = "", modes = ""] = text.split(":");
  const named = !source.startsWith("/");
  return {
    containerPath: target,
    readOnly: modes.split(",").includes("ro"),
    ...(named ? { volumeName: source } : { hostPath: source }),
  };
}

function networks({
  HostConfig: host,
  NetworkSettings: settings,
  Id,
}: ContainerInfo): PropertyMap[] {
  const mode = host.NetworkMode ?? "default";
  const names = Object.keys(settings.Networks);
  if (!defaultNetworks.has(mode) || (names.length === 1 && names[0] === "bridge")) return [];
  return Object.entries(settings.Networks).map(([name, network]) => ({
    name,
    aliases: (network.Aliases ?? []).filter((alias) => !Id.startsWith(alias)),
    ipv4Address: network.IPAMConfig?.IPv4Address ?? "",
  }));
}

function boundPorts({ HostConfig: host }: ContainerInfo): PropertyMap[] {
  return Object.entries(host.PortBindings ?? {}).flatMap(([key, bindings]) => {
    const [internal, protocol = "tcp"] = key.split("/");
    return (bindings ?? []).map(({ HostIp: ip = "" }) => ({
      internal: Number(internal),
      ip: ip === "" ? "0.0.0.0" : ip,
      protocol,
    }));
  });
}
