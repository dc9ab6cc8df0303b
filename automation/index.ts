export { Deployer } from "./deployer";
export type { DeployerOptions } from "./opening";
export { operations } from "./operations";
export type * from "./operations";
export type * from "./events";
export {
  CancelledError,
  ConfigError,
  LandfallError,
  LockedError,
  RefusedError,
  StackNotFoundError,
  UsageError,
  errorTable,
  exitCodeOf,
  exitCodes,
  verdictExitCodes,
} from "./errors";
export type { ErrorCode, ErrorInfo, ExitCode, Problem } from "./errors";
export { Redactor, redacted } from "../components/redaction/redactor";
export { FileReleaseStore } from "./stores/file";
export type { ReleaseDraft, ReleaseRecord, ReleaseStore } from "./release";
export type { Clock } from "./clock";
