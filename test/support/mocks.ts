import * as pulumi from "@pulumi/pulumi";
import { providerOutputs } from "../../automation/offline/answers";
import { awsInvoke } from "../../automation/offline/awsAnswers";

/** A resource that a program registered under mocks. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** What the provider is given, secrets shown. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the inputs that hold a secret. */
  readonly secrets: readonly string[];
}

/** What a test sees of a program: every registration, complete once `settled` resolves. */
export class Registrations {
  readonly all: Registered[] = [];

  /** The one resource of that logical name. @throws when there is none. */
  named(name: string): Registered {
    const found = this.all.find((resource) => resource.name === name);
    if (found === undefined)
      throw new Error(`no resource ${name}; there are: ${this.names().join(", ")}`);
    return found;
  }

  ofType(type: string): Registered[] {
    return this.all.filter((resource) => resource.type === type);
  }

  /** Those alone whose names begin with one of these. */
  only(...beginnings: readonly string[]): Registrations {
    const some = new Registrations();
    some.all.push(
      ...this.all.filter(({ name }) => beginnings.some((beginning) => name.startsWith(beginning))),
    );
    return some;
  }

  names(): string[] {
    return this.all.map(({ name }) => name).sort();
  }

  /** Resolves when every registration has been answered, so that no assertion runs too early. */
  async settled(): Promise<this> {
    await pulumi.runtime.disconnect();
    return this;
  }
}

/** Plays the engine and the providers for the programs of one test. An unknown invoke or call fails it. */
export async function mockEngine(
  options: { project?: string; stack?: string; preview?: boolean } = {},
): Promise<Registrations> {
  // Pulumi takes a stack trace for every promise; mocha lifts the limit on their length, which costs seconds.
  Error.stackTraceLimit = 10;
  const registrations = new Registrations();
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        const given = inputs as Record<string, unknown>;
        const secrets = Object.keys(given).filter((key) => holdsSecret(given[key]));
        registrations.all.push({ type, name, inputs: shown(given), secrets });
        return { id: `${name}-id`, state: { ...given, ...providerOutputs(type, name, given) } };
      },
      call({ token, inputs }) {
        const answer = awsInvoke(token, inputs as Record<string, unknown>);
        if (answer !== undefined) return answer;
        throw new Error(`unexpected invoke of ${token}`);
      },
    },
    options.project ?? "shop",
    options.stack ?? "test",
    options.preview ?? false,
  );
  return registrations;
}

/** Sets the stack's config, all keys of it. */
export function setConfig(values: Readonly<Record<string, string>>): void {
  pulumi.runtime.setAllConfig({ ...values });
}

/** The value of an output; a rejected one rejects. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve, reject) => {
    pulumi.output(output).apply(resolve);
    // An output that fails never calls back: the registration's own rejection is what a test sees.
    setTimeout(() => {
      reject(new Error("the output has no value after 5 s"));
    }, 5000).unref();
  });
}

/** The key and value by which the engine's protocol marks a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (SIGNATURE in value && value[SIGNATURE] === SECRET) return true;
  return Object.values(value).some(holdsSecret);
}

function shown<T>(value: T): T {
  if (Array.isArray(value)) return value.map(shown) as T;
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value && "value" in value) return shown(value.value) as T;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each)])) as T;
}
