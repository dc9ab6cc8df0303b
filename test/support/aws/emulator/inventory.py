"""Lists what there is in an AWS account, by the services' own APIs, as JSON: texts such as "ec2 vpc vpc-1".

Only what can outlive a stack is asked for. What AWS keeps of a thing that was deleted has its state in the text.
"""

import json
import os
from typing import Any, Callable, Iterator

import boto3

REGION = os.environ["AWS_REGION"]


def client(service: str, region: str = REGION) -> Any:
    return boto3.client(service, region_name=region)


def ids(operation: Callable[..., Any], key: str, name: str | None, **arguments: Any) -> list[str]:
    found = operation(**arguments).get(key) or []
    return [each if name is None else each[name] for each in found]


def ec2() -> Iterator[str]:
    api = client("ec2")
    plain = (
        ("vpc", api.describe_vpcs, "Vpcs", "VpcId"),
        ("subnet", api.describe_subnets, "Subnets", "SubnetId"),
        ("security-group", api.describe_security_groups, "SecurityGroups", "GroupId"),
        ("internet-gateway", api.describe_internet_gateways, "InternetGateways", "InternetGatewayId"),
        ("route-table", api.describe_route_tables, "RouteTables", "RouteTableId"),
        ("network-interface", api.describe_network_interfaces, "NetworkInterfaces", "NetworkInterfaceId"),
        ("address", api.describe_addresses, "Addresses", "AllocationId"),
        ("flow-log", api.describe_flow_logs, "FlowLogs", "FlowLogId"),
        ("vpn-gateway", api.describe_vpn_gateways, "VpnGateways", "VpnGatewayId"),
    )
    for kind, operation, key, name in plain:
        yield from (f"{kind} {each}" for each in ids(operation, key, name))
    for kind, found, name in (
        ("nat-gateway", api.describe_nat_gateways()["NatGateways"], "NatGatewayId"),
        ("endpoint", api.describe_vpc_endpoints()["VpcEndpoints"], "VpcEndpointId"),
    ):
        yield from (f"{kind} {each[name]}" for each in found if each["State"].lower() != "deleted")


def ecs() -> Iterator[str]:
    api = client("ecs")
    for cluster in api.list_clusters()["clusterArns"]:
        [found] = api.describe_clusters(clusters=[cluster])["clusters"]
        yield f"cluster {found['clusterName']} {found['status']}"
        for service in api.list_services(cluster=cluster)["serviceArns"]:
            [each] = api.describe_services(cluster=cluster, services=[service])["services"]
            if each["status"] != "INACTIVE":
                yield f"service {each['serviceName']} {each['status']}"
        yield from (f"task {each}" for each in ids(api.list_tasks, "taskArns", None, cluster=cluster))
    yield from (f"task-definition {each}" for each in ids(api.list_task_definitions, "taskDefinitionArns", None, status="ACTIVE"))


def elasticloadbalancing() -> Iterator[str]:
    api = client("elbv2")
    yield from ids(api.describe_load_balancers, "LoadBalancers", "LoadBalancerArn")
    yield from ids(api.describe_target_groups, "TargetGroups", "TargetGroupArn")


def iam() -> Iterator[str]:
    api = client("iam")
    yield from (f"role {each}" for each in ids(api.list_roles, "Roles", "RoleName"))
    yield from (f"policy {each}" for each in ids(api.list_policies, "Policies", "Arn", Scope="Local"))
    yield from (f"user {each}" for each in ids(api.list_users, "Users", "UserName"))


def kms() -> Iterator[str]:
    api = client("kms")
    for key in ids(api.list_keys, "Keys", "KeyId"):
        yield f"key {api.describe_key(KeyId=key)['KeyMetadata']['KeyState']}"
    yield from (f"alias {each}" for each in ids(api.list_aliases, "Aliases", "AliasName") if not each.startswith("alias/aws/"))


def rds() -> Iterator[str]:
    api = client("rds")
    yield from (f"instance {each}" for each in ids(api.describe_db_instances, "DBInstances", "DBInstanceIdentifier"))
    yield from (f"subnet-group {each}" for each in ids(api.describe_db_subnet_groups, "DBSubnetGroups", "DBSubnetGroupName"))
    yield from (f"parameter-group {each}" for each in ids(api.describe_db_parameter_groups, "DBParameterGroups", "DBParameterGroupName"))
    yield from (f"snapshot {each}" for each in ids(api.describe_db_snapshots, "DBSnapshots", "DBSnapshotIdentifier"))


def elasticache() -> Iterator[str]:
    api = client("elasticache")
    yield from ids(api.describe_replication_groups, "ReplicationGroups", "ReplicationGroupId")
    yield from ids(api.describe_cache_subnet_groups, "CacheSubnetGroups", "CacheSubnetGroupName")
    yield from ids(api.describe_cache_parameter_groups, "CacheParameterGroups", "CacheParameterGroupName")


def cloudfront() -> Iterator[str]:
    api = client("cloudfront")
    yield from ids(lambda: api.list_distributions()["DistributionList"], "Items", "Id")
    yield from ids(lambda: api.list_origin_access_controls()["OriginAccessControlList"], "Items", "Id")


def watched() -> Iterator[str]:
    api = client("cloudwatch")
    yield from (f"alarm {each}" for each in ids(api.describe_alarms, "MetricAlarms", "AlarmName"))
    yield from (f"dashboard {each}" for each in ids(api.list_dashboards, "DashboardEntries", "DashboardName"))


def secrets() -> Iterator[str]:
    for each in client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]:
        yield f"{each['Name']}{' PENDING_DELETION' if each.get('DeletedDate') else ''}"


def tagged(region: str) -> Iterator[str]:
    pages = client("resourcegroupstaggingapi", region).get_paginator("get_resources").paginate()
    for page in pages:
        for each in page["ResourceTagMappingList"]:
            if any(tag["Key"] == "ManagedBy" for tag in each["Tags"]):
                yield each["ResourceARN"]


def simple(service: str, operation: str, key: str, name: str | None, **arguments: Any) -> Callable[[], Iterator[str]]:
    return lambda: iter(ids(getattr(client(service), operation), key, name, **arguments))


SERVICES: dict[str, Callable[[], Iterator[str]]] = {
    "ec2": ec2,
    "ecs": ecs,
    "elasticloadbalancing": elasticloadbalancing,
    "iam": iam,
    "kms": kms,
    "rds": rds,
    "elasticache": elasticache,
    "cloudfront": cloudfront,
    "cloudwatch": watched,
    "secretsmanager": secrets,
    "logs": simple("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "sns": simple("sns", "list_topics", "Topics", "TopicArn"),
    "ssm": simple("ssm", "describe_parameters", "Parameters", "Name"),
    "route53": simple("route53", "list_hosted_zones", "HostedZones", "Name"),
    "acm": simple("acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    "servicediscovery": simple("servicediscovery", "list_namespaces", "Namespaces", "Name"),
    "autoscaling": simple("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId", ServiceNamespace="ecs"),
    "s3": simple("s3", "list_buckets", "Buckets", "Name"),
    "ecr": simple("ecr", "describe_repositories", "repositories", "repositoryName"),
    "events": simple("events", "list_rules", "Rules", "Name"),
    "scheduler": simple("scheduler", "list_schedules", "Schedules", "Name"),
    "tagged": lambda: tagged(REGION),
    "tagged in us-east-1": lambda: tagged("us-east-1"),
}

print(json.dumps(sorted({f"{service} {each}" for service, list_all in SERVICES.items() for each in list_all()})))
