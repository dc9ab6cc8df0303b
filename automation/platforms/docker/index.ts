import type { Platform } from "../types";
import { backups } from "./backups";
import { doctor } from "./doctor";
import { images } from "./images";
import { leftovers } from "./leftovers";
import { logs } from "./logs";
import { migrations } from "./migrations";
import { observe } from "./observe";
import { readOnly } from "./readOnly";
import { status } from "./status";

/** Containers of the daemon that the environment names. */
export const docker = {
  ...{ backups, doctor, images, leftovers, logs, migrations, observe, readOnly, status },
} satisfies Platform;
