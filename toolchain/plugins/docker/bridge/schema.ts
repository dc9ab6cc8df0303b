import type { PropertyMap, PropertyValue } from "../../host/values";

export type Scalar = "string" | "bool" | "int";

/** A property of a resource, or of a block in one, with the rules that the official provider has for it. */
export interface Property {
  readonly type: Scalar | "map" | "list" | "set";
  /** Element type of a list or set; maps are of strings. */
  readonly of?: Scalar | Block;
  /** A list or set of at most one block, which Pulumi shows as that block. */
  readonly one?: true;
  /** The provider's own name, where it is not the snake case of Pulumi's. */
  readonly wire?: string;
  readonly required?: true;
  /** The daemon fills it in where the program does not say. */
  readonly computed?: true;
  /** Never an input. */
  readonly output?: true;
  /** A change replaces the resource. */
  readonly forceNew?: true;
  /** Taken where the program does not say. Zero values are implied and not recorded as defaults. */
  readonly default?: string | number | boolean;
  /** Named after the resource where the program does not say. */
  readonly autonamed?: true;
  /** Says what is wrong with a known value. */
  readonly check?: (value: string | number | boolean) => string | undefined;
  /** Whether two different texts mean the same. */
  readonly equivalent?: (old: PropertyValue, next: PropertyValue) => boolean;
  /** Why this plugin cannot serve it, in place of the official one. */
  readonly unsupported?: string;
}

export type Block = Readonly<Record<string, Property>>;

/** What a resource's rules are made of. */
export interface ResourceSchema {
  readonly properties: Block;
  /** The official provider's bookkeeping in state, beside the properties. */
  readonly meta?: string;
  readonly deleteBeforeReplace?: true;
  /** Makes recorded state and inputs comparable where that takes more than one property. */
  readonly comparable?: (oldState: PropertyMap, news: PropertyMap) => Comparable;
}

export interface Comparable {
  readonly oldState: PropertyMap;
  readonly news: PropertyMap;
}

export function blockOf(property: Property): Block | undefined {
  return typeof property.of === "object" ? property.of : undefined;
}

export function isCollection(property: Property): boolean {
  return property.type === "list" || property.type === "set";
}

/** Blocks are written as blocks in the provider's language unless the daemon may fill them in. */
export function isNestedBlock(property: Property): boolean {
  return blockOf(property) !== undefined && property.computed === undefined;
}

export function wireName(key: string, property: Property): string {
  return property.wire ?? snakeCase(key);
}

export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
