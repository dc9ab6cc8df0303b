import assert from "node:assert/strict";

import { awsRules } from "../../../policies/aws/rules";
import { rules } from "../../../policies/index";
import type { Subject } from "../../../policies/index";

const digest = `repo@sha256:${"a".repeat(64)}`;
const tags = { tags: { Project: "p", Environment: "e", ManagedBy: "landfall" } };
const statement = (more: object) => ({
  policy: JSON.stringify({ Statement: [{ Effect: "Allow", ...more }] }),
});
const task = (container: object) => ({ containerDefinitions: JSON.stringify([container]) });
const listener = (type: string, more: object = {}) => ({
  protocol: "HTTP",
  defaultActions: [{ type, ...more }],
});
const site = (viewerProtocolPolicy: string, minimumProtocolVersion?: string) => ({
  defaultCacheBehavior: { viewerProtocolPolicy },
  viewerCertificate:
    minimumProtocolVersion === undefined
      ? { cloudfrontDefaultCertificate: true }
      : { minimumProtocolVersion },
});
const ssl = (family: string, value?: string) => ({
  family,
  parameters: value === undefined ? [] : [{ name: "rds.force_ssl", value }],
});

type Case = readonly [
  rule: string,
  type: string,
  inputs: object,
  broken: RegExp | undefined,
  more?: Partial<Subject> & { production?: boolean },
];

const database = "aws:rds/instance:Instance";
const cache = "aws:elasticache/replicationGroup:ReplicationGroup";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const hidden = (...names: string[]) => ({ hidden: new Set(names) });
const production = { production: true };

