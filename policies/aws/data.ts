import type { Subject } from "../subject";
import { documentOf, listOf, objectOf, oneOrMore, texts } from "../values";
import type { Checks } from "./facts";
import { byKind, isSet, unless } from "./facts";
import { statementsOf } from "./statements";

/** Ports of databases, caches, queues and searches, and the shell's: none of them is for the world. */
const DATA_PORTS: readonly number[] = [
  22, 1433, 1521, 2049, 3306, 3389, 5432, 5439, 5672, 6379, 6380, 8086, 9042, 9092, 9200, 11211,
  27017,
];

const WORLD = ["0.0.0.0/0", "::/0"];

const PUBLIC_ACLS = ["public-read", "public-read-write", "authenticated-read"];

/** What makes a store of data reachable for everybody. */
export function publicData(subject: Subject): string[] {
  return byKind(checks, subject);
}

const checks: Checks = {
  "rds:Instance": databaseAccess,
  "rds:ClusterInstance": (subject) => publicly(subject, "publiclyAccessible"),
  "elasticache:ReplicationGroup": inSubnets("subnetGroupName"),
  "elasticache:Cluster": inSubnets("subnetGroupName"),
  "s3:Bucket": (subject) => publicAcl(subject),
  "s3:BucketAcl": (subject) => publicAcl(subject),
  "s3:BucketPublicAccessBlock": accessBlock,
  "s3:BucketPolicy": ({ inputs }) => openStatements(inputs.policy),
  "s3:BucketWebsiteConfiguration": () => [
    "a bucket that is a website is read by everybody: put CloudFront before it",
  ],
  "ec2:SecurityGroup": ({ inputs }) => listOf(inputs.ingress).flatMap(openIngress),
  "ec2:SecurityGroupRule": ({ inputs }) => (inputs.type === "ingress" ? openIngress(inputs) : []),
  "vpc:SecurityGroupIngressRule": ({ inputs }) => openIngress(inputs),
  "rds:Snapshot": ({ inputs }) =>
    texts(inputs.sharedAccounts).includes("all") ? ["the snapshot is shared with everybody"] : [],
};

function databaseAccess(subject: Subject): string[] {
  return [...publicly(subject, "publiclyAccessible"), ...inSubnets("dbSubnetGroupName")(subject)];
}

function publicly({ inputs }: Subject, input: string): string[] {
  return inputs[input] === true ? ["it has an address that is reached from everywhere"] : [];
}

/** Without a group of subnets it stands in the default network, whose subnets are public. */
function inSubnets(input: string) {
  return (subject: Subject): string[] => {
    // A replica stands where the one that it follows does.
    if (isSet(subject.inputs.replicateSourceDb)) return [];
    return unless(subject, input, isSet, `no ${input}: it would stand in the default network`);
  };
}

function publicAcl({ inputs }: Subject): string[] {
  const { acl } = inputs;
  return typeof acl === "string" && PUBLIC_ACLS.includes(acl)
    ? [`the bucket's list of rights is ${JSON.stringify(acl)}`]
    : [];
}

function accessBlock(subject: Subject): string[] {
  const all = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
  return all.flatMap((each) => unless(subject, each, (value) => value === true, `${each} is off`));
}

/** A statement for everybody; a condition may narrow it to one's own organization or distribution. */
function openStatements(policy: unknown): string[] {
  const open = statementsOf(documentOf(policy)).filter(
    ({ Effect, Principal, NotPrincipal, Condition }) =>
      Effect === "Allow" &&
      (isEverybody(Principal) || NotPrincipal !== undefined) &&
      Object.keys(objectOf(Condition)).length === 0,
  );
  return open.length > 0 ? ["the bucket's policy lets everybody in"] : [];
}

function isEverybody(principal: unknown): boolean {
  return principal === "*" || oneOrMore(objectOf(principal).AWS).includes("*");
}

function openIngress(rule: Readonly<Record<string, unknown>>): string[] {
  const { cidrIpv4, cidrIpv6, cidrBlocks, ipv6CidrBlocks, fromPort, toPort } = rule;
  const from = [cidrIpv4, cidrIpv6, ...texts(cidrBlocks), ...texts(ipv6CidrBlocks)];
  if (!from.some((cidr) => typeof cidr === "string" && WORLD.includes(cidr))) return [];
  const protocol = String(rule.ipProtocol ?? rule.protocol);
  if (["-1", "all"].includes(protocol)) return ["every port is open to the world"];
  const [first, last] = [Number(fromPort), Number(toPort ?? fromPort)];
  const open = DATA_PORTS.filter((port) => first <= port && port <= last);
  return open.length > 0 ? [`open to the world: ${open.join(", ")}`] : [];
}
