import { Load } from "../../test/support/load";
import type { TrafficKind } from "./traffic";

type Order = "stop" | { kinds: TrafficKind[]; maxSeconds: number };

let load: Load | undefined;

process.on("message", (order: Order) => {
  if (order === "stop") void finish();
  else load = new Load(order.kinds.map(clients), order.maxSeconds);
});
process.on("disconnect", () => process.exit());
process.send?.("ready");

function clients({ headers, body, ...kind }: TrafficKind) {
  return {
    ...kind,
    ...(headers === undefined ? {} : { headers: () => headers }),
    ...(body === undefined ? {} : { body: () => body }),
  };
}

async function finish(): Promise<void> {
  process.send?.(await load?.stop());
}
