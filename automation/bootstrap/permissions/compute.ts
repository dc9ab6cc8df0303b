import type { PolicyDocument } from "../documents";
import type { BootstrapPlace } from "../names";
import { allow, document, verbs } from "./statements";

export function compute({ project, account, region }: BootstrapPlace): PolicyDocument {
  const here = `${region}:${account}`;
  const inRegion = { StringEquals: { "aws:RequestedRegion": region } };
  return document(
    allow(
      "Look",
      [
        ...verbs("ecs", "DescribeTaskDefinition ListTaskDefinitions DeregisterTaskDefinition"),
        ...verbs("elasticloadbalancing", "Describe*"),
        ...verbs("application-autoscaling", "DescribeScalableTargets DescribeScalingPolicies"),
        ...verbs("servicediscovery", "ListNamespaces GetOperation"),
        "ecr:GetAuthorizationToken",
        ...verbs("cloudwatch", "DescribeAlarms GetMetricData"),
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
      ],
      "*",
      inRegion,
    ),
    allow(
      "Containers",
      verbs(
        "ecs",
        "CreateCluster CreateService DeleteCluster DeleteService DescribeClusters DescribeServiceDeployments DescribeServiceRevisions DescribeServices DescribeTasks ListServiceDeployments ListServices ListTagsForResource ListTasks PutClusterCapacityProviders RegisterTaskDefinition RunTask StopTask TagResource UntagResource UpdateCluster UpdateService",
      ),
      verbs(
        `arn:aws:ecs:${here}`,
        `cluster/${project}-* service/${project}-*/* service-deployment/${project}-*/*/* service-revision/${project}-*/*/* task/${project}-*/* task-definition/${project}-*:*`,
      ),
    ),
    allow(
      "LoadBalancers",
      verbs(
        "elasticloadbalancing",
        "AddTags CreateListener CreateLoadBalancer CreateRule CreateTargetGroup DeleteListener DeleteLoadBalancer DeleteRule DeleteTargetGroup ModifyListener ModifyLoadBalancerAttributes ModifyRule ModifyTargetGroup ModifyTargetGroupAttributes RemoveTags SetRulePriorities SetSecurityGroups SetSubnets",
      ),
      verbs(
        `arn:aws:elasticloadbalancing:${here}`,
        `loadbalancer/app/${project}-*/* targetgroup/${project}-*/* listener/app/${project}-*/* listener-rule/app/${project}-*/*`,
      ),
    ),
    allow(
      "Scaling",
      verbs(
        "application-autoscaling",
        "DeleteScalingPolicy DeregisterScalableTarget ListTagsForResource PutScalingPolicy RegisterScalableTarget TagResource UntagResource",
      ),
      `arn:aws:application-autoscaling:${here}:scalable-target/*`,
    ),
    allow(
      "Namespaces",
      verbs(
        "servicediscovery",
        "CreateHttpNamespace DeleteNamespace GetNamespace ListTagsForResource TagResource UntagResource",
      ),
      "*",
      inRegion,
    ),
    allow(
      "Images",
      verbs(
        "ecr",
        "BatchCheckLayerAvailability BatchDeleteImage BatchGetImage CompleteLayerUpload CreateRepository DeleteLifecyclePolicy DeleteRepository DescribeImages DescribeRepositories GetDownloadUrlForLayer GetLifecyclePolicy InitiateLayerUpload ListImages ListTagsForResource PutImage PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy TagResource UntagResource UploadLayerPart",
      ),
      `arn:aws:ecr:${here}:repository/${project}-*`,
    ),
    allow(
      "Logs",
      verbs(
        "logs",
        "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DisassociateKmsKey FilterLogEvents GetLogEvents ListTagsForResource PutRetentionPolicy TagResource UntagResource",
      ),
      verbs(`arn:aws:logs:${here}`, `log-group:/${project}/* log-group:/aws/*/${project}-*`),
    ),
    allow(
      "Alarms",
      verbs(
        "cloudwatch",
        "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
      ),
      `arn:aws:cloudwatch:${here}:alarm:*`,
    ),
    allow(
      "Topics",
      verbs(
        "sns",
        "CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes ListTagsForResource SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource",
      ),
      `arn:aws:sns:${here}:${project}-*`,
    ),
  );
}
