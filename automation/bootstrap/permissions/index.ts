import type { PolicyDocument } from "../documents";
import type { BootstrapPlace } from "../names";
import { compute } from "./compute";
import { data } from "./data";
import { network } from "./network";
import { roles } from "./roles";
import { state } from "./state";

/**
 * What the deploy role may do, in parts, because AWS takes 6,144 characters of a policy. Names are narrowed to the
 * project where AWS has names; the network, which has none, to the region and, once made, to the project's tag.
 */
export function permissionsOf(place: BootstrapPlace): Record<string, PolicyDocument> {
  return {
    network: network(place),
    compute: compute(place),
    data: data(place),
    roles: roles(place),
    state: state(place),
  };
}
