import { z } from 'zod';
import { AppError } from '../base/index.js';
import type { LastDecisionStore } from './cloud.js';
import type { Database } from './firestore.js';
import { stateCollection } from './state.js';

const word = z.string().min(1).max(100);
const decisionSchema = z.strictObject({
  decisionId: word,
  call: word,
  outcome: z.enum(['released', 'passed', 'refused', 'undecided']),
  stage: word.optional(),
  reasons: z.array(word).max(100),
  at: z.date(),
});

/** The last decision about each approved VM: one document `decision:INSTANCE`, written over. */
export function openLastDecisionStore(database: Database, collection: string): LastDecisionStore {
  const name = stateCollection(collection);
  return {
    noteDecision: async (instanceId, { stage, ...rest }, signal) => {
      const id = documentName(instanceId);
      const document = decisionSchema.safeParse({ ...rest, ...(stage === undefined ? {} : { stage }) });
      if (!document.success) throw new AppError('INTERNAL', 'this decision is not such as can be kept');
      await database.set([name, id], document.data, signal);
    },
    lastDecision: async (instanceId, signal) => {
      const id = documentName(instanceId);
      const [data] = await database.read([[name, id]], signal);
      if (data === undefined) return undefined;
      const parsed = decisionSchema.safeParse(data);
      if (!parsed.success) throw new AppError('RECORD_MALFORMED', 'stored decision: not of the expected shape');
      return { ...parsed.data, stage: parsed.data.stage };
    },
  };
}

function documentName(instanceId: string): string {
  if (!/^[0-9]{1,20}$/.test(instanceId)) throw new AppError('INTERNAL', 'an instance id is a decimal number');
  return `decision:${instanceId}`;
}
