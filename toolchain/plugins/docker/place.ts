/** Where the plugin works for a program: in its own process that is the process's, within another one it is told. */
export interface Place {
  /** The program's folder, from which relative paths start. */
  readonly directory: string;
  readonly env: Environment;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function ownPlace(): Place {
  return { directory: process.cwd(), env: process.env };
}
