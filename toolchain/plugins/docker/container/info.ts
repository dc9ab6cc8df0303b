import type { ContainerInspectInfo, HostConfig } from "dockerode";

type Texts = readonly string[] | null;
type TextMap = Readonly<Record<string, string>> | null;

/** The settings of which the client library's types know nothing, or say more than the daemon does. */
interface HostFacts {
  readonly CapAdd?: Texts;
  readonly CapDrop?: Texts;
  readonly ExtraHosts?: Texts;
  readonly LogConfig?: { readonly Type: string; readonly Config?: TextMap };
  readonly PortBindings?: Readonly<Record<string, readonly { HostIp?: string }[] | null>> | null;
  readonly SecurityOpt?: Texts;
  readonly StorageOpt?: TextMap;
  readonly Sysctls?: TextMap;
}

interface ConfigFacts {
  readonly Cmd?: Texts;
  readonly Env?: Texts;
  readonly Labels?: TextMap;
  readonly StopSignal?: string;
  readonly StopTimeout?: number | null;
}

interface NetworkFacts {
  readonly Aliases?: Texts;
  readonly IPAMConfig?: { readonly IPv4Address?: string } | null;
}

type Ports = Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;

interface NetworkSettings {
  readonly Bridge?: string;
  readonly Ports?: Ports | null;
  readonly Networks: Readonly<
    Record<
      string,
      Omit<ContainerInspectInfo["NetworkSettings"]["Networks"][string], keyof NetworkFacts> &
        NetworkFacts
    >
  >;
}

/** What the daemon tells of a container. */
export interface ContainerInfo extends Pick<
  ContainerInspectInfo,
  "Id" | "Name" | "Image" | "Platform" | "State"
> {
  readonly Config: Omit<ContainerInspectInfo["Config"], keyof ConfigFacts> & ConfigFacts;
  readonly HostConfig: Omit<HostConfig, keyof HostFacts> & HostFacts;
  readonly NetworkSettings: NetworkSettings;
}

export type HostSettings = HostConfig & { CgroupnsMode?: "private" | "host" };
