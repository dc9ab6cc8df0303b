"""What moto's ECS lacks for a deployment: services that start and stop tasks, rollouts that complete, fail and roll back.

Everything that is simulated is here. No container runs: a task is running a moment after it was started, and healthy, unless
one of its images is among the crashing ones.
"""

import time
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.models import EC2ContainerServiceBackend, Service, Task
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.models import elbv2_backends
from moto.moto_api._internal import mock_random

# Parts of image references whose containers end with exit code 1.
crashing: set[str] = set()

# Seconds until a task runs, or has ended.
START = 0.5

# Settings of a service whose change is a deployment of its own.
DEPLOYED = ("networkConfiguration", "loadBalancers", "platformVersion", "serviceConnectConfiguration")


def definition_of(backend: EC2ContainerServiceBackend, arn: str) -> Any:
    return backend.describe_task_definition(arn)


def containers_of(definition: Any, status: str, exit_code: int | None = None) -> list[dict[str, Any]]:
    return [
        {
            "containerArn": f"{definition.arn}/{each['name']}",
            "name": each["name"],
            "image": each["image"],
            "imageDigest": each["image"].partition("@")[2] or None,
            "lastStatus": status,
            "healthStatus": "HEALTHY" if status == "RUNNING" else "UNKNOWN",
            **({} if exit_code is None else {"exitCode": exit_code}),
        }
        for each in definition.container_definitions
    ]


def crashes(definition: Any) -> bool:
    return any(text in each["image"] for each in definition.container_definitions for text in crashing)


def address_of(task: Task) -> str:
    details = {each["name"]: each["value"] for each in task.attachments[0]["details"]}
    return details["privateIPv4Address"]


# --- tasks ---


def begin(task: Task, definition: Any) -> None:
    task.last_status = "PENDING"
    task.containers = containers_of(definition, "PENDING")
    task.health_status = "UNKNOWN"
    task.created_at = utcnow()
    task.due = time.monotonic() + START


def end(task: Task, definition: Any, reason: str, exit_code: int) -> None:
    task.last_status = task.desired_status = "STOPPED"
    task.containers = containers_of(definition, "STOPPED", exit_code)
    task.stopped_reason = reason
    task.stopped_at = utcnow()
    ec2 = ec2_backends[task._account_id][task.region_name]
    for attachment in task.attachments:
        for detail in attachment["details"]:
            if detail["name"] == "networkInterfaceId":
                ec2.delete_network_interface(detail["value"])
    task.attachments = []


def run(task: Task, definition: Any) -> None:
    task.last_status = "RUNNING"
    task.health_status = "HEALTHY"
    task.started_at = utcnow()
    task.containers = containers_of(definition, "RUNNING")


def is_over(task: Task) -> bool:
    return task.last_status == "STOPPED"


# --- services ---


def tasks_of(backend: EC2ContainerServiceBackend, service: Service) -> list[Task]:
    tasks = backend.tasks.get(service.cluster_name, {}).values()
    return [each for each in tasks if each.group == f"service:{service.name}" and not is_over(each)]


def start_tasks(backend: EC2ContainerServiceBackend, service: Service, deployment: dict[str, Any], count: int) -> None:
    if count <= 0:
        return
    arn = deployment["taskDefinition"]
    tasks = backend.run_task(
        service.cluster_name, arn, count, None, deployment["id"], service.tags, "FARGATE", service.network_configuration,
        f"service:{service.name}", service.platform_version,
    )
    for task in tasks:
        begin(task, definition_of(backend, arn))


def stop_task(backend: EC2ContainerServiceBackend, service: Service, task: Task) -> None:
    deregister(service, task)
    definition = definition_of(backend, task.task_definition_arn)
    end(task, definition, f"Scaling activity initiated by (deployment {task.started_by})", 143)


def register(service: Service, task: Task) -> None:
    balancers = elbv2_backends[service._account_id][service.region_name]
    for each in service.load_balancers:
        target = {"Id": address_of(task), "Port": each["containerPort"]}
        balancers.register_targets(each["targetGroupArn"], [target])


def deregister(service: Service, task: Task) -> None:
    balancers = elbv2_backends[service._account_id][service.region_name]
    for each in service.load_balancers:
        group = balancers.target_groups.get(each["targetGroupArn"])
        if group is not None and task.attachments and address_of(task) in group.targets:
            group.deregister([{"Id": address_of(task)}])


