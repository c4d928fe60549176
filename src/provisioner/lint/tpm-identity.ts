import { messageOf } from '../../base/index.js';
import { ekPublicFromSpki } from '../../tpm/index.js';
import { fail, ok, type ReviewFinding } from '../finding.js';
import type { Inspection } from '../inspect.js';

/** Can the server make challenges to this endorsement key? It must be one of the kinds that the TCG template names. */
export function lintTpmIdentity({ identity }: Inspection): readonly ReviewFinding[] {
  try {
    ekPublicFromSpki(identity.ekPublicPem);
    return [ok('tpm-identity', 'Google gives an endorsement key that can be challenged')];
  } catch (error) {
    return [fail('tpm-identity', messageOf(error), 'have the VM made with a vTPM', false)];
  }
}
