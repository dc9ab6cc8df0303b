export { Alarms, type AlarmsArgs, type ThresholdArgs } from "./alarms";
export { ApiService, type ApiServiceArgs } from "./apiService";
export type { ModelArgs } from "./artefact";
export type {
  AutoscalingArgs,
  AwsAlarmsArgs,
  AwsBackupsArgs,
  AwsEnvironmentArgs,
  AwsObjectStoreArgs,
  AwsPostgresArgs,
  AwsRedisArgs,
  AwsServiceArgs,
  DomainArgs,
  PolicyCondition,
  PolicyStatement,
} from "./aws/args";
export { Backups, type BackupsArgs, type DrillArgs } from "./backups";
export type { Duration, Size } from "./duration";
export { Environment, type DockerEnvironmentArgs, type EnvironmentArgs } from "./environment";
export { InvalidArgumentsError, type Problem } from "./errors";
export type { HealthArgs, ReadinessArgs } from "./health";
export type { ImageArgs, ImageBuild, ImageReference } from "./image";
export { ObjectStore, type ObjectStoreArgs } from "./objectStore";
export type { Link, Linkable, NetworkPermission } from "./link";
export { ManagedPostgres, type ManagedPostgresArgs } from "./managedPostgres";
export { MigrationJob, type MigrationJobArgs } from "./migrationJob";
export type { PlatformName, RestartPolicy, ServiceStatus } from "./platform";
export { newestMigration } from "./migrations";
export { PredictorService, type PredictorServiceArgs } from "./predictorService";
export { RedisCache, type EvictionPolicy, type RedisCacheArgs } from "./redisCache";
export type { Exposure, PublicExposure } from "./exposure";
export type { FeatureArgs } from "./features";
export type { Service, ServiceArgs } from "./service";
export type {
  EnvironmentTransforms,
  ObjectStoreTransforms,
  ServiceTransforms,
  StoreTransforms,
  Transform,
} from "./transform";
export type {
  CommandGateArgs,
  GateArgs,
  GateMoment,
  HttpGateArgs,
  ManualGateArgs,
  ShadowGateArgs,
  SloGateArgs,
} from "./gates";
export type { RolloutArgs, Strategy } from "./rollout";
export { WebFrontend, type WebFrontendArgs } from "./webFrontend";
