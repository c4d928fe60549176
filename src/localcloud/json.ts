/** A JSON value; a property that is undefined is left out when the value is written. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Is this an object, and neither null nor an array? */
export const isJsonObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same JSON text with every value of another type: names stay, and lists become objects. */
export function otherTypes(text: string): string {
  const changed = (value: unknown): Json => {
    if (typeof value === 'string') return 7;
    if (typeof value === 'number') return 'seven';
    if (typeof value === 'boolean') return 'yes';
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, changed(member)]));
  };
  return JSON.stringify(changed(JSON.parse(text)));
}
