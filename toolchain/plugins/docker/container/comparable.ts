import type { PropertyMap } from "../../host/values";
import { blocks, number, text } from "../bridge/read";
import type { Comparable } from "../bridge/schema";

/** A container's state and inputs with what the daemon chose, or reordered, put as the program has it. */
export function comparableContainer(oldState: PropertyMap, news: PropertyMap): Comparable {
  return {
    oldState: withoutChosenSwap(oldState, news),
    news: withRecordedPortOrder(oldState, news),
  };
}

/** Where the program gives no swap limit the daemon takes twice the memory, which is no difference. */
function withoutChosenSwap(oldState: PropertyMap, news: PropertyMap): PropertyMap {
  const given = (number(news, "memorySwap") ?? 0) !== 0;
  const chosen = number(oldState, "memorySwap") === 2 * (number(oldState, "memory") ?? 0);
  return !given && chosen ? { ...oldState, memorySwap: 0 } : oldState;
}

/** Published ports have an order in the provider's language, but none that matters. */
function withRecordedPortOrder(oldState: PropertyMap, news: PropertyMap): PropertyMap {
  const old = blocks(oldState, "ports");
  const next = blocks(news, "ports");
  if (old.length !== next.length || next.length < 2) return news;
  const rest = [...next];
  const sorted = old.flatMap((port) => {
    const found = rest.findIndex((candidate) => samePort(port, candidate));
    return found < 0 ? [] : rest.splice(found, 1);
  });
  return sorted.length === next.length ? { ...news, ports: sorted } : news;
}

function samePort(old: PropertyMap, next: PropertyMap): boolean {
  const external = number(next, "external");
  return (
    number(old, "internal") === number(next, "internal") &&
    text(old, "protocol") === text(next, "protocol") &&
    text(old, "ip") === text(next, "ip") &&
    (external === undefined || number(old, "external") === external)
  );
}
