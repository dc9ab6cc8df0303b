import type { Platform } from "../types";
import { backups } from "./backups";
import { images } from "./images";
import { leftovers } from "./leftovers";
import { logs } from "./logs";
import { observe } from "./observe";
import { readOnly } from "./readOnly";
import { status } from "./status";

/** Containers of the daemon that the environment names. */
export const docker = {
  ...{ backups, images, leftovers, logs, observe, readOnly, status },
  // The daemon is a matter of the machine, which is looked at before any stack.
  doctor: { check: () => Promise.resolve([]) },
} satisfies Platform;
