/** Where the router's volume is mounted. */
export const DATA = "/var/lib/landfall/router";
/** What HAProxy loads: outside of the volume, so that it may differ from it in addresses that are only good now. */
export const LIVE_FILE = "/tmp/landfall/haproxy.cfg";
/** HAProxy's master command line, on the container's own loopback. */
export const CLI_PORT = 9901;
export const HEALTH_PORT = 9902;
export const HEALTH_PATH = "/landfall/router/health";

/**
 * How long the router keeps an idle connection of a client, and so the longest time in which a process that a
 * reload left may still get a request: it cannot be told of new servers any more.
 */
export const KEEP_ALIVE_SECONDS = 10;

/** What a router without a (valid) saved configuration starts with. A change of it replaces every router. */
export const BOOT_CONFIG = `global
  log stdout format raw local0 notice
  maxconn 64

defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s

frontend landfall_health
  bind 127.0.0.1:${HEALTH_PORT}
  http-request return status 200 content-type text/plain string ok if { path ${HEALTH_PATH} }
  http-request deny deny_status 404
`;
