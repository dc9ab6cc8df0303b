import { z } from "zod";

import type { ReleaseStore } from "../release";
import type { Approval, ApprovalRequest, GateIo } from "./types";

const request = z.looseObject({
  release: z.number(),
  service: z.string(),
  gate: z.string(),
  message: z.string(),
});
const approval = z.looseObject({
  approved: z.boolean(),
  by: z.string(),
  reason: z.string().optional(),
});
const shape = z.looseObject({
  format: z.literal(1),
  requests: z.array(request.extend({ answer: approval.optional() })),
});

/** What manual gates ask, with the answers there are: a note beside the releases, seen from every terminal. */
export type AskedApproval = ApprovalRequest & { answer?: Approval };

/** What is being asked now. A note that cannot be read asks nothing: the gate writes it again. */
export async function askedApprovals(
  store: Pick<ReleaseStore, "readNote">,
): Promise<AskedApproval[]> {
  const text = await store.readNote("approvals");
  if (text === undefined) return [];
  try {
    return shape.parse(JSON.parse(text)).requests.map(({ answer, ...rest }) => {
      if (answer === undefined) return rest;
      const { reason, ...said } = answer;
      return { ...rest, answer: { ...said, ...(reason === undefined ? {} : { reason }) } };
    });
  } catch {
    return [];
  }
}

/** Replaces what is being asked; nothing removes the note. */
export async function writeApprovals(
  store: Pick<ReleaseStore, "writeNote">,
  requests: readonly AskedApproval[],
): Promise<void> {
  const text = `${JSON.stringify({ format: 1, requests }, null, 2)}\n`;
  await store.writeNote("approvals", requests.length === 0 ? undefined : text);
}

/** Whether two requests are of the same gate of the same release. */
export function sameRequest(a: ApprovalRequest, b: ApprovalRequest): boolean {
  return a.release === b.release && a.service === b.service && a.gate === b.gate;
}

/** How manual gates ask through a release store. */
export function approvalsOf(
  store: Pick<ReleaseStore, "readNote" | "writeNote">,
): Pick<GateIo, "approval" | "withdraw"> {
  return {
    approval: async (wanted) => {
      const asked = await askedApprovals(store);
      const known = asked.find((each) => sameRequest(each, wanted));
      if (known === undefined) await writeApprovals(store, [...asked, wanted]);
      return known?.answer;
    },
    withdraw: async (wanted) => {
      const asked = await askedApprovals(store);
      await writeApprovals(
        store,
        asked.filter((each) => !sameRequest(each, wanted)),
      );
    },
  };
}
