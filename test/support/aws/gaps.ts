import * as pulumi from "@pulumi/pulumi";

/** Something that the emulator, or the older provider behind the stand-in for the official plugin, does not do as AWS does. */
interface Gap {
  /** Resource type. */
  readonly type: string;
  /** Properties that are sent, and not looked at again. */
  readonly ignore?: readonly string[];
  /** Values that are sent in place of the program's. */
  readonly instead?: Readonly<Record<string, unknown>>;
  readonly reason: string;
}

/** All that keeps the emulator's run from being the program's own. The rest of it is as on AWS. */
export const GAPS: readonly Gap[] = [
  {
    type: "aws:rds/instance:Instance",
    ignore: [
      "performanceInsightsEnabled",
      "performanceInsightsKmsKeyId",
      "performanceInsightsRetentionPeriod",
    ],
    reason: "the emulator forgets performance insights",
  },
  {
    type: "aws:rds/instance:Instance",
    instead: { maintenanceWindow: "sun:04:30-sun:05:30" },
    reason:
      "the emulator takes a maintenance that begins as the backup ends for one that overlaps it",
  },
];

/** Lets every resource of the program pass by the table. */
export function closeGaps(): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    const gaps = GAPS.filter((gap) => gap.type === type);
    if (gaps.length === 0) return undefined;
    const instead = Object.assign({}, ...gaps.map((gap) => gap.instead ?? {})) as object;
    const custom = opts as pulumi.CustomResourceOptions;
    const ignoreChanges = [
      ...(custom.ignoreChanges ?? []),
      ...gaps.flatMap(({ ignore = [] }) => ignore),
    ];
    return { props: { ...(props as object), ...instead }, opts: { ...opts, ignoreChanges } };
  });
}
