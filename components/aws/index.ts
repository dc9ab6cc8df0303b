import type { Platform } from "../platform";
import { alarms } from "./alarms";
import { backups } from "./backups";
import type { AwsContext } from "./context";
import { environment } from "./environment";
import { objectStore } from "./objectStore";
import { postgres } from "./postgres";
import { redis } from "./redis";
import { service } from "./service";
import type { AwsSettings } from "./settings";
import { normalizeAws } from "./settings";
import { task } from "./task";

/** One region of AWS: the one that the provider works in. */
export const aws = {
  settings: (args, problems) => normalizeAws(args.aws ?? {}, problems),
  environment,
  admission: (context) => context.admission,
  publicPorts: (context) => context.settings.publicPorts,
  service,
  postgres,
  redis,
  task,
  objectStore,
  backups,
  alarms,
} satisfies Platform<AwsSettings, AwsContext>;
