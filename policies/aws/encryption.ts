import type { Subject } from "../subject";
import { listOf, objectOf, texts } from "../values";
import type { Checks } from "./facts";
import { byKind, isSet, isTrue, unless } from "./facts";

/** What would lie on AWS's disks in plain, or under a key that is not the stack's where it can be. */
export function plainAtRest(subject: Subject): string[] {
  return byKind(atRest, subject);
}

const encrypted = (input: string) => (subject: Subject) =>
  unless(subject, input, isTrue, `${input} is not true`);
const keyed = (input: string) => (subject: Subject) =>
  unless(subject, input, isSet, `no ${input}: it is not encrypted with the stack's key`);

const atRest: Checks = {
  "rds:Instance": (subject) =>
    // A replica in the region is encrypted as the one that it follows.
    isSet(subject.inputs.replicateSourceDb) ? [] : encrypted("storageEncrypted")(subject),
  "rds:Cluster": encrypted("storageEncrypted"),
  "elasticache:ReplicationGroup": encrypted("atRestEncryptionEnabled"),
  "efs:FileSystem": encrypted("encrypted"),
  "cloudwatch:LogGroup": keyed("kmsKeyId"),
  "secretsmanager:Secret": keyed("kmsKeyId"),
  "sns:Topic": keyed("kmsMasterKeyId"),
  "sqs:Queue": keyed("kmsMasterKeyId"),
  "s3:BucketServerSideEncryptionConfiguration": bucketEncryption,
  "ecr:Repository": (subject) =>
    unless(
      subject,
      "encryptionConfigurations",
      (value) => listOf(value).some(({ encryptionType }) => /^KMS/.test(String(encryptionType))),
      "no encryptionConfigurations with KMS: images are not encrypted with the stack's key",
    ),
  "ssm:Parameter": (subject) =>
    subject.inputs.type === "SecureString"
      ? unless(
          subject,
          "keyId",
          isSet,
          "no keyId: the secret is not encrypted with the stack's key",
        )
      : [],
};

/** S3 encrypts everything in any case; what is written here must be one of its own ways. */
function bucketEncryption({ inputs }: Subject): string[] {
  const algorithms = listOf(inputs.rules).map(
    ({ applyServerSideEncryptionByDefault: by }) => objectOf(by).sseAlgorithm,
  );
  const known = ["AES256", "aws:kms", "aws:kms:dsse"];
  return algorithms.some((algorithm) => known.includes(String(algorithm)))
    ? []
    : ["no rule says how the bucket is encrypted"];
}

/** What would go through networks in plain, or by a TLS that is broken. */
export function plainInTransit(subject: Subject): string[] {
  return byKind(inTransit, subject);
}

const inTransit: Checks = {
  "lb:Listener": listener,
  "cloudfront:Distribution": distribution,
  "elasticache:ReplicationGroup": (subject) => [
    ...unless(subject, "transitEncryptionEnabled", isTrue, "transitEncryptionEnabled is not true"),
    ...(subject.inputs.transitEncryptionMode === "preferred"
      ? ["transitEncryptionMode preferred takes clients without TLS as well"]
      : []),
  ],
  "rds:ParameterGroup": forcedTls,
  "rds:ClusterParameterGroup": forcedTls,
  "rds:Instance": ({ inputs, hidden }) =>
    isPostgres(inputs.engine) &&
    !isSet(inputs.parameterGroupName) &&
    !hidden.has("parameterGroupName") &&
    Number.parseInt(String(inputs.engineVersion), 10) < FORCED_SINCE
      ? [`no parameterGroupName: Postgres before ${FORCED_SINCE} takes clients without TLS`]
      : [],
};

/** Versions of Postgres from which RDS refuses clients without TLS by itself. */
const FORCED_SINCE = 15;

const isPostgres = (engine: unknown): boolean => /postgres/.test(String(engine));

/**
 * HTTP may lead to HTTPS, or refuse. Rules of its own are not looked at: behind CloudFront's own name there is no
 * certificate for the load balancer, and what it forwards is told by a header that only CloudFront knows.
 */
function listener({ inputs, hidden }: Subject): string[] {
  if (inputs.protocol === "HTTP") {
    const leads = listOf(inputs.defaultActions).every(
      ({ type, redirect }) =>
        type === "fixed-response" ||
        (type === "redirect" && objectOf(redirect).protocol === "HTTPS"),
    );
    return leads || hidden.has("defaultActions") ? [] : ["it forwards requests without TLS"];
  }
  if (!["HTTPS", "TLS"].includes(String(inputs.protocol)) || hidden.has("sslPolicy")) return [];
  return strongPolicy.test(String(inputs.sslPolicy))
    ? []
    : [`the TLS policy ${JSON.stringify(inputs.sslPolicy ?? null)} takes less than TLS 1.2`];
}

const strongPolicy = /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)/;

function distribution({ inputs, hidden }: Subject): string[] {
  const behaviours = [
    objectOf(inputs.defaultCacheBehavior),
    ...listOf(inputs.orderedCacheBehaviors),
  ];
  const plain = behaviours.some(({ viewerProtocolPolicy }) => viewerProtocolPolicy === "allow-all");
  const { cloudfrontDefaultCertificate, minimumProtocolVersion } = objectOf(
    inputs.viewerCertificate,
  );
  // By its own name CloudFront takes what it takes.
  const own = cloudfrontDefaultCertificate === true || hidden.has("viewerCertificate");
  const old = !own && !/^TLSv1\.[23]/.test(String(minimumProtocolVersion));
  return [
    ...(plain ? ["it answers clients without TLS (viewerProtocolPolicy)"] : []),
    ...(old ? [`it takes clients with less than TLS 1.2 (minimumProtocolVersion)`] : []),
    ...listOf(inputs.origins).flatMap(originTls),
  ];
}

function originTls({ customOriginConfig }: Record<string, unknown>): string[] {
  const { originSslProtocols, originProtocolPolicy } = objectOf(customOriginConfig);
  if (originProtocolPolicy !== "https-only") return [];
  const old = texts(originSslProtocols).filter((protocol) => !/^TLSv1\.[23]$/.test(protocol));
  return old.length > 0 ? [`it speaks ${old.join(", ")} with an origin`] : [];
}

function forcedTls({ inputs, hidden }: Subject): string[] {
  const [, version = ""] = /^(?:aurora-)?postgres(?:ql)?(\d+)/.exec(String(inputs.family)) ?? [];
  if (version === "" || hidden.has("parameters")) return [];
  const set = listOf(inputs.parameters).find(({ name }) => name === "rds.force_ssl");
  const forced = set === undefined ? Number(version) >= FORCED_SINCE : String(set.value) === "1";
  return forced ? [] : ["rds.force_ssl is not 1: clients without TLS are let in"];
}
