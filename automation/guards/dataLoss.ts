import { forbiddenLosses } from "../dataHolders";
import { dataLossError } from "../dataLossError";
import { inspection } from "./inspection";
import type { Guard } from ".";

/** Nothing that holds data is deleted or replaced unless it was named. */
export const dataLossGuard: Guard = async (session, args, proposal) => {
  const { losses } = await inspection(session, args, proposal);
  const forbidden = forbiddenLosses(losses, args.allowDataLoss ?? []);
  if (forbidden.length > 0) throw dataLossError(forbidden);
  if (losses.length === 0) return {};
  return { recorded: { allowedDataLoss: losses.map(({ urn, holds }) => ({ urn, holds })) } };
};
