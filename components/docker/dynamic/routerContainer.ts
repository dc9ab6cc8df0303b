import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import * as path from "node:path";
import { BOOT_CONFIG, CLI_PORT, DATA, HEALTH_PATH, HEALTH_PORT, LIVE_FILE } from "./router/files";

const BOOT_FILE = "/usr/local/etc/haproxy/haproxy.cfg";

// What the volume holds is taken when HAProxy accepts it; otherwise the router starts without services and
// answers that it has none. Only the copy under /tmp is ever loaded, so that a reload reads what was checked.
// It is writable for all: the one who changes it may be a root without capabilities.
const START = `
umask 000
mkdir -p ${path.posix.dirname(LIVE_FILE)}
if [ -f ${DATA}/haproxy.cfg ] && haproxy -c -q -f ${DATA}/haproxy.cfg; then cat ${DATA}/haproxy.cfg > ${LIVE_FILE}
else cat ${BOOT_FILE} > ${LIVE_FILE}; fi
umask 022
exec haproxy -W -db -S 127.0.0.1:${CLI_PORT} -f ${LIVE_FILE}`.trim();

const HEALTH = `exec 3<>/dev/tcp/127.0.0.1/${HEALTH_PORT} && printf 'GET ${HEALTH_PATH} HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -t 2 line <&3 && [[ $line == *" 200 "* ]]`;

export interface RouterContainerArgs {
  /** Name of the volume that keeps the router's configuration. */
  volume: pulumi.Input<string>;
}

/**
 * The part of the router's container that this folder's resources rely on: what it runs, as whom, its volume, its
 * health. Nothing in it depends on the services, so that no change of them replaces the router.
 */
export function routerContainer(args: RouterContainerArgs) {
  return {
    command: ["bash", "-c", START],
    user: "haproxy",
    uploads: [{ file: BOOT_FILE, content: BOOT_CONFIG }],
    volumes: [{ volumeName: args.volume, containerPath: DATA }],
    healthcheck: {
      tests: ["CMD", "bash", "-c", HEALTH],
      interval: "5s",
      timeout: "3s",
      startPeriod: "5s",
      retries: 3,
    },
    // HAProxy's soft stop: requests that are under way end, new ones are not taken.
    stopSignal: "SIGUSR1",
    destroyGraceSeconds: 10,
  } satisfies Partial<docker.ContainerArgs>;
}
