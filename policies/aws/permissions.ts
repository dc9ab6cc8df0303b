import type { Subject } from "../subject";
import { documentOf, listOf, objectOf, oneOrMore, texts } from "../values";
import type { Checks } from "./facts";
import { byKind } from "./facts";
import type { Statement } from "./statements";
import { statementsOf } from "./statements";

/** Actions that AWS knows for every resource alone: a policy that names a resource would not give them. */
const ONLY_ON_ALL: readonly string[] = [
  // A token for ECR's registry, which opens no repository that another statement does not.
  "ecr:getauthorizationtoken",
  // What ECS looks at while it moves traffic; they tell of load balancers, and change none.
  "elasticloadbalancing:describelisteners",
  "elasticloadbalancing:describerules",
  "elasticloadbalancing:describetargetgroups",
  "elasticloadbalancing:describetargethealth",
];

/** AWS's own policies that are wider than any one task: those of administrators, and of all of a service. */
const WIDE_POLICY = /:aws:policy\/(?:.*\/)?(?:AdministratorAccess|PowerUserAccess|\w*FullAccess)/;

/** What a policy of an identity (a role's, a user's, a group's, or one that is attached) allows beyond its task. */
export function widePermissions(subject: Subject): string[] {
  return byKind(checks, subject);
}

const ownPolicy = ({ inputs }: Subject): string[] => wideStatements(inputs.policy);
const attachedPolicy = ({ inputs }: Subject): string[] => widePolicies([inputs.policyArn]);

const checks: Checks = {
  "iam:Policy": ownPolicy,
  "iam:RolePolicy": ownPolicy,
  "iam:UserPolicy": ownPolicy,
  "iam:GroupPolicy": ownPolicy,
  "iam:RolePolicyAttachment": attachedPolicy,
  "iam:UserPolicyAttachment": attachedPolicy,
  "iam:GroupPolicyAttachment": attachedPolicy,
  "iam:PolicyAttachment": attachedPolicy,
  "iam:Role": ({ inputs }) => [
    ...widePolicies(texts(inputs.managedPolicyArns)),
    ...listOf(inputs.inlinePolicies).flatMap(({ policy }) => wideStatements(policy)),
    ...openTrust(inputs.assumeRolePolicy),
  ],
};

function wideStatements(policy: unknown): string[] {
  return [
    ...new Set(
      statementsOf(documentOf(policy))
        .filter(({ Effect }) => Effect === "Allow")
        .flatMap(wideStatement),
    ),
  ];
}

function wideStatement({ Action, NotAction, Resource, NotResource }: Statement): string[] {
  if (NotAction !== undefined) return ["it allows all actions but some (NotAction)"];
  if (NotResource !== undefined) return ["it allows all resources but some (NotResource)"];
  const actions = texts(oneOrMore(Action));
  const whole = actions.filter((action) => /^(\*|[^:]+:\*)$/.test(action));
  const onAll = texts(oneOrMore(Resource)).includes("*")
    ? actions.filter(
        (action) => !whole.includes(action) && !ONLY_ON_ALL.includes(action.toLowerCase()),
      )
    : [];
  return [
    ...whole.map((action) => `it allows every action (${action})`),
    ...onAll.map((action) => `it allows ${action} on every resource (*)`),
  ];
}

function widePolicies(arns: readonly unknown[]): string[] {
  return arns
    .filter((arn) => typeof arn === "string" && WIDE_POLICY.test(arn))
    .map((arn) => `the policy ${String(arn)} allows more than any one task needs`);
}

/** Whoever may take the role: everybody in the world, without a condition, is nobody's wish. */
function openTrust(policy: unknown): string[] {
  const open = statementsOf(documentOf(policy)).some(({ Effect, Principal, Condition }) => {
    const anyone =
      Principal === "*" || oneOrMore(objectOf(Principal).AWS).some((each) => each === "*");
    return Effect === "Allow" && anyone && Object.keys(objectOf(Condition)).length === 0;
  });
  return open ? ["everybody in the world may take the role"] : [];
}
