import type { Block } from "../bridge/schema";
import { matches, oneOf } from "./checks";
import { label } from "./small";

const propagation = /^(private|rprivate|shared|rshared|slave|rslave)$/;

/** The long form of what a container mounts. */
export const mounts: Block = {
  bindOptions: {
    type: "list",
    one: true,
    of: {
      propagation: {
        type: "string",
        check: matches(propagation, "a mount propagation such as rprivate"),
      },
    },
  },
  readOnly: { type: "bool" },
  source: { type: "string" },
  target: { type: "string", required: true },
  tmpfsOptions: {
    type: "list",
    one: true,
    forceNew: true,
    of: { mode: { type: "int" }, sizeBytes: { type: "int" } },
  },
  type: { type: "string", required: true, check: oneOf("bind", "volume", "tmpfs") },
  volumeOptions: {
    type: "list",
    one: true,
    of: {
      driverName: { type: "string" },
      driverOptions: { type: "map" },
      labels: { type: "set", of: label },
      noCopy: { type: "bool" },
      subpath: {
        type: "string",
        forceNew: true,
        unsupported: "subpaths of volumes are served by the official plugin only",
      },
    },
  },
};
