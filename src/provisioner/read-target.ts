import { isAppError, type FlagReader } from '../base/index.js';
import type { StoreConfig, TargetConfig } from './config.js';

/** Where the records are. */
export const storeConfig = (reader: FlagReader): StoreConfig => ({
  firestoreProject: reader.requiredText('fireStoreProjectId'),
  collection: reader.requiredText('firestoreCollectionName'),
  endpoints: reader.text('endpoints'),
});

/** Which VM. */
export function targetConfig(reader: FlagReader): TargetConfig {
  const target = {
    project: reader.requiredText('clientProjectId'),
    zone: reader.requiredText('clientVMZone'),
    nameOrId: reader.requiredText('clientVMId'),
    projectNumber: reader.text('clientProjectNumber'),
  };
  if (target.projectNumber !== undefined && !/^[0-9]{1,20}$/.test(target.projectNumber)) {
    reader.problem(`--clientProjectNumber is a decimal number, not "${target.projectNumber}"`);
  }
  return target;
}

/** Turns a thrown problem of one flag into one of the list, so that all are shown together. */
export function collect<T>(reader: FlagReader, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isAppError(error, 'CONFIG_INVALID')) throw error;
    reader.problem(error.message);
    return undefined;
  }
}

/** A flag that is one of few words. */
export function oneOf<T extends string>(reader: FlagReader, name: string, values: readonly [T, ...T[]]): T {
  const text = reader.text(name);
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) reader.problem(`--${name} is one of ${values.join(', ')}, not "${text ?? ''}"`);
  return value ?? values[0];
}