def deploy(backend: EC2ContainerServiceBackend, service: Service, definition: str, reason: str | None = None) -> None:
    """Starts a deployment, beside those that are there."""
    arn = definition_of(backend, definition).arn
    identity = f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"
    for each in service.deployments:
        each["status"] = "ACTIVE"
    deployment = {
        "id": identity,
        "status": "PRIMARY",
        "taskDefinition": arn,
        "desiredCount": service.desired_count,
        "pendingCount": service.desired_count,
        "runningCount": 0,
        "failedTasks": 0,
        "createdAt": utcnow(),
        "updatedAt": utcnow(),
        "launchType": service.launch_type,
        "platformVersion": service.platform_version,
        "platformFamily": "Linux",
        "networkConfiguration": service.network_configuration,
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": reason or f"ECS deployment {identity} in progress.",
    }
    service.deployments = [deployment, *service.deployments]
    service.task_definition = arn
    service.due = time.monotonic() + START
    service.is_rollback = reason is not None
    if reason is None:
        service.records = [record(service, arn), *getattr(service, "records", [])]
    start_tasks(backend, service, deployment, service.desired_count)


def record(service: Service, definition: str) -> dict[str, Any]:
    """A service deployment, as ECS lists them, and its revision."""
    place = f"{service.cluster_name}/{service.name}/{mock_random.randint(10**18, 10**19 - 1)}"
    base = service.arn.partition(":service/")[0]
    return {
        "serviceDeploymentArn": f"{base}:service-deployment/{place}",
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": utcnow(),
        "startedAt": utcnow(),
        "status": "IN_PROGRESS",
        "targetServiceRevisionArn": f"{base}:service-revision/{place}",
        "taskDefinition": definition,
    }


def advance(backend: EC2ContainerServiceBackend) -> None:
    """Lets happen what is due."""
    for service in backend.services.values():
        if service.status == "ACTIVE" and service.deployments:
            advance_service(backend, service)
    for tasks in backend.tasks.values():
        for task in tasks.values():
            if not task.group.startswith("service:"):
                advance_task(backend, task)


def advance_task(backend: EC2ContainerServiceBackend, task: Task) -> None:
    """A one-off task does its work in no time."""
    if is_over(task) or time.monotonic() < getattr(task, "due", 0):
        return
    definition = definition_of(backend, task.task_definition_arn)
    if task.started_at is None:
        run(task, definition)
        task.due = time.monotonic() + START
    else:
        end(task, definition, "Essential container in task exited", 1 if crashes(definition) else 0)


def advance_service(backend: EC2ContainerServiceBackend, service: Service) -> None:
    primary = service.deployments[0]
    if primary["rolloutState"] != "IN_PROGRESS" or time.monotonic() < service.due:
        return
    definition = definition_of(backend, primary["taskDefinition"])
    if crashes(definition) and primary["desiredCount"] > 0:
        fail(backend, service, primary, definition)
    else:
        complete(backend, service, primary, definition)


def complete(backend: EC2ContainerServiceBackend, service: Service, primary: dict[str, Any], definition: Any) -> None:
    for task in tasks_of(backend, service):
        if task.started_by == primary["id"]:
            run(task, definition)
            register(service, task)
    if not service.is_rollback:
        shift_traffic(service)
    for task in tasks_of(backend, service):
        if task.started_by != primary["id"]:
            stop_task(backend, service, task)
    service.deployments = [primary]
    counted(backend, service)
    primary["rolloutState"] = "COMPLETED"
    if not service.is_rollback:
        primary["rolloutStateReason"] = f"ECS deployment {primary['id']} completed."
    service.good = primary["taskDefinition"]
    service.records[0]["status"] = "ROLLBACK_SUCCESSFUL" if service.is_rollback else "SUCCESSFUL"


def fail(backend: EC2ContainerServiceBackend, service: Service, primary: dict[str, Any], definition: Any) -> None:
    """The circuit breaker."""
    for task in tasks_of(backend, service):
        if task.started_by == primary["id"]:
            end(task, definition, "Essential container in task exited", 1)
    primary.update(
        failedTasks=primary["desiredCount"], pendingCount=0, rolloutState="FAILED",
        rolloutStateReason="ECS deployment circuit breaker: tasks failed to start.",
    )
    good = getattr(service, "good", None)
    if good is None:
        service.records[0]["status"] = "ROLLBACK_FAILED"
        return
    service.records[0]["status"] = "ROLLBACK_IN_PROGRESS"
    before = next((each["id"] for each in service.deployments if each["taskDefinition"] == good), "")
    deploy(backend, service, good, f"ECS deployment circuit breaker: rolling back to deploymentId {before}.")


def shift_traffic(service: Service) -> None:
    """Blue/green: a rule that has two groups sends everything to the other one, where the new tasks are."""
    balancers = elbv2_backends[service._account_id][service.region_name]
    own = {each["targetGroupArn"] for each in service.load_balancers}
    for balancer in balancers.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                for action in rule.actions:
                    groups = action.data.get("ForwardConfig", {}).get("TargetGroups", [])
                    if len(groups) == 2 and own & {each["TargetGroupArn"] for each in groups} and hasattr(service, "good"):
                        first, second = groups
                        first["Weight"], second["Weight"] = second["Weight"], first["Weight"]


