import { ListValue, NullValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import type { PropertyMap, PropertyValue } from "./values";
import { Archive, Asset, Secret, Unknown, isPropertyMap, unknownSentinels } from "./values";

const signatureKey = "4dabf18193072939515e22adb298388d";
const signatures = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
} as const;
const sentinels: ReadonlySet<string> = new Set(Object.values(unknownSentinels));

export function decodeMap(struct: Struct | undefined): PropertyMap {
  const entries: [string, PropertyValue][] = [];
  struct?.getFieldsMap().forEach((value, key) => entries.push([key, decodeValue(value)]));
  return Object.fromEntries(entries);
}

export function encodeMap(map: PropertyMap): Struct {
  const struct = new Struct();
  const fields = struct.getFieldsMap();
  for (const key of Object.keys(map).sort()) {
    const value = map[key];
    if (value !== undefined) fields.set(key, encodeValue(value));
  }
  return struct;
}

function decodeValue(value: Value): PropertyValue {
  switch (value.getKindCase()) {
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      return sentinels.has(text) ? new Unknown(text) : text;
    }
    case Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map(decodeValue);
    case Value.KindCase.STRUCT_VALUE:
      return decodeSigned(decodeMap(value.getStructValue()));
    case Value.KindCase.NULL_VALUE:
    case Value.KindCase.KIND_NOT_SET:
      return null;
  }
}

function decodeSigned(map: PropertyMap): PropertyValue {
  switch (map[signatureKey]) {
    case undefined:
      return map;
    case signatures.secret:
      return new Secret(map.value ?? null);
    case signatures.asset:
      return new Asset(stringsOf(map, ["text", "path", "uri", "hash"]));
    case signatures.archive:
      return decodeArchive(map);
    case signatures.resource:
      return map.id ?? map.urn ?? null;
    case signatures.output: {
      const value = map.value ?? new Unknown();
      return map.secret === true ? new Secret(value) : value;
    }
    default:
      throw new TypeError(
        `a property has the unknown signature ${JSON.stringify(map[signatureKey])}`,
      );
  }
}

function decodeArchive(map: PropertyMap): Archive {
  const source = stringsOf(map, ["path", "uri", "hash"]);
  if (!isPropertyMap(map.assets)) return new Archive(source);
  const assets: Record<string, Asset | Archive> = {};
  for (const [name, entry] of Object.entries(map.assets)) {
    if (!(entry instanceof Asset) && !(entry instanceof Archive)) {
      throw new TypeError(`the archive entry ${name} is neither an asset nor an archive`);
    }
    assets[name] = entry;
  }
  return new Archive({ ...source, assets });
}

function stringsOf<K extends string>(
  map: PropertyMap,
  keys: readonly K[],
): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const value = map[key];
    if (typeof value === "string") found[key] = value;
  }
  return found;
}

function encodeValue(value: PropertyValue): Value {
  const encoded = new Value();
  if (value === null) encoded.setNullValue(NullValue.NULL_VALUE);
  else if (typeof value === "boolean") encoded.setBoolValue(value);
  else if (typeof value === "number") encoded.setNumberValue(value);
  else if (typeof value === "string") encoded.setStringValue(value);
  else if (value instanceof Unknown) encoded.setStringValue(value.sentinel);
  else if (Array.isArray(value)) {
    encoded.setListValue(new ListValue().setValuesList(value.map(encodeValue)));
  } else encoded.setStructValue(encodeMap(isPropertyMap(value) ? value : sign(value)));
  return encoded;
}

function sign(value: Secret | Asset | Archive): PropertyMap {
  if (value instanceof Secret) return { [signatureKey]: signatures.secret, value: value.value };
  if (value instanceof Asset) return { [signatureKey]: signatures.asset, ...value.source };
  return { [signatureKey]: signatures.archive, ...value.source };
}
