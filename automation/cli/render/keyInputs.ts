/** Inputs that tell one resource from another of its type, the most telling first. */
const telling = [
  ..."instanceClass nodeType engine engineVersion multiAz numNodeGroups replicasPerNodeGroup".split(
    " ",
  ),
  ..."desiredCount cpu memory minCapacity maxCapacity cidrBlock availabilityZone".split(" "),
  ..."protocol port fromPort toPort image replicas retentionInDays strategy family".split(" "),
];

/** The few inputs of a resource that one line has room for, as `name=value`. */
export function keyInputs(inputs: Readonly<Record<string, unknown>>): string[] {
  return telling.flatMap((name) => {
    const value = inputs[name];
    const short =
      ["string", "number", "boolean"].includes(typeof value) && String(value).length <= 90;
    return short ? [`${name}=${String(value)}`] : [];
  });
}
