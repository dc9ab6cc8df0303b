import type { IntendedService } from "../intended";
import type { ServiceObservation } from "../results";
import { dockerObserver } from "./docker";

/** How one platform is looked at. It never trusts the engine: it asks the platform. */
export interface Observer {
  /** Looks at every service. @throws LandfallError when the platform does not answer */
  observe(services: Readonly<Record<string, IntendedService>>): Promise<ServiceObservation[]>;
  /** Those of these images that the platform cannot run any more, by service. */
  missingImages(
    images: Readonly<Record<string, { image: string; digest: string }>>,
  ): Promise<string[]>;
}

export interface ObserverOptions {
  env: Readonly<Record<string, string | undefined>>;
}

/** The one table of platforms that can be observed. */
export const observers: Readonly<Record<string, (options: ObserverOptions) => Observer>> = {
  docker: dockerObserver,
};
