import type { Verdict } from "./results";

/** Process exit codes: the CLI's, and what the HTTP service maps to a status. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  rolledBack: 3,
  unverified: 4,
  locked: 5,
  refused: 6,
  cancelled: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const verdictExitCodes: Record<Verdict, ExitCode> = {
  deployed: exitCodes.ok,
  unchanged: exitCodes.ok,
  failed: exitCodes.failed,
  rolled_back: exitCodes.rolledBack,
  unverified: exitCodes.unverified,
};

/** Every error code, with its exit code, what it means and what to do. `docs/errors.md` is checked against it. */
export const errorTable = {
  usage: {
    exitCode: exitCodes.usage,
    meaning: "An argument is missing, unknown or wrong.",
    fix: "Correct the argument that the message names.",
  },
  config: {
    exitCode: exitCodes.usage,
    meaning:
      "The stack's config is missing a key, or a value breaks its rule. Nothing was changed.",
    fix: "Correct all the keys that the message names, in Pulumi.<stack>.yaml or with `pulumi config set`.",
  },
  project_not_found: {
    exitCode: exitCodes.usage,
    meaning: "The folder holds no Pulumi project, or its Pulumi.yaml cannot be read.",
    fix: "Run in the project's folder, or pass `cwd`.",
  },
  stack_not_found: {
    exitCode: exitCodes.usage,
    meaning: "The backend has no such stack.",
    fix: "Use one of the stacks that the message lists, or deploy it first.",
  },
  release_not_found: {
    exitCode: exitCodes.usage,
    meaning: "There is no such release, or none to go back to.",
    fix: "Choose a number from `landfall history`.",
  },
  wrong_passphrase: {
    exitCode: exitCodes.usage,
    meaning: "The passphrase does not open the stack's secrets.",
    fix: "Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the stack's passphrase.",
  },
  toolchain: {
    exitCode: exitCodes.failed,
    meaning: "The Pulumi engine is not there or does not start.",
    fix: "Run `landfall doctor`, and do what it names.",
  },
  plugin_missing: {
    exitCode: exitCodes.failed,
    meaning: "A provider plugin is not installed and could not be downloaded.",
    fix: "Run the set-up again with a network that reaches the plugin's source, or install it with `pulumi plugin install`.",
  },
  backend_unreachable: {
    exitCode: exitCodes.failed,
    meaning: "The state backend does not answer, or refuses access.",
    fix: "Check PULUMI_BACKEND_URL, the network and the credentials.",
  },
  docker_unreachable: {
    exitCode: exitCodes.failed,
    meaning: "The Docker daemon does not answer.",
    fix: "Start it, or set DOCKER_HOST to one that runs.",
  },
  credentials: {
    exitCode: exitCodes.failed,
    meaning: "The credentials of the cloud are missing, wrong or expired, or no region is set.",
    fix: "Log in again (`aws sso login`, or new AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), then run the command again.",
  },
  access_denied: {
    exitCode: exitCodes.failed,
    meaning: "The cloud does not allow it to these credentials.",
    fix: "Allow the action that the message names on the resource that it names, or use other credentials.",
  },
  throttled: {
    exitCode: exitCodes.failed,
    meaning: "The cloud refused requests because it is asked too often, and went on refusing them.",
    fix: "Wait a minute and run the command again; AWS_MAX_ATTEMPTS sets how often a request is tried.",
  },
  platform_unreachable: {
    exitCode: exitCodes.failed,
    meaning: "The cloud's API does not answer.",
    fix: "Check the network, AWS_ENDPOINT_URL where it is set, and the cloud's own status page.",
  },
  platform: {
    exitCode: exitCodes.failed,
    meaning: "The cloud's API refused a request.",
    fix: "See what it said in the message.",
  },
  locked: {
    exitCode: exitCodes.locked,
    meaning: "Another update holds the stack's lock.",
    fix: "Wait for it (`wait`), or run `landfall cancel` if it is dead.",
  },
  pending_operations: {
    exitCode: exitCodes.failed,
    meaning: "An earlier update was killed, and what it left could not be mended safely.",
    fix: "Look at the resources that the message names, then run `landfall refresh`.",
  },
  program: {
    exitCode: exitCodes.failed,
    meaning: "The program threw. The message has its own frames of the stack trace.",
    fix: "Mend the program.",
  },
  resource_failed: {
    exitCode: exitCodes.failed,
    meaning: "A resource could not be created, changed or deleted.",
    fix: "See the provider's message; what was done before it is in the state, so that the next update goes on from there.",
  },
  gate_failed: {
    exitCode: exitCodes.failed,
    meaning: "A new revision did not get ready in time. The old one was not touched and serves.",
    fix: "Look at the service's logs (`landfall logs --service <name>`), mend it and deploy again.",
  },
  migration_failed: {
    exitCode: exitCodes.failed,
    meaning:
      "A one-off task before the switch failed. The old revision was not touched and serves.",
    fix: "Look at the task's log in the message, mend it and deploy again.",
  },
  not_running: {
    exitCode: exitCodes.failed,
    meaning:
      "The engine finished, but what is running is not what was deployed, or does not answer.",
    fix: "See the reasons by service; `landfall status` and `landfall logs` show more.",
  },
  rollback_failed: {
    exitCode: exitCodes.failed,
    meaning: "The update did not hold, and the earlier release could not be put back either.",
    fix: "See both reasons, and `landfall status` for what runs; `landfall rollback` tries again.",
  },
  rolled_back: {
    exitCode: exitCodes.rolledBack,
    meaning: "The update did not hold, and the earlier release is back and serves.",
    fix: "Mend what the message names and deploy again.",
  },
  database: {
    exitCode: exitCodes.failed,
    meaning: "A database refused a statement of Landfall's, or does not do what it was told.",
    fix: "Read what the database said, and `landfall logs` of it; then run the command again.",
  },
  unverified: {
    exitCode: exitCodes.unverified,
    meaning: "The engine finished, but what is running could not be observed.",
    fix: "Make the platform reachable from here, then run `landfall verify`.",
  },
  refused: {
    exitCode: exitCodes.refused,
    meaning: "A policy or a safety gate forbids it. Nothing was changed.",
    fix: "Follow the message: it names the rule and what breaks it.",
  },
  beyond_plan: {
    exitCode: exitCodes.failed,
    meaning:
      "The engine began something that the saved plan does not list, and was stopped. What it had begun by then was brought to an end.",
    fix: "Look at what runs (`landfall status`), make a new plan with `landfall preview --save`, and carry that out.",
  },
  image_gone: {
    exitCode: exitCodes.refused,
    meaning: "An image that the release ran is not there any more, so it cannot be rolled back to.",
    fix: "Choose another release, or build and tag the image again.",
  },
  registry: {
    exitCode: exitCodes.failed,
    meaning:
      "The registry did not take or give an image. Nothing was switched to it, and what ran before serves.",
    fix: "Make the registry that the message names reachable, check `registryUser` and `registryPassword`, and deploy again.",
  },
  protected: {
    exitCode: exitCodes.refused,
    meaning: "A protected resource would be deleted or replaced. Nothing was changed.",
    fix: "Take the change back, or unprotect the resource deliberately.",
  },
  engine: {
    exitCode: exitCodes.failed,
    meaning: "The engine failed in a way that has no code of its own.",
    fix: "See the engine's words in the message.",
  },
  cancelled: {
    exitCode: exitCodes.cancelled,
    meaning: "The operation was cancelled. The state is consistent and the lock is free.",
    fix: "Run it again to go on from where it stopped.",
  },
} as const satisfies Record<string, { exitCode: ExitCode; meaning: string; fix: string }>;

export type ErrorCode = keyof typeof errorTable;
