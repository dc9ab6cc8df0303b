import type * as pulumi from "@pulumi/pulumi";
import type { ModelArgs } from "./artefact";
import { loadModel } from "./artefact";
import type { ServiceArgs } from "./service";
import { Service } from "./service";

/** Arguments of a {@link PredictorService}; `port` is 5000 and `health.path` "/health" unless given. */
export interface PredictorServiceArgs extends Omit<ServiceArgs, "exposure"> {
  /** The model artefact. It is told as MODEL_PATH and MODEL_SHA256, the backup as MODEL_BACKUP_PATH and MODEL_BACKUP_SHA256. @default none */
  readonly model?: ModelArgs;
  /** Path of its metrics. @default "/metrics" */
  readonly metricsPath?: string;
}

/**
 * An ML predictor: internal only, with a model artefact that is checked before anything is switched.
 *
 * @example
 * new PredictorService("predictor", { environment, image, model: { file: "model/matrix.json" } });
 */
export class PredictorService extends Service {
  /** Where linked components read its metrics. */
  readonly metricsUrl: string;

  /** @throws InvalidArgumentsError with every mistake in the arguments; also when the model is missing or corrupt. */
  constructor(name: string, args: PredictorServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { model, metricsPath = "/metrics", ...service } = args;
    super(
      {
        type: "landfall:index:PredictorService",
        label: "PredictorService",
        defaultPort: 5000,
        defaultHealthPath: "/health",
        publishable: false,
        extend: (problems) => {
          const fits = /^\/[\w./-]*$/.test(metricsPath);
          problems.require(fits, "metricsPath", "must be an absolute HTTP path", metricsPath);
          return model === undefined ? {} : (loadModel(model, problems) ?? {});
        },
      },
      name,
      service,
      opts,
    );
    this.metricsUrl = `${this.internalUrl}${metricsPath}`;
  }
}
