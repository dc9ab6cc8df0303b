import type { Problems } from "../errors";
import type { Link } from "../link";
import type { PolicyStatement } from "./args";
import type { Grant } from "./roles";

// A service's whole API is as good as everything: `s3:Get*` is an intention, `s3:*` is none.
const ACTION = /^[a-z0-9-]+:[A-Za-z][A-Za-z0-9]*\*?$/;

/** Notes every statement that gives more than anybody can mean. */
export function checkPolicies(policies: readonly PolicyStatement[], problems: Problems): void {
  policies.forEach(({ actions, resources }, index) => {
    const at = `aws.policies[${index}]`;
    problems.require(actions.length > 0, `${at}.actions`, "must name an action");
    actions.forEach((action, each) => {
      const rule = 'must be an action such as "s3:GetObject": neither * nor all of a service';
      problems.require(ACTION.test(action), `${at}.actions[${each}]`, rule, action);
    });
    if (!isList(resources)) return;
    problems.require(resources.length > 0, `${at}.resources`, "must name a resource");
    resources.forEach((resource, each) => {
      if (typeof resource !== "string") return;
      const rule =
        "must be the ARN of a resource, such as arn:aws:s3:::shop-uploads/*: not * alone";
      problems.require(resource.startsWith("arn:"), `${at}.resources[${each}]`, rule, resource);
    });
  });
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The statements as grants of a role. */
export function grantsOf(policies: readonly PolicyStatement[]): Grant[] {
  return policies.map((policy, index) => ({ ...policy, sid: `Own${index + 1}` }));
}

/** What links give the right to, as grants of a role. */
export function linkedGrants(links: readonly Link[]): Grant[] {
  return links.flatMap(({ name, grants = [] }) =>
    // A statement's id has letters and digits alone.
    grants.map((grant, index) => ({ ...grant, sid: `Link${alphanumeric(name)}${index + 1}` })),
  );
}

function alphanumeric(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
