import type * as pulumi from "@pulumi/pulumi";
import type { ModelArgs } from "./artefact";
import { loadModel } from "./artefact";
import type { GateArgs } from "./gates";
import type { ServiceArgs } from "./service";
import { Service } from "./service";

/**
 * What a predictor answers to unless it says otherwise: 100 ms at p95 and errors under 1 %, the usual targets of a
 * detection API that others call while they wait.
 */
const USUAL_GATES: readonly GateArgs[] = [
  { type: "slo", name: "slo", when: "after", p95Ms: 100, errorRate: 0.01 },
];

/**
 * Arguments of a {@link PredictorService}; `port` is 5000 and `health.path` "/health" unless given, and `rollout.gates` holds a
 * new revision to 100 ms at p95 and errors under 1 % once it has all the traffic.
 */
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
    const { model, metricsPath = "/metrics", rollout, ...service } = args;
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
      { ...service, rollout: { ...rollout, gates: rollout?.gates ?? USUAL_GATES } },
      opts,
    );
    this.metricsUrl = `${this.internalUrl}${metricsPath}`;
  }
}
