import type { ContainerInspectInfo, HostConfig } from "dockerode";

interface MoreConfig {
  readonly StopSignal?: string;
  readonly StopTimeout?: number | null;
}

interface MoreNetworkSettings {
  readonly Bridge?: string;
}

/** What the daemon tells of a container, with what the client library's types leave out. */
export type ContainerInfo = Omit<ContainerInspectInfo, "Config" | "NetworkSettings"> & {
  readonly Config: ContainerInspectInfo["Config"] & MoreConfig;
  readonly NetworkSettings: ContainerInspectInfo["NetworkSettings"] & MoreNetworkSettings;
};

export type HostSettings = HostConfig & { CgroupnsMode?: "private" | "host" };
