import type { Rule } from "../rule";
import { publicData } from "./data";
import { plainAtRest, plainInTransit } from "./encryption";
import { deletable, endlessLogs, singleZone, unsavedDatabase } from "./lasting";
import { widePermissions } from "./permissions";
import { missingTags } from "./tags";
import { mutableTags, publicAddresses } from "./tasks";

/** The rules that only AWS's resources can break. */
export const awsRules: readonly Rule[] = [
  {
    name: "private-data",
    description: "Databases, caches and buckets are not reached from the internet.",
    fix: "Leave `publiclyAccessible` and public rights out, and let in by security groups, not by 0.0.0.0/0.",
    check: publicData,
  },
  {
    name: "encryption-at-rest",
    description: "Data, logs, secrets, topics and images are encrypted, with the stack's key.",
    fix: "Set the input that the message names; the environment has a key for it.",
    check: plainAtRest,
  },
  {
    name: "encryption-in-transit",
    description:
      "Clients, load balancers, databases and caches speak TLS 1.2 or later, and no less.",
    fix: "Lead HTTP to HTTPS, and set the TLS policy or the input that the message names.",
    check: plainInTransit,
  },
  {
    name: "least-privilege",
    description: "Policies of roles name their actions and resources.",
    fix: "Name each action, and the ARNs that it is needed for.",
    check: widePermissions,
  },
  {
    name: "log-retention",
    description: "Log groups say how long they are kept.",
    fix: "Set `retentionInDays`; the environment's is `aws.logRetentionDays`.",
    check: endlessLogs,
  },
  {
    name: "tags",
    description: "Resources say whose they are: Project, Environment and ManagedBy.",
    fix: "Set the tags; components of the library do it themselves.",
    check: missingTags,
  },
  {
    name: "multi-az",
    description: "Production's databases and caches have a standby in another zone.",
    fix: "Set `aws.multiAz` of the database and `aws.replicas` of the cache.",
    check: singleZone,
  },
  {
    name: "deletion-protection",
    description:
      "Production's databases, load balancers, buckets and images are not deleted by mistake.",
    fix: "Set `deletionProtection: true`, and leave `forceDestroy` and `forceDelete` out.",
    check: deletable,
  },
  {
    name: "immutable-tags",
    description: "Tags of images in ECR cannot be moved.",
    fix: "Set `imageTagMutability` to IMMUTABLE.",
    check: mutableTags,
  },
  {
    name: "no-public-ips",
    description: "Tasks have private addresses, and get out through NAT or endpoints.",
    fix: "Leave `assignPublicIp` and `mapPublicIpOnLaunch` out.",
    check: publicAddresses,
  },
  {
    name: "database-backups",
    description: "Databases can be put back to an earlier minute: a week of them in production.",
    fix: "Set `backupRetentionPeriod`: `aws.backupDays` of the database.",
    check: unsavedDatabase,
  },
];
