import type { Rule } from "../rule";
import { plainSecret } from "../secrets";
import type { Subject } from "../subject";
import { unpinned } from "../image";
import { listOf, texts } from "../values";
import { containerType, factsOf, holdsData, volumeType } from "./facts";

/** The rules that only Docker's resources can break. */
export const dockerRules: readonly Rule[] = [
  {
    name: "nothing-internal-published",
    description: "Only the router publishes ports; databases, caches and predictors never do.",
    fix: "Publish a service through the router: give it `public` or `exposure`, and leave `ports` out.",
    check: (subject) =>
      subject.type === containerType ? published(subject) : publishedPredictor(subject),
  },
  {
    name: "backups",
    description: "Data is protected against deletion, and it is declared how it is backed up.",
    fix: "Set `deletionProtection`, and say in the config `landfall:backups` where and how each volume is backed up.",
    check: ({ type, name, inputs, protect }, { backups }) => {
      if (type !== volumeType || !holdsData(inputs)) return [];
      const how = backups[name];
      const declared = typeof how === "string" && how.trim() !== "";
      return [
        ...(protect ? [] : ["it holds data, is not protected, and so no backup would be missed"]),
        ...(declared ? [] : [`no backup is declared: landfall:backups has no text for ${name}`]),
      ];
    },
  },
  {
    name: "protected-data",
    description: "Volumes that hold data are protected against deletion and replacement.",
    fix: "Set `deletionProtection: true`, or the resource option `protect`.",
    check: ({ type, inputs, protect }) =>
      type === volumeType && holdsData(inputs) && !protect
        ? ["it holds data and is not protected"]
        : [],
  },
  {
    name: "limits",
    description:
      "Containers have limits of memory, CPU (services) and log size: none can starve the host.",
    fix: "Set `resources.memory` and `resources.cpu` of the service; logs are limited by default.",
    check: (subject) => (subject.type === containerType ? unlimited(subject) : []),
  },
  {
    name: "restart",
    description: "Containers come back by themselves after a crash and after the host's restart.",
    fix: "Set `restart` to unless-stopped or always.",
    check: ({ type, inputs, hidden }) => {
      if (type !== containerType || factsOf(inputs).role === "task" || hidden.has("restart"))
        return [];
      const restart = inputs.restart ?? "no";
      return restart === "always" || restart === "unless-stopped"
        ? []
        : [`its restart policy is ${JSON.stringify(restart)}`];
    },
  },
];

/** Images of containers, and those that are pulled, that are not pinned. */
export function unpinnedOnDocker({ type, inputs }: Subject): string[] {
  if (type === "docker:index/remoteImage:RemoteImage") return unpinned(inputs.name);
  return type === containerType ? unpinned(inputs.image) : [];
}

/** Secrets that a container holds in plain. */
export function plainOnDocker({ type, inputs }: Subject): string[] {
  if (type !== containerType) return [];
  const envs = texts(inputs.envs).flatMap((line) => {
    const at = line.indexOf("=");
    const name = at < 0 ? line : line.slice(0, at);
    const why = at < 0 ? undefined : plainSecret(name, line.slice(at + 1));
    return why === undefined ? [] : [`the variable ${name} is in plain: ${why}`];
  });
  const words = [...texts(inputs.command), ...texts(inputs.entrypoints)];
  const commands = words.some((word) => plainSecret("", word)?.includes("credential") === true);
  const files = listOf(inputs.uploads).flatMap(({ file, content }) =>
    typeof content === "string" && plainSecret("", content)?.includes("credential") === true
      ? [`the file ${String(file)} holds a credential in plain`]
      : [],
  );
  return [...envs, ...(commands ? ["its command holds a credential in plain"] : []), ...files];
}

function published({ inputs, hidden }: Subject): string[] {
  const { role } = factsOf(inputs);
  if (role === "router") return [];
  const what = role ?? "a container of no role";
  const ports = listOf(inputs.ports).map(({ external, internal }) =>
    JSON.stringify(external ?? internal ?? "any"),
  );
  const { networkMode, publishAllPorts } = inputs;
  return [
    ...(ports.length > 0 ? [`${what} publishes the ports ${ports.join(", ")}`] : []),
    ...(hidden.has("ports") ? [`${what} publishes ports`] : []),
    ...(networkMode === "host" ? [`${what} shares the host's network`] : []),
    ...(publishAllPorts === true ? [`${what} publishes all its ports`] : []),
  ];
}

/** A route's own port is internal: it answers to the service's name alone. Any other is open to the outside. */
function publishedPredictor({ type, inputs }: Subject): string[] {
  const { service } = inputs;
  if (type !== "pulumi-nodejs:dynamic/landfall:Route") return [];
  if (typeof service !== "string" || !/(^|-)predictor($|-)/.test(service)) return [];
  const open = listOf(inputs.listen).filter(({ hosts }) => {
    return !(Array.isArray(hosts) && hosts.length === 1 && hosts[0] === service);
  });
  return open.length > 0 ? [`the predictor ${service} is open to the outside`] : [];
}

function unlimited({ inputs, hidden }: Subject): string[] {
  const { role } = factsOf(inputs);
  const has = (key: string): boolean => {
    const value = inputs[key];
    return hidden.has(key) || (value !== undefined && value !== "" && Number(value) > 0);
  };
  const cpu = ["cpus", "cpuPeriod", "cpuQuota", "cpuSet", "nanoCpus"].some(
    (key) => has(key) || (key === "cpuSet" && typeof inputs[key] === "string"),
  );
  const logs = inputs.logOpts as Record<string, unknown> | undefined;
  const bounded =
    hidden.has("logOpts") || logs?.["max-size"] !== undefined || inputs.logDriver === "none";
  return [
    // The router holds connections, not data; a limit that it meets would cut all services off at once.
    ...(role !== "router" && !has("memory") ? ["it has no limit of memory"] : []),
    // Databases and caches are given the CPU that is there: slow ones hold every service up.
    ...(!["router", "postgres", "redis"].includes(role ?? "") && !cpu
      ? ["it has no limit of CPU"]
      : []),
    ...(bounded ? [] : ["its log has no limit (logOpts max-size)"]),
  ];
}
