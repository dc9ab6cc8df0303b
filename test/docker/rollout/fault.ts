import { binomialAtLeast } from "../../../automation/gates/statistics";
import type { UpResult } from "../../../automation";
import { Load } from "../../support/load";
import type { RolloutProject, Settings } from "./project";

/** What closed-loop clients met of an update that failed. */
export interface Met {
  result: UpResult;
  /** Requests from the first fault to the last. */
  exposed: number;
  /** Requests that were answered with a fault. */
  faults: number;
  /** Requests without any answer. */
  lost: readonly string[];
}

/**
 * Deploys a revision that gets ready and then answers 503, under closed-loop clients on kept connections. Their own
 * count is what the release's is held to.
 */
export async function underFault(
  project: RolloutProject,
  settings: Settings,
  clients = 8,
): Promise<Met> {
  const statuses: number[] = [];
  const kind = {
    ...{ name: "client", count: clients, url: `${project.url}/`, pauseMs: 20 },
    expect: (status: number) => {
      statuses.push(status);
      return true;
    },
  };
  const load = new Load([kind], 120);
  const result = await project.up({ ...settings, mode: "bad" }).finally(() => load.stop());
  const { failures: lost } = await load.stop();
  const from = statuses.indexOf(503);
  const exposed = from < 0 ? 0 : statuses.lastIndexOf(503) - from + 1;
  return { result, exposed, faults: statuses.filter((status) => status === 503).length, lost };
}

/** How sure a count has to be before it is taken for more than a canary's share. */
export const certainty = 0.001;

/**
 * Whether so many faults are more than a canary's share of the requests explains: by the exact binomial test, so that a
 * share that is met on average passes in all but one of a thousand counts, however few the requests.
 */
export function exceeds(
  { faults, exposed }: Pick<Met, "faults" | "exposed">,
  share: number,
): boolean {
  return binomialAtLeast(faults, exposed, share) < certainty;
}
