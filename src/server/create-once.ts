import { isAppError } from '../base/index.js';
import type { StateStore, StateValue } from '../gcp/index.js';

/** Makes a document that must not be there yet: of many who try, one gets true. @returns false when the key is taken. */
export async function createOnce(state: Pick<StateStore, 'create'>, key: string, value: StateValue): Promise<boolean> {
  try {
    await state.create(key, value);
    return true;
  } catch (error) {
    if (isAppError(error, 'CLOUD_ALREADY_EXISTS')) return false;
    throw error;
  }
}
