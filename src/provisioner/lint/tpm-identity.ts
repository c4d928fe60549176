import { messageOf } from '../../base/index.js';
import { ekPublicFromSpki } from '../../tpm/index.js';
import { fail, ok, type ReviewFinding } from '../finding.js';
import type { Inspection } from '../inspect.js';

/** Can the server make challenges to this endorsement key? It must be one of the kinds that the TCG template names. */
export function lintTpmIdentity({ identity }: Inspection): readonly ReviewFinding[] {
  const problem = problemOf(identity.ekPublicPem);
  return [
    problem === undefined
      ? ok('tpm-identity', 'Google gives an endorsement key that can be challenged')
      : fail('tpm-identity', problem, 'have the VM made with a vTPM', false),
    ...eccFindings(identity.ecc?.ekPublicPem ?? ''),
  ];
}

/** The ECC twin is only sealed to, and only where it is a P-256 key; one that is none cannot be explained. */
function eccFindings(pem: string): readonly ReviewFinding[] {
  if (pem === '' || problemOf(pem, 'ecc') === undefined) return [];
  return [fail('tpm-identity-ecc', 'what Google names as ECC endorsement key is no P-256 key', 'have the VM made anew', true)];
}

function problemOf(pem: string, type?: 'ecc'): string | undefined {
  try {
    const area = ekPublicFromSpki(pem);
    return type === undefined || area.type === type ? undefined : `a key of type ${area.type}`;
  } catch (error) {
    return messageOf(error);
  }
}
