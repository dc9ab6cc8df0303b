import type { CheckFailure, PropertyMap, PropertySpecs, PropertyValue } from "../../host";
import { Unknown } from "../../host";
import type { Composition } from "../characters";
import { alphabets, compose } from "../characters";
import type { Adopted, RandomResource } from "../resource";
import { keepers, numberAt, requireNumber, stringAt, within } from "../rules";

const classNames = ["upper", "lower", "numeric", "special"] as const;
type ClassName = (typeof classNames)[number];

const minima = {
  upper: "minUpper",
  lower: "minLower",
  numeric: "minNumeric",
  special: "minSpecial",
} satisfies Record<ClassName, string>;

const inputs: PropertySpecs = {
  keepers,
  length: { type: "integer", required: true },
  upper: { type: "boolean", default: true },
  minUpper: { type: "integer", default: 0 },
  lower: { type: "boolean", default: true },
  minLower: { type: "integer", default: 0 },
  /** The older name of `numeric`: each takes the other's value. */
  number: { type: "boolean" },
  numeric: { type: "boolean" },
  minNumeric: { type: "integer", default: 0 },
  special: { type: "boolean", default: true },
  minSpecial: { type: "integer", default: 0 },
  overrideSpecial: { type: "string" },
};

/** What RandomString and RandomPassword have in common. */
export const stringBase = {
  inputs,
  complete,
  completed: ["number", "numeric"],
  rules: (planned) => [...lengthRules(planned), ...classRules(planned)],
  updates,
} satisfies Partial<RandomResource>;

export const randomString: RandomResource = {
  ...stringBase,
  computed: { result: { type: "string" } },
  schemaVersion: "2",
  generate(planned) {
    const result = composeResult(planned);
    return { id: result, outputs: { result } };
  },
  adopt: (id) => ({ id, ...adoptResult(id) }),
};

export function composeResult(planned: PropertyMap): string {
  return compose(composition(planned));
}

/** A result says nothing about the rules that it was made by: the defaults are assumed. */
export function adoptResult(result: string): Omit<Adopted, "id"> {
  return { inputs: { length: Array.from(result).length }, outputs: { result } };
}

function composition(planned: PropertyMap): Composition {
  const specials = stringAt(planned, "overrideSpecial") ?? "";
  return {
    length: requireNumber(planned, "length"),
    classes: classNames.map((name) => ({
      characters: name === "special" && specials !== "" ? specials : alphabets[name],
      included: planned[name] !== false,
      min: numberAt(planned, minima[name]) ?? 0,
    })),
  };
}

function complete(planned: PropertyMap): PropertyMap {
  const numeric = planned.numeric ?? planned.number ?? true;
  return { ...planned, numeric, number: planned.number ?? numeric };
}

function lengthRules(planned: PropertyMap): CheckFailure[] {
  const mins = Object.values(minima);
  const negative = mins.flatMap((key) => within(planned, key, 0));
  const failures = [...within(planned, "length", 1), ...negative];
  const sum = mins.reduce((total, key) => total + (numberAt(planned, key) ?? 0), 0);
  const length = numberAt(planned, "length");
  if (failures.length > 0 || length === undefined || length >= sum) return failures;
  const reason = `length must be at least the sum of ${mins.join(", ")}: it is ${length}, they are ${sum}`;
  return [{ property: "length", reason }];
}

function classRules(planned: PropertyMap): CheckFailure[] {
  const { number, numeric } = planned;
  if (typeof number === "boolean" && typeof numeric === "boolean" && number !== numeric) {
    const reason = `numeric is ${numeric} and number, its older name, is ${number}: set only numeric`;
    return [{ property: "numeric", reason }];
  }
  const sum = Object.values(minima).reduce(
    (total, key) => total + (numberAt(planned, key) ?? 0),
    0,
  );
  const length = numberAt(planned, "length");
  if (length === undefined || length <= sum) return [];
  if (classNames.some((name) => planned[name] !== false)) return [];
  const reason = `upper, lower, numeric and special are all false: nothing is left to make ${length} characters of`;
  return [{ property: "length", reason }];
}

/** An earlier official version recorded an unset `overrideSpecial` as empty; unsetting it makes no new value. */
function updates(key: string, old: PropertyValue, now: PropertyValue): boolean {
  return key === "overrideSpecial" && (now instanceof Unknown || (old === "" && now === null));
}
