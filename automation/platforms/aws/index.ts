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

/** Amazon Web Services: ECS, RDS, ElastiCache, ECR, CloudWatch. */
export const aws = {
  ...{ backups, doctor, images, leftovers, logs, migrations, observe, readOnly, status },
} satisfies Platform;
