import type { Platform } from "../platform";
import type { AwsContext } from "./context";
import { environment } from "./environment";
import type { AwsSettings } from "./settings";
import { normalizeAws } from "./settings";

/**
 * One region of one account of AWS. The table in platform.ts takes it once it has every capability: `Platform` in place
 * of `Partial<Platform>` is what is left to do then.
 */
export const aws = {
  settings: ({ aws = {} }, problems) => normalizeAws(aws, problems),
  environment,
  admission: (context) => context.admission,
  publicPorts: (context) => context.settings.publicPorts,
} satisfies Partial<Platform<AwsSettings, AwsContext>>;
