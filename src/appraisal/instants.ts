const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * An RFC 3339 instant as milliseconds since 1970; digits beyond the millisecond are cut off.
 * Undefined when the text is no such instant (section 5.6, upper-case T and Z).
 */
export function millisecondsOf(instant: string): number | undefined {
  const milliseconds = rfc3339.test(instant) ? Date.parse(instant) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** The same in whole seconds, cut off as identity tokens do (`instance_creation_timestamp`). */
export function wholeSecondsOf(instant: string): number | undefined {
  const milliseconds = millisecondsOf(instant);
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000);
}

/** How far apart Compute may date the VM, its boot disk and the first attachment of that disk, all made by one insert call. */
export const creationWindowSeconds = 10;
