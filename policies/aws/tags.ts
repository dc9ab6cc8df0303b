import type { Subject } from "../subject";
import { objectOf } from "../values";
import { awsKind } from "./facts";

const NEEDED = ["Project", "Environment", "ManagedBy"];

/** What takes tags, and costs money, holds data or opens a door: there one must see whose it is. */
const TAGGED: ReadonlySet<string> = new Set([
  ..."acm:Certificate cloudfront:Distribution cloudwatch:LogGroup cloudwatch:MetricAlarm".split(
    " ",
  ),
  ..."ec2:Eip ec2:FlowLog ec2:InternetGateway ec2:NatGateway ec2:RouteTable".split(" "),
  ..."ec2:SecurityGroup ec2:Subnet ec2:Vpc ec2:VpcEndpoint ec2:VpnGateway ecr:Repository".split(
    " ",
  ),
  ..."ecs:Cluster ecs:Service ecs:TaskDefinition efs:FileSystem elasticache:ParameterGroup".split(
    " ",
  ),
  ..."elasticache:ReplicationGroup elasticache:SubnetGroup iam:Policy iam:Role kms:Key".split(" "),
  ..."lb:Listener lb:ListenerRule lb:LoadBalancer lb:TargetGroup rds:Cluster rds:Instance".split(
    " ",
  ),
  ..."rds:ParameterGroup rds:SubnetGroup s3:Bucket secretsmanager:Secret".split(" "),
  ..."servicediscovery:HttpNamespace sns:Topic sqs:Queue ssm:Parameter".split(" "),
]);

/** Tags that a resource lacks. A provider's default tags are not seen: they are no input of the resource. */
export function missingTags(subject: Subject): string[] {
  const kind = awsKind(subject);
  if (kind === undefined || !TAGGED.has(kind) || subject.hidden.has("tags")) return [];
  const tags = objectOf(subject.inputs.tags);
  // What is not known yet has been left out of the tags.
  const missing = NEEDED.filter((name) => typeof tags[name] !== "string" || tags[name] === "");
  return missing.length > 0 ? [`it lacks the tags ${missing.join(", ")}`] : [];
}
