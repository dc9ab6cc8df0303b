/** What Pulumi's dynamic provider process loads for stacks on AWS; components/dynamic/handlers.ts names it. */
export { accountCheck } from "./account";
export { ecsRollout } from "./rollout";
export { ecsTask } from "./task";
