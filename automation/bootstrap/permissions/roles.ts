import type { PolicyDocument } from "../documents";
import { namesOf } from "../names";
import type { BootstrapPlace } from "../names";
import { allow, document, verbs } from "./statements";

/** A role that it makes can do what the boundary allows and no more; and it can change neither itself nor the boundary. */
export function roles(place: BootstrapPlace): PolicyDocument {
  const { project, account } = place;
  const names = namesOf(place);
  const role = `arn:aws:iam::${account}:role/${project}-*`;
  const bounded = { StringEquals: { "iam:PermissionsBoundary": names.boundaryArn } };
  return document(
    allow(
      "Look",
      verbs(
        "iam",
        "GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies ListRoleTags",
      ),
      role,
    ),
    allow(
      "Make",
      verbs("iam", "CreateRole PutRolePolicy DeleteRolePolicy PutRolePermissionsBoundary"),
      role,
      bounded,
    ),
    allow(
      "Change",
      verbs("iam", "DeleteRole TagRole UntagRole UpdateAssumeRolePolicy UpdateRole"),
      role,
    ),
    allow("Pass", ["iam:PassRole"], role, {
      StringEquals: {
        "iam:PassedToService": [
          "ecs-tasks.amazonaws.com",
          "ecs.amazonaws.com",
          "vpc-flow-logs.amazonaws.com",
          "monitoring.rds.amazonaws.com",
          "scheduler.amazonaws.com",
        ],
      },
    }),
    allow(
      "ServiceRoles",
      ["iam:CreateServiceLinkedRole"],
      `arn:aws:iam::${account}:role/aws-service-role/*`,
      {
        StringEquals: {
          "iam:AWSServiceName": [
            "ecs.amazonaws.com",
            "ecs.application-autoscaling.amazonaws.com",
            "elasticloadbalancing.amazonaws.com",
            "elasticache.amazonaws.com",
            "rds.amazonaws.com",
          ],
        },
      },
    ),
    {
      Sid: "NotItself",
      Effect: "Deny",
      Action: verbs(
        "iam",
        "AttachRolePolicy CreatePolicyVersion DeletePolicy DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy PutRolePermissionsBoundary PutRolePolicy SetDefaultPolicyVersion UpdateAssumeRolePolicy",
      ),
      Resource: [names.roleArn, `arn:aws:iam::${account}:policy/${project}-landfall-*`],
    },
  );
}
