import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { COUNTS, DRILL_SCRIPT, DUMP, DUMP_SCRIPT } from "../backupScripts";
import { postgresImage } from "../postgresRole";
import type { BackupsDeployment, BackupsSpec, TimeOfDay } from "../specs";
import { environmentLines } from "./container";
import type { DockerContext } from "./context";
import { labels, stackName } from "./context";
import { resolveImage } from "./image";

const SCRIPTS = "/landfall";
/** A folder that the image gives to its user postgres: a new volume there is that user's, too. */
const DUMPS = "/var/lib/postgresql/data";

/**
 * Dumps of a database on a volume of their own, made and tried by a container that does nothing else. It asks every minute
 * what is due, so that what a host that was off has missed is made up for.
 */
export function backups(
  context: DockerContext,
  parent: pulumi.ComponentResource,
  spec: BackupsSpec,
): BackupsDeployment {
  const { name, database, at, drill, keepDays } = spec;
  const own = labels(context, { role: "backups", service: name });
  const volume = new docker.Volume(
    `${name}-dumps`,
    { name: stackName(context, name, "dumps"), labels: own },
    { parent, protect: spec.deletionProtection, dependsOn: [context.ports] },
  );
  const ref = database.image ?? postgresImage(database.version);
  const image = resolveImage(context, { kind: "reference", name, ref });
  const container = new docker.Container(
    `${name}-scheduler`,
    {
      name: stackName(context, name),
      image: image.id,
      user: "postgres",
      entrypoints: ["bash", `${SCRIPTS}/schedule`],
      envs: environmentLines({
        ...database.env,
        PGPASSWORD: database.password,
        DUMP_AT: clock(at),
        DRILL_AT: drill === undefined ? "" : clock(drill),
        DRILL_DAY: drill?.day ?? "",
        KEEP_DAYS: String(keepDays),
      }),
      uploads: [
        { file: `${SCRIPTS}/schedule`, content: SCHEDULE, permissions: "0555" },
        { file: `${SCRIPTS}/dump`, content: DUMP_SCRIPT, permissions: "0555" },
        { file: `${SCRIPTS}/drill`, content: DRILL_SCRIPT, permissions: "0555" },
      ],
      networksAdvanced: (database.link.permission.networks ?? []).map((network) => ({
        name: network,
      })),
      volumes: [{ volumeName: volume.name, containerPath: DUMPS }],
      labels: own,
      restart: "always",
      memory: spec.memoryMb,
      memorySwap: spec.memoryMb * 2,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      securityOpts: ["no-new-privileges:true"],
      stopTimeout: 30,
    },
    // Two of them would make every dump twice.
    { parent, deleteBeforeReplace: true, dependsOn: [...database.link.ready] },
  );
  return {
    status: pulumi.all([volume.name, container.name]).apply(([volumeName, containerName]) => ({
      database: database.name,
      keepDays,
      docker: { volume: volumeName, container: containerName },
    })),
  };
}

function clock({ hour, minute }: TimeOfDay): string {
  return [hour, minute].map((part) => String(part).padStart(2, "0")).join(":");
}

/**
 * A dump's folder is named by when it was begun, and has its name only once it is complete. What is due is found out from
 * what is there: the newest time of the day, or of the week, that is over, and whether it was heeded.
 */
const SCHEDULE = `set -u
dumps=${DUMPS}
trap 'kill "\${child:-}" 2>/dev/null; exit 0' TERM INT
now() { date -u +%s; }
# Seconds since 1970 of the newest passing of a time: latest HH:MM [day]
latest() {
  for ago in 0 1 2 3 4 5 6 7; do
    passed=$(date -u -d "$(date -u -d "$ago days ago" +%F) $1" +%s)
    day=$(date -u -d "@$passed" +%a)
    if [ "$passed" -le "$(now)" ] && { [ -z "\${2:-}" ] || [ "\${day,,}" = "$2" ]; }; then echo "$passed"; return; fi
  done
}
newest() { ls -1d "$dumps"/20* 2>/dev/null | tail -n 1; }
written() { stat -c %Y "$1" 2>/dev/null || echo 0; }
dump() {
  rm -rf "$dumps/part" && mkdir "$dumps/part" && cd "$dumps/part" || return 1
  name=$(date -u +%Y%m%dT%H%M%SZ)
  bash ${SCRIPTS}/dump && sync && mv "$dumps/part" "$dumps/$name" && echo "backup done: $name/${DUMP}"
}
drill() {
  cd "$(newest)" 2>/dev/null || { echo "restore drill failed: there is no dump" >&2; return 1; }
  echo "restore drill of $PWD/${DUMP} with ${COUNTS}"
  bash ${SCRIPTS}/drill
}
forget() { find "$dumps" -mindepth 1 -maxdepth 1 -name '20*' -mmin "+$((KEEP_DAYS * 1440))" -exec rm -rf {} +; }
# From when on the first of each is due: not for a time that was over before there was anything to do.
[ -e "$dumps/since" ] || touch "$dumps/since"
while :; do
  since=$(written "$dumps/since")
  pause=60
  due=$(latest "$DUMP_AT")
  if [ "$due" -ge "$since" ] && [ "$(written "$(newest)")" -lt "$due" ]; then
    if dump; then forget; else echo "backup failed: once more in 5 minutes" >&2; pause=300; fi
  fi
  if [ -n "$DRILL_AT" ]; then
    due=$(latest "$DRILL_AT" "$DRILL_DAY")
    # Whether it passed or failed is in the log; it is for people to act, and for the next week to try again.
    if [ "$due" -ge "$since" ] && [ "$(written "$dumps/drilled")" -lt "$due" ]; then drill; touch "$dumps/drilled"; fi
  fi
  sleep "$pause" & child=$!
  wait "$child"
done
`;
