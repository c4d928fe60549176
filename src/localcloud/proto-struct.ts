import { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from './json.js';

/** google.protobuf.Value as proto-loader gives and takes it. */
interface ProtoValue {
  readonly [member: string]: unknown;
}

/** google.protobuf.Struct. */
export interface ProtoStruct {
  readonly fields: Readonly<Record<string, ProtoValue>>;
}

const valueSchema = z.object({ kind: z.string() }).loose();
const structSchema = z.object({ fields: z.record(z.string(), valueSchema).nullish() });
const listSchema = z.object({ values: z.array(valueSchema).nullish() });

/** A Struct from the wire as JSON. */
export function structToJson(struct: unknown): JsonObject {
  const { fields } = structSchema.parse(struct);
  return Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, valueToJson(value)]));
}

function valueToJson(value: z.infer<typeof valueSchema>): Json {
  if (value.kind === 'structValue') return structToJson(value['structValue']);
  if (value.kind === 'listValue') return (listSchema.parse(value['listValue']).values ?? []).map(valueToJson);
  if (value.kind === 'nullValue') return null;
  return value[value.kind] as string | number | boolean;
}

/** JSON as a Struct for the wire. */
export const jsonToStruct = (json: JsonObject): ProtoStruct => ({
  fields: Object.fromEntries(Object.entries(json).flatMap(([name, value]) => (value === undefined ? [] : [[name, jsonToValue(value)]]))),
});

function jsonToValue(value: Json): ProtoValue {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return isJsonObject(value) ? { structValue: jsonToStruct(value) } : { listValue: { values: value.map(jsonToValue) } };
}
