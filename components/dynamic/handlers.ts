import { createRequire } from "node:module";
import type * as aws from "../aws/dynamic/handlers";
import type * as docker from "../docker/dynamic/handlers";

const load = createRequire(__filename);
const onDocker = () => load("../docker/dynamic/handlers") as typeof docker;
const onAws = () => load("../aws/dynamic/handlers") as typeof aws;

/**
 * What Pulumi's dynamic provider process asks for, by the names that shim.ts puts into the state. A platform's handlers
 * are loaded with the first of its resources: a stack on Docker has no use for AWS's clients.
 */
export const handlers = {
  get route() {
    return onDocker().route;
  },
  get gate() {
    return onDocker().gate;
  },
  get ready() {
    return onDocker().ready;
  },
  get task() {
    return onDocker().task;
  },
  get ports() {
    return onDocker().ports;
  },
  get awsAccount() {
    return onAws().accountCheck;
  },
  get ecsRollout() {
    return onAws().ecsRollout;
  },
  get ecsTask() {
    return onAws().ecsTask;
  },
};

/** The kinds of resources that there are handlers of. */
export type HandlerKind = keyof typeof handlers;
