import * as pulumi from "@pulumi/pulumi";

const COLUMNS = 4;
const [WIDTH, HEIGHT] = [24 / COLUMNS, 5];

/** A page of CloudWatch: how all alarms stand, and below that what each looks at, with its threshold. */
export function dashboardBody(
  region: string,
  alarms: readonly { readonly title: string; readonly arn: pulumi.Output<string> }[],
): pulumi.Output<string> {
  const arns = alarms.map(({ arn }) => arn);
  const rows = Math.ceil(alarms.length / 8) + 1;
  const overview = {
    type: "alarm",
    ...{ x: 0, y: 0, width: 24, height: rows },
    properties: { title: "Alarms", alarms: arns },
  };
  const graphs = alarms.map(({ title, arn }, index) => ({
    type: "metric",
    x: (index % COLUMNS) * WIDTH,
    y: rows + Math.floor(index / COLUMNS) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: { title, region, annotations: { alarms: [arn] } },
  }));
  return pulumi.jsonStringify({ widgets: [overview, ...graphs] });
}
