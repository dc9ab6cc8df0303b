import * as pulumi from "@pulumi/pulumi";

/**
 * A value that is there once the program has been loaded without an error. Pulumi lets what was registered before an
 * exception go on; this way a program that refuses its own config or arguments has nothing to go on with. The value is
 * asked for then: it can be made of what all components have said.
 */
export function whenLoaded<T>(value: () => T): pulumi.Output<T> {
  const loaded = new Promise<T>((resolve) => {
    setImmediate(() => {
      if (!pulumi.log.hasErrors()) resolve(value());
    });
  });
  return pulumi.output(loaded) as pulumi.Output<T>;
}
