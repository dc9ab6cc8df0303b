/** What a component's page says beyond its source. */
export interface ComponentPage {
  /** Name of the class; its arguments are `<name>Args`. */
  name: string;
  /** File below docs/components. */
  file: string;
  /** One line of the index. */
  summary: string;
  /** What it makes on Docker, one item each. */
  docker: readonly string[];
  /** What it makes on AWS, one item each. */
  aws?: readonly string[];
}

const SERVICE = [
  "One container for each replica. Their logical names carry the revision, so a change makes new ones beside the old ones ([how a change reaches traffic](../zero-downtime.md)).",
  "A gate that polls the readiness path of the new containers from inside the network; the update goes on when all of them answer 200.",
  "A route: its part of the router's configuration, which is switched after the gate.",
  "An image built from `build.context`, or one resolved from `ref`, once for all components that share its name.",
  "Host name for what links to it: its own name, which leads to the router.",
];
const STORE = [
  "A container with `restart: always`, a health check and a limit on its log; `update` waits until the server answers.",
  "A network without a way out (`internal`), joined only by the services that link to it. No port is published.",
  "A change of the container stops the old one first: two servers cannot run on one volume.",
];

export const COMPONENTS: readonly ComponentPage[] = [
  {
    name: "Environment",
    file: "environment.md",
    summary:
      "the network, the router and the naming of one stack; every other component is given one",
    docker: [
      "A check that the public ports are free, before anything else is made: a taken one names who holds it.",
      "A bridge network with a fixed subnet (`<project>-<stack>`).",
      "The router: one HAProxy at the subnet's address .2, the only container that publishes ports, and a volume with its configuration.",
    ],
  },
  {
    name: "ApiService",
    file: "api-service.md",
    summary: "a stateless HTTP service, replaced without a lost request",
    docker: SERVICE,
  },
  {
    name: "PredictorService",
    file: "predictor-service.md",
    summary:
      "an ML predictor: internal only, with a model that is checked before anything is switched",
    docker: [
      ...SERVICE,
      "The model and its backup are copied into the container before it starts. Their checksums are part of the revision, so another model is a rollout like any other.",
    ],
  },
  {
    name: "WebFrontend",
    file: "web-frontend.md",
    summary:
      "static files behind nginx: cache headers, gzip, single-page fallback, security headers",
    docker: [
      ...SERVICE,
      '`/etc/nginx/nginx.conf` and `<root>/config.js` are put into the container, unless `configuration` is `"image"`. nginx then runs as user 101 and writes only to /tmp.',
      "Files in `immutableFolders` are cached for a year, pages and `/config.js` are asked for again each time, the rest for an hour. Unknown paths without an extension answer `index.html`; a missing file stays a 404.",
    ],
  },
  {
    name: "ManagedPostgres",
    file: "managed-postgres.md",
    summary: "a Postgres server with one database and one role, tuned to its memory",
    docker: [
      ...STORE,
      "A volume with the data, protected unless `deletionProtection` is false: `destroy` then refuses, and so does a replacement.",
      "A superuser with a generated password that no service is given. The services' role, its password and its database are asserted at every start.",
    ],
    aws: [
      "An RDS instance on gp3, encrypted with the stack's key, in the private subnets, with backups, log exports, performance insights and deletion protection.",
      "A parameter group: TLS is forced, and `settings` are taken as they are; memory is left to RDS's own formulas.",
      "A master user whose password RDS makes, keeps in Secrets Manager and changes; no service is given it.",
      "A task with the client of the server's version, which asserts the services' role, its password and its database before anything that links to it starts, and again when one of them changes.",
      "A security group that is empty: each link adds the rule for its consumer. `DATABASE_URL` has `sslmode=require`.",
    ],
  },
  {
    name: "RedisCache",
    file: "redis-cache.md",
    summary: "a Redis server with a memory limit, an eviction policy and a password",
    docker: [
      ...STORE,
      "A volume with what is saved; it is not protected, because a cache can be made again.",
      "A configuration file with the password: on the command line every process of the host could read it.",
    ],
    aws: [
      "An ElastiCache replication group, encrypted on its way and at rest, with the generated password as its token. After a change the former one stays valid until the next.",
      "`aws.shards` is cluster mode: consumers are told by `REDIS_MODE=cluster`. `aws.replicas` are in other zones and take over by themselves.",
      "A daily snapshot where `savePoints` ask for any; none where it is `[]`.",
      "A security group that is empty: each link adds the rule for its consumer. `REDIS_URL` begins with `rediss:`.",
    ],
  },
  {
    name: "ObjectStore",
    file: "object-store.md",
    summary: "a private, versioned place for files with the API of S3",
    docker: [
      "Nothing: Docker has no object store here. The component is refused with that message, before anything of it is made.",
    ],
    aws: [
      "An S3 bucket that nobody outside can read, encrypted with the stack's key, that takes TLS alone, with rules for old versions and unfinished uploads.",
      "The consumer's role may get, put and delete its objects and list them; nothing else.",
      "With `aws.cdn`, CloudFront with origin access control, through which everybody can read; such a bucket is encrypted with S3's own key, which CloudFront can use.",
    ],
  },
  {
    name: "Backups",
    file: "backups.md",
    summary: "daily dumps of a database, and a weekly proof that one can be restored",
    docker: [
      "A volume with the dumps, protected unless `deletionProtection` is false.",
      "A container of the database's image that looks every minute whether a dump or a drill is due, and makes up for one that was missed. It joins the database's network alone.",
    ],
    aws: [
      "A bucket of its own, versioned and encrypted, whose objects go after `keepDays`.",
      "Two schedules of EventBridge, each with a Fargate task of two containers: Postgres's client and the AWS CLI. The role that writes dumps cannot read or delete any; the one that tries them cannot write.",
      "Two alarms: no backup for two days, and a drill that has failed.",
    ],
  },
  {
    name: "Alarms",
    file: "alarms.md",
    summary: "thresholds for services, databases and caches, and who is told",
    docker: [
      "No resource. `landfall status` holds what it sees at that moment against the thresholds in the stack's output `alarms`: CPU and memory of the worst replica, connections of a database and the disk that it has left, the share of 5xx answers since the router has started, and the 95th percentile of answer times of the last five minutes, by the router's log. Nothing looks in between, and nobody is told.",
    ],
    aws: [
      "Alarms of CloudWatch to the environment's topic, of two times five minutes: CPU and memory, 5xx answers, p95, unhealthy or missing tasks of services; CPU, connections and disk of databases; CPU and memory of caches; age of the oldest message of queues.",
      "A dashboard with all of them.",
    ],
  },
  {
    name: "MigrationJob",
    file: "migration-job.md",
    summary: "migrations as a one-off task, before any new replica takes traffic",
    docker: [
      "A container that runs to its end with the new image, once for each image, command and `head`; then it is removed.",
      "It starts when what it links to answers. A failure or the time-out fails the update before anything is switched, with its exit code and its last lines.",
      "Before a contracting migration that is pending, the database is backed up to the machine that deploys ([migrations](../migrations.md)).",
      "A deleted job undoes nothing in the database.",
    ],
  },
];
