import { readFile } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";

type Props = Readonly<Record<string, unknown>>;

/** Something that the emulator, or the older provider behind the stand-in for the official plugin, does not do as AWS does. */
interface Gap {
  /** Resource type. */
  readonly type: string;
  /** Properties that are sent, and not looked at again. */
  readonly ignore?: readonly string[];
  /** Values that are sent in place of the program's. */
  readonly instead?: (props: Props) => Props;
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
    instead: () => ({ maintenanceWindow: "sun:04:30-sun:05:30" }),
    reason:
      "the emulator takes a maintenance that begins as the backup ends for one that overlaps it",
  },
  {
    type: "aws:cloudfront/distribution:Distribution",
    ignore: ["defaultCacheBehavior", "orderedCacheBehaviors"],
    reason: "the emulator answers with forwarded values where a cache policy was asked for",
  },
  {
    type: "aws:ecs/service:Service",
    ignore: ["enableEcsManagedTags"],
    reason: "the emulator forgets it",
  },
  {
    type: "aws:s3/bucketObjectv2:BucketObjectv2",
    instead: ({ source }) =>
      source instanceof pulumi.asset.FileAsset
        ? { source: undefined, content: textOf(source) }
        : {},
    reason: "the stand-in takes an asset for a change of the path that it keeps",
  },
];

/** Lets every resource of the program pass by the table. */
export function closeGaps(): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    const gaps = GAPS.filter((gap) => gap.type === type);
    if (gaps.length === 0) return undefined;
    const instead = gaps.flatMap((gap) => Object.entries(gap.instead?.(props as Props) ?? {}));
    const custom = opts as pulumi.CustomResourceOptions;
    const ignoreChanges = [
      ...(custom.ignoreChanges ?? []),
      ...gaps.flatMap(({ ignore = [] }) => ignore),
    ];
    return {
      props: { ...(props as object), ...Object.fromEntries(instead) },
      opts: { ...opts, ignoreChanges },
    };
  });
}

async function textOf(file: pulumi.asset.FileAsset): Promise<string> {
  return readFile(await file.path, "utf8");
}
