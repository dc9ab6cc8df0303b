import {
  CheckFailure as CheckFailureMessage,
  CheckRequest as CheckRequestMessage,
  CheckResponse,
  DiffResponse,
  PropertyDiff as PropertyDiffMessage,
} from "@pulumi/pulumi/proto/provider_pb";
import type { CheckFailure, CheckRequest, CheckResult, DiffKind, DiffResult } from "./types";
import { encodeMap } from "./wire";

const changes = {
  unknown: DiffResponse.DiffChanges.DIFF_UNKNOWN,
  none: DiffResponse.DiffChanges.DIFF_NONE,
  some: DiffResponse.DiffChanges.DIFF_SOME,
} satisfies Record<DiffResult["changes"], DiffResponse.DiffChanges>;

const kinds = {
  add: PropertyDiffMessage.Kind.ADD,
  "add-replace": PropertyDiffMessage.Kind.ADD_REPLACE,
  delete: PropertyDiffMessage.Kind.DELETE,
  "delete-replace": PropertyDiffMessage.Kind.DELETE_REPLACE,
  update: PropertyDiffMessage.Kind.UPDATE,
  "update-replace": PropertyDiffMessage.Kind.UPDATE_REPLACE,
} satisfies Record<DiffKind, PropertyDiffMessage.Kind>;

const autonamingModes = {
  [CheckRequestMessage.AutonamingOptions.Mode.PROPOSE]: "propose",
  [CheckRequestMessage.AutonamingOptions.Mode.ENFORCE]: "enforce",
  [CheckRequestMessage.AutonamingOptions.Mode.DISABLE]: "disable",
} as const;

export function autonamingOf(message: CheckRequestMessage): CheckRequest["autonaming"] {
  const options = message.getAutonaming();
  return (
    options && {
      mode: autonamingModes[options.getMode()],
      proposedName: options.getProposedName(),
    }
  );
}

export function checkResponse(result: CheckResult): CheckResponse {
  return new CheckResponse()
    .setInputs(encodeMap(result.inputs))
    .setFailuresList(failureMessages(result.failures));
}

export function failureMessages(failures: readonly CheckFailure[] = []): CheckFailureMessage[] {
  return failures.map(({ property, reason }) =>
    new CheckFailureMessage().setProperty(property).setReason(reason),
  );
}

export function diffResponse(result: DiffResult): DiffResponse {
  const response = new DiffResponse()
    .setChanges(changes[result.changes])
    .setReplacesList([...(result.replaces ?? [])])
    .setDiffsList([...(result.diffs ?? [])])
    .setStablesList([...(result.stables ?? [])])
    .setDeletebeforereplace(result.deleteBeforeReplace ?? false)
    .setHasdetaileddiff(result.detailedDiff !== undefined);
  for (const [path, diff] of Object.entries(result.detailedDiff ?? {})) {
    const message = new PropertyDiffMessage()
      .setKind(kinds[diff.kind])
      .setInputdiff(diff.inputDiff ?? false);
    response.getDetaileddiffMap().set(path, message);
  }
  return response;
}
