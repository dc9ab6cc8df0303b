"""Where moto does otherwise than AWS, beside what the AWS plugin's tool mends."""

import json
from typing import Any

from moto.ec2.models import EC2Backend
from moto.s3.models import FakeBucket, FakeDeleteMarker


def install() -> None:
    mend_bucket_policies()
    mend_nat_gateways()
    mend_delete_markers()


def mend_bucket_policies() -> None:
    """moto refuses by a statement whatever its condition says: one against plain HTTP would shut everybody out."""
    permission = FakeBucket.get_permission

    def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
        whole = self.policy
        if whole is None:
            return permission(self, action, resource)
        policy = json.loads(whole)
        policy["Statement"] = [each for each in policy["Statement"] if "Condition" not in each]
        self.policy = json.dumps(policy).encode() if policy["Statement"] else None
        try:
            return permission(self, action, resource)
        finally:
            self.policy = whole

    FakeBucket.get_permission = get_permission


def mend_nat_gateways() -> None:
    """moto leaves the interface of a gateway that was deleted."""
    delete = EC2Backend.delete_nat_gateway

    def delete_nat_gateway(self: EC2Backend, identity: str) -> Any:
        gateway = delete(self, identity)
        self.delete_network_interface(gateway._eni.id)
        return gateway

    EC2Backend.delete_nat_gateway = delete_nat_gateway


def mend_delete_markers() -> None:
    """moto frees what a version of an object holds, and forgets that a mark of a deletion is one that holds nothing."""

    def dispose(self: FakeDeleteMarker, garbage: bool = False) -> None:
        pass

    FakeDeleteMarker.dispose = dispose
