import type { Verbs } from "../verb";
import { approve } from "./approve";
import { backup, restore } from "./backup";
import { bootstrap } from "./bootstrap";
import { cancel } from "./cancel";
import { destroy } from "./destroy";
import { diff } from "./diff";
import { doctor } from "./doctor";
import { freeze, unfreeze } from "./freeze";
import { history } from "./history";
import { logs } from "./logs";
import { offlinePlan } from "./offlinePlan";
import { outputs } from "./outputs";
import { plan } from "./plan";
import { preview } from "./preview";
import { promote } from "./promote";
import { prune } from "./prune";
import { refresh } from "./refresh";
import { rollback } from "./rollback";
import { show } from "./show";
import { status } from "./status";
import { feature, readOnly, start, stop } from "./switches";
import { up } from "./up";
import { verify } from "./verify";

/** Every command, in the order in which help lists them. */
export const verbs: Verbs = {
  preview,
  plan,
  offlinePlan,
  up,
  rollback,
  promote,
  destroy,
  freeze,
  unfreeze,
  feature,
  stop,
  start,
  readOnly,
  backup,
  restore,
  status,
  verify,
  outputs,
  logs,
  history,
  show,
  diff,
  refresh,
  approve,
  prune,
  cancel,
  bootstrap,
  doctor,
};