/** For each rule what breaks it, with words of the complaint, and what keeps it. */
const cases: readonly Case[] = [
  ["private-data", database, { publiclyAccessible: true, dbSubnetGroupName: "g" }, /everywhere/],
  ["private-data", database, { publiclyAccessible: false, dbSubnetGroupName: "g" }, undefined],
  ["private-data", database, {}, /no dbSubnetGroupName/],
  ["private-data", database, {}, undefined, hidden("dbSubnetGroupName")],
  ["private-data", cache, {}, /no subnetGroupName/],
  ["private-data", cache, { subnetGroupName: "g" }, undefined],
  ["private-data", "aws:s3/bucketAclV2:BucketAclV2", { acl: "public-read" }, /list of rights/],
  ["private-data", "aws:s3/bucket:Bucket", { acl: "private" }, undefined],
  [
    "private-data",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    { blockPublicAcls: true, blockPublicPolicy: false, ignorePublicAcls: true },
    /blockPublicPolicy is off; restrictPublicBuckets is off/,
  ],
  [
    "private-data",
    "aws:s3/bucketPolicy:BucketPolicy",
    statement({ Principal: "*", Action: "s3:GetObject", Resource: "arn:x/*" }),
    /lets everybody in/,
  ],
  [
    "private-data",
    "aws:s3/bucketPolicy:BucketPolicy",
    { policy: { Statement: { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "x" } } },
    undefined,
  ],
  ["private-data", ingress, { cidrIpv4: "0.0.0.0/0", fromPort: 5432, toPort: 5432 }, /5432/],
  ["private-data", ingress, { cidrIpv6: "::/0", ipProtocol: "-1" }, /every port/],
  ["private-data", ingress, { cidrIpv4: "0.0.0.0/0", fromPort: 443, toPort: 443 }, undefined],
  ["private-data", ingress, { cidrIpv4: "10.0.0.0/8", fromPort: 5432, toPort: 5432 }, undefined],
  [
    "private-data",
    "aws:ec2/securityGroup:SecurityGroup",
    { ingress: [{ cidrBlocks: ["0.0.0.0/0"], fromPort: 6000, toPort: 7000, protocol: "tcp" }] },
    /6379, 6380/,
  ],
  ["encryption-at-rest", database, {}, /storageEncrypted/],
  ["encryption-at-rest", database, { storageEncrypted: true }, undefined],
  ["encryption-at-rest", cache, { atRestEncryptionEnabled: false }, /atRestEncryptionEnabled/],
  ["encryption-at-rest", "aws:cloudwatch/logGroup:LogGroup", {}, /no kmsKeyId/],
  ["encryption-at-rest", "aws:cloudwatch/logGroup:LogGroup", { kmsKeyId: "arn" }, undefined],
  ["encryption-at-rest", "aws:cloudwatch/logGroup:LogGroup", {}, undefined, hidden("kmsKeyId")],
  ["encryption-at-rest", "aws:secretsmanager/secret:Secret", {}, /no kmsKeyId/],
  ["encryption-at-rest", "aws:sns/topic:Topic", {}, /no kmsMasterKeyId/],
  ["encryption-at-rest", "aws:ecr/repository:Repository", {}, /KMS/],
  [
    "encryption-at-rest",
    "aws:ecr/repository:Repository",
    { encryptionConfigurations: [{ encryptionType: "KMS" }] },
    undefined,
  ],
  ["encryption-at-rest", "aws:ssm/parameter:Parameter", { type: "SecureString" }, /no keyId/],
  [
    "encryption-at-rest",
    "aws:ssm/parameter:Parameter",
    { type: "SecureString" },
    undefined,
    hidden("keyId"),
  ],
  ["encryption-at-rest", "aws:ssm/parameter:Parameter", { type: "String" }, undefined],
  [
    "encryption-at-rest",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
    { rules: [{}] },
    /no rule/,
  ],
  [
    "encryption-at-rest",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] },
    undefined,
  ],
  ["encryption-in-transit", "aws:lb/listener:Listener", listener("forward"), /without TLS/],
  ["encryption-in-transit", "aws:lb/listener:Listener", listener("fixed-response"), undefined],
  [
    "encryption-in-transit",
    "aws:alb/listener:Listener",
    listener("redirect", { redirect: { protocol: "HTTPS" } }),
    undefined,
  ],
  [
    "encryption-in-transit",
    "aws:lb/listener:Listener",
    listener("redirect", { redirect: { protocol: "HTTP" } }),
    /without TLS/,
  ],
  [
    "encryption-in-transit",
    "aws:lb/listener:Listener",
    { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-2016-08" },
    /less than TLS 1.2/,
  ],
  ["encryption-in-transit", "aws:lb/listener:Listener", { protocol: "HTTPS" }, /TLS policy null/],
  [
    "encryption-in-transit",
    "aws:lb/listener:Listener",
    { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06" },
    undefined,
  ],
  [
    "encryption-in-transit",
    "aws:cloudfront/distribution:Distribution",
    site("allow-all"),
    /viewer/,
  ],
  [
    "encryption-in-transit",
    "aws:cloudfront/distribution:Distribution",
    site("https-only", "TLSv1"),
    /minimumProtocolVersion/,
  ],
  [
    "encryption-in-transit",
    "aws:cloudfront/distribution:Distribution",
    site("redirect-to-https", "TLSv1.2_2021"),
    undefined,
  ],
  ["encryption-in-transit", cache, {}, /transitEncryptionEnabled/],
  ["encryption-in-transit", cache, { transitEncryptionEnabled: true }, undefined],
  [
    "encryption-in-transit",
    cache,
    { transitEncryptionEnabled: true, transitEncryptionMode: "preferred" },
    /preferred/,
  ],
  [
    "encryption-in-transit",
    "aws:rds/parameterGroup:ParameterGroup",
    ssl("postgres14"),
    /force_ssl/,
  ],
  ["encryption-in-transit", "aws:rds/parameterGroup:ParameterGroup", ssl("postgres17", "0"), /ssl/],
  [
    "encryption-in-transit",
    "aws:rds/parameterGroup:ParameterGroup",
    ssl("postgres14", "1"),
    undefined,
  ],
  ["encryption-in-transit", "aws:rds/parameterGroup:ParameterGroup", ssl("mysql8.0"), undefined],
  ["encryption-in-transit", database, { engine: "postgres", engineVersion: "14.1" }, /before 15/],
  ["least-privilege", rolePolicy, statement({ Action: "*", Resource: "*" }), /every action/],
  ["least-privilege", rolePolicy, statement({ Action: ["s3:*"], Resource: "arn:b" }), /s3:\*/],
  ["least-privilege", rolePolicy, statement({ Action: "s3:Get*", Resource: ["*"] }), /s3:Get\*/],
  [
    "least-privilege",
    rolePolicy,
    statement({ Action: "s3:GetObject", Resource: "*" }),
    /GetObject/,
  ],
  ["least-privilege", rolePolicy, statement({ NotAction: "iam:*", Resource: "*" }), /NotAction/],
  [
    "least-privilege",
    rolePolicy,
    statement({ Action: "ecr:GetAuthorizationToken", Resource: "*" }),
    undefined,
  ],
  [
    "least-privilege",
    rolePolicy,
    statement({ Action: "s3:GetObject", Resource: "arn:b/*" }),
    undefined,
  ],
  [
    "least-privilege",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    { policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" },
    /more than any one task/,
  ],
  [
    "least-privilege",
    "aws:iam/role:Role",
    { inlinePolicies: [statement({ Action: "*", Resource: "*" })] },
    /every action/,
  ],
  [
    "least-privilege",
    "aws:iam/role:Role",
    { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] },
    /Administrator/,
  ],
  [
    "least-privilege",
    "aws:iam/role:Role",
    { assumeRolePolicy: statement({ Principal: { AWS: "*" } }).policy },
    /everybody in the world/,
  ],
  ["log-retention", "aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 0 }, /for ever/],
  ["log-retention", "aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 30 }, undefined],
  ["tags", database, { tags: { Project: "p" } }, /Environment, ManagedBy/],
  ["tags", database, tags, undefined],
  ["tags", "aws:lb/targetGroupAttachment:TargetGroupAttachment", {}, undefined],
  ["multi-az", database, {}, /multiAz/, production],
  ["multi-az", database, {}, undefined],
  ["multi-az", database, { multiAz: true }, undefined, production],
  ["multi-az", cache, { automaticFailoverEnabled: true }, /multiAzEnabled/, production],
  ["deletion-protection", database, { skipFinalSnapshot: true }, /final snapshot/, production],
  ["deletion-protection", database, { deletionProtection: true }, undefined, production],
  ["deletion-protection", "aws:lb/loadBalancer:LoadBalancer", {}, /Protection/, production],
  [
    "deletion-protection",
    "aws:s3/bucket:Bucket",
    { forceDestroy: true },
    /forceDestroy/,
    production,
  ],
  ["deletion-protection", "aws:s3/bucket:Bucket", { forceDestroy: true }, undefined],
  ["immutable-tags", "aws:ecr/repository:Repository", {}, /IMMUTABLE/],
  [
    "immutable-tags",
    "aws:ecr/repository:Repository",
    { imageTagMutability: "IMMUTABLE" },
    undefined,
  ],
  [
    "no-public-ips",
    "aws:ecs/service:Service",
    { networkConfiguration: { assignPublicIp: true } },
    /assignPublicIp/,
  ],
  ["no-public-ips", "aws:ecs/service:Service", { networkConfiguration: {} }, undefined],
  ["no-public-ips", "aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: true }, /mapPublicIpOnLaunch/],
  ["database-backups", database, {}, /less than 1 day /],
  ["database-backups", database, { backupRetentionPeriod: 1 }, undefined],
  ["database-backups", database, { backupRetentionPeriod: 6 }, /less than 7 days/, production],
  ["database-backups", database, { replicateSourceDb: "db" }, undefined],
  ["pinned-images", "aws:ecs/taskDefinition:TaskDefinition", task({ image: "nginx:1" }), /nginx:1/],
  ["pinned-images", "aws:ecs/taskDefinition:TaskDefinition", task({ image: digest }), undefined],
  [
    "pinned-images",
    "aws:ecs/taskDefinition:TaskDefinition",
    {},
    undefined,
    hidden("containerDefinitions"),
  ],
  [
    "no-plain-secrets",
    "aws:ecs/taskDefinition:TaskDefinition",
    task({ environment: [{ name: "DB_PASSWORD", value: "hunter22" }] }),
    /variable DB_PASSWORD is in plain/,
  ],
  [
    "no-plain-secrets",
    "aws:ecs/taskDefinition:TaskDefinition",
    task({ environment: [{ name: "PORT", value: "80" }] }),
    undefined,
  ],
];

function found([rule, type, inputs, , more = {}]: Case): string[] {
  const known = rules.find(({ name }) => name === rule);
  assert.ok(known, `there is no rule ${rule}`);
  const { production: isProduction = false, ...rest } = more;
  const subject: Subject = {
    ...{ type, name: "x", protect: false, hidden: new Set<string>() },
    inputs: inputs as Subject["inputs"],
    ...rest,
  };
  return known.check(subject, { backups: {}, production: isProduction });
}

describe("the rules for AWS", () => {
  for (const each of cases) {
    const [rule, type, inputs, broken, more] = each;
    const what = `${type.split(":").at(-1) ?? ""} ${JSON.stringify(inputs)}`;
    const where =
      more === undefined ? "" : ` ${JSON.stringify({ ...more, hidden: [...(more.hidden ?? [])] })}`;
    it(`${rule} ${broken ? "refuses" : "takes"} ${what}${where}`, () => {
      const complaints = found(each);
      if (broken === undefined) assert.deepEqual(complaints, []);
      else assert.match(complaints.join("; "), broken);
    });
  }

  it("are each broken by one case at least, and kept by one", () => {
    for (const { name } of awsRules)
      for (const broken of [true, false])
        assert.ok(
          cases.some((each) => each[0] === name && (each[3] !== undefined) === broken),
          `${name}: ${broken ? "nothing breaks it" : "nothing keeps it"}`,
        );
  });

  it("are asked of nothing else", () => {
    for (const { check } of awsRules)
      for (const type of ["docker:index/container:Container", "pulumi:pulumi:Stack", "aws:x"]) {
        const subject = { type, name: "x", protect: false, inputs: {}, hidden: new Set<string>() };
        assert.deepEqual(check(subject, { backups: {}, production: true }), []);
      }
  });
});
