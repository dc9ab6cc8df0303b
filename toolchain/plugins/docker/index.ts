import type { Plugin, ResourceHandler } from "../host";
import { Daemon } from "./client/daemon";
import { checkProviderConfig, daemonOf } from "./config";
import { imageResource } from "./image/resource";
import { containerResource } from "./resources/container";
import { remoteImageResource, tagResource } from "./resources/images";
import { networkResource } from "./resources/network";
import { volumeResource } from "./resources/volume";
import { ownPlace } from "./place";
import { withSecrets } from "./secrets";

const version = "5.2.0";

/** Stands in for the official `docker` plugin where that cannot be downloaded. */
export function dockerPlugin(place = ownPlace()): Plugin {
  let daemon = new Daemon({}, [], place.env);
  const current = (): Daemon => daemon;
  const resources: Record<string, (redact: (text: string) => string) => ResourceHandler> = {
    "docker:index/container:Container": () => containerResource(current),
    "docker:index/image:Image": (redact) => imageResource(current, place.directory, redact),
    "docker:index/network:Network": () => networkResource(current),
    "docker:index/remoteImage:RemoteImage": () => remoteImageResource(current),
    "docker:index/tag:Tag": () => tagResource(current),
    "docker:index/volume:Volume": () => volumeResource(current),
  };
  return {
    name: "docker",
    version,
    acceptSecrets: true,
    resources: Object.fromEntries(
      Object.entries(resources).map(([token, make]) => [token, withSecrets(make)]),
    ),
    checkConfig: checkProviderConfig,
    configure({ config }) {
      daemon = daemonOf(config, place);
    },
  };
}
