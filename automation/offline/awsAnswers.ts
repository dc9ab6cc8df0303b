/** What AWS's provider would answer for a resource of a program under mocks, beside the inputs. */
export function awsOutputs(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const [, service = "", kind = ""] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
  const text = (key: string) => {
    const value = inputs[key];
    return typeof value === "string" ? value : undefined;
  };
  const called = text("name") ?? text("bucket") ?? `${name}-0000000`;
  const common = {
    arn: `arn:aws:${service}:ap-northeast-1:${ACCOUNT}:${kind.toLowerCase()}/${called}`,
    name: called,
  };
  switch (type) {
    case "aws:s3/bucket:Bucket": {
      const bucket = text("bucket") ?? `${text("bucketPrefix") ?? `${name}-`}0000000`;
      return {
        bucket,
        arn: `arn:aws:s3:::${bucket}`,
        bucketRegionalDomainName: `${bucket}.s3.ap-northeast-1.amazonaws.com`,
      };
    }
    case "aws:kms/key:Key":
      return { ...common, keyId: `${name}-key-id` };
    case "aws:lb/loadBalancer:LoadBalancer":
      return {
        ...common,
        dnsName: `${called}-1.ap-northeast-1.elb.amazonaws.com`,
        zoneId: "Z14GRHDCWA56QT",
        arnSuffix: `app/${called}/0123456789abcdef`,
      };
    case "aws:cloudfront/distribution:Distribution":
      return {
        ...common,
        domainName: "d111111abcdef8.cloudfront.net",
        hostedZoneId: "Z2FDTNDATAQYW2",
      };
    case "aws:acm/certificate:Certificate":
      return {
        ...common,
        domainValidationOptions: [
          {
            domainName: inputs["domainName"],
            resourceRecordName: `_proof.${String(inputs["domainName"])}.`,
            resourceRecordType: "CNAME",
            resourceRecordValue: "_value.acm-validations.aws.",
          },
        ],
      };
    case "aws:lb/targetGroup:TargetGroup":
      return { ...common, arnSuffix: `targetgroup/${called}/0123456789abcdef` };
    case "aws:ecr/repository:Repository":
      return {
        ...common,
        registryId: ACCOUNT,
        repositoryUrl: `${ACCOUNT}.dkr.ecr.ap-northeast-1.amazonaws.com/${called}`,
      };
    case "aws:rds/instance:Instance": {
      const secretArn = `arn:aws:secretsmanager:ap-northeast-1:${ACCOUNT}:secret:rds!db-0123-AbCdEf`;
      return {
        ...common,
        address: `${text("identifier") ?? ""}.abc123.ap-northeast-1.rds.amazonaws.com`,
        masterUserSecrets: [{ secretArn, secretStatus: "active", kmsKeyId: "" }],
      };
    }
    case "aws:elasticache/replicationGroup:ReplicationGroup": {
      const host = `${text("replicationGroupId") ?? ""}.abc123.apne1.cache.amazonaws.com`;
      return inputs["numNodeGroups"] === undefined
        ? { ...common, primaryEndpointAddress: `master.${host}` }
        : { ...common, configurationEndpointAddress: `clustercfg.${host}` };
    }
    case "aws:ssm/parameter:Parameter":
      return { ...common, version: 1 };
    case "aws:secretsmanager/secretVersion:SecretVersion":
      return { ...common, versionId: `version-of-${name}` };
    case "aws:route53/record:Record":
      return { ...common, fqdn: String(inputs["name"]).replace(/\.$/, "") };
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return { ...common, prefixListId: `pl-${name}` };
    default:
      return common;
  }
}

/** What AWS's provider would answer to an invoke; undefined where a test has to say. */
export function awsInvoke(
  token: string,
  args: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  switch (token) {
    case "aws:ec2/getManagedPrefixList:getManagedPrefixList":
      return { ...args, id: "pl-cloudfront" };
    case "aws:ecr/getAuthorizationToken:getAuthorizationToken":
      return { ...args, userName: "AWS", password: "token-of-ecr" };
    default:
      return undefined;
  }
}

export const ACCOUNT = "123456789012";