def counted(backend: EC2ContainerServiceBackend, service: Service) -> None:
    """Brings the number of tasks to what is asked for."""
    primary = service.deployments[0]
    own = [each for each in tasks_of(backend, service) if each.started_by == primary["id"]]
    for task in own[service.desired_count:]:
        stop_task(backend, service, task)
    missing = service.desired_count - len(own)
    if missing > 0:
        start_tasks(backend, service, primary, missing)
        for task in tasks_of(backend, service)[-missing:]:
            run(task, definition_of(backend, primary["taskDefinition"]))
            register(service, task)
    service.running_count = primary["runningCount"] = primary["desiredCount"] = service.desired_count
    service.pending_count = primary["pendingCount"] = 0


# --- moto's operations, with tasks ---


def install() -> None:
    wrap_backend()
    wrap_responses()


def wrap_backend() -> None:
    backend = EC2ContainerServiceBackend
    create, update, delete = backend.create_service, backend.update_service, backend.delete_service
    describe, run_task, list_tasks = backend.describe_services, backend.run_task, backend.list_tasks

    def create_service(self: Any, *args: Any, **kwargs: Any) -> Service:
        service = create(self, *args, **kwargs)
        service.deployments = []
        deploy(self, service, service.task_definition)
        return service

    def update_service(self: Any, properties: dict[str, Any]) -> Service:
        advance(self)
        cluster, name = properties.get("cluster", "default"), properties["service"]
        before = self._get_service(cluster, name.split("/")[-1])
        was = (before.task_definition, before.network_configuration, before.load_balancers, before.platform_version)
        forced = properties.get("force_new_deployment", False)
        service = update(self, properties)
        service.task_definition = definition_of(self, service.task_definition).arn
        now = (service.task_definition, service.network_configuration, service.load_balancers, service.platform_version)
        if forced or was != now:
            deploy(self, service, service.task_definition)
        elif service.deployments[0]["rolloutState"] == "COMPLETED":
            counted(self, service)
        return service

    def delete_service(self: Any, cluster: str, name: str, force: bool) -> Service:
        service = delete(self, cluster, name, force)
        for task in tasks_of(self, service):
            stop_task(self, service, task)
        service.deployments = []
        service.running_count = 0
        return service

    def describe_services(self: Any, *args: Any) -> Any:
        advance(self)
        return describe(self, *args)

    def run_one_off(self: Any, *args: Any, **kwargs: Any) -> list[Task]:
        tasks = run_task(self, *args, **kwargs)
        for task in tasks:
            task.started_at = None
            begin(task, definition_of(self, task.task_definition_arn))
        return tasks

    def list_own_tasks(self: Any, cluster: Any = None, instance: Any = None, family: Any = None, started_by: Any = None,
                       service: Any = None, desired: Any = None) -> list[Task]:
        advance(self)
        tasks = list_tasks(self, cluster, instance, family, started_by, None, desired or "RUNNING")
        return [each for each in tasks if service is None or each.group == f"service:{service.split('/')[-1]}"]

    def describe_tasks(self: Any, cluster: str, tasks: list[str]) -> list[Task]:
        advance(self)
        wanted = {each.split("/")[-1] for each in tasks}
        return [task for own in self.tasks.values() for task in own.values() if task.id in wanted]

    def no_requirements(self: Any, definition: Any) -> dict[str, Any]:
        """moto wants every container to have memory of its own, which on Fargate the task has."""
        return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}

    backend._calculate_task_resource_requirements = no_requirements
    backend.create_service, backend.update_service, backend.delete_service = create_service, update_service, delete_service
    backend.describe_services, backend.run_task, backend.list_tasks = describe_services, run_one_off, list_own_tasks
    backend.describe_tasks = describe_tasks


def wrap_responses() -> None:
    responses = EC2ContainerServiceResponse

    def service_of(self: Any) -> Service:
        return self.ecs_backend._get_service(self._get_param("cluster", "default"), self._get_param("service"))

    def list_service_deployments(self: Any) -> ActionResult:
        advance(self.ecs_backend)
        wanted = self._get_param("status") or []
        records = [each for each in service_of(self).records if not wanted or each["status"] in wanted]
        return ActionResult({"serviceDeployments": records})

    def describe_service_revisions(self: Any) -> ActionResult:
        wanted = self._get_param("serviceRevisionArns")
        found = [
            {"serviceRevisionArn": each["targetServiceRevisionArn"], "taskDefinition": each["taskDefinition"]}
            for service in self.ecs_backend.services.values()
            for each in getattr(service, "records", [])
            if each["targetServiceRevisionArn"] in wanted
        ]
        return ActionResult({"serviceRevisions": found, "failures": []})

    for function in (list_service_deployments, describe_service_revisions):
        if not hasattr(responses, function.__name__):
            setattr(responses, function.__name__, function)
