export interface Urn {
  stack: string;
  project: string;
  /** The resource's own type, without its parents'. */
  type: string;
  name: string;
}

/** Reads `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`; a name may contain `::`. */
export function parseUrn(urn: string): Urn {
  const [head = "", project = "", types = "", ...name] = urn.split("::");
  return {
    stack: head.replace(/^urn:pulumi:/, ""),
    project,
    type: types.slice(types.lastIndexOf("$") + 1),
    name: name.join("::"),
  };
}

/** Type and name as people read them: `docker:index/container:Container api-0-1f3a`. */
export function describeUrn(urn: string): string {
  const { type, name } = parseUrn(urn);
  return name === "" ? urn : `${type} ${name}`;
}
