import { ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor } from '@grpc/grpc-js';
import type { CloudCore } from './core.js';
import type { Fault } from './faults.js';
import { inOtherKinds } from './firestore-kinds.js';
import { grpcCodeOf } from './problem.js';

/** So many documents are remembered for a stale answer. */
const maxRemembered = 1000;

/** Counts each call of Firestore, and makes the fault that is set at its beginning happen to it. */
export function firestoreCallFaults(core: CloudCore): ServerInterceptor {
  const told = new Map<string, Buffer>();
  return (method, call) => {
    const { path } = method;
    core.calls.note('firestore', path);
    const fault = core.faults.take('firestore', path)?.fault;
    const serialize = (message: unknown): Buffer => method.responseSerialize(message) as Buffer;
    return new ServerInterceptingCall(call, {
      start: (next) => next({ onReceiveMetadata: (metadata, goOn) => suffer(fault, path, call, () => goOn(metadata)) }),
      sendMessage: (message: unknown, next) => {
        const name = path.endsWith('/BatchGetDocuments') ? nameIn(message as DocumentAnswer) : '';
        next(answerUnder(fault, { path, name, whole: serialize(message) }, told));
      },
    });
  };
}

/** A call that the fault ends, or holds, goes no further. */
function suffer(fault: Fault | undefined, path: string, call: ServerInterceptingCallInterface, goOn: () => void): void {
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'delay') setTimeout(goOn, fault.ms);
  else if (fault?.kind === 'error') call.sendStatus({ code: grpcCodeOf(fault.status), details: 'set by a fault' });
  else if (fault?.kind === 'forbidden')
    call.sendStatus({ code: grpcCodeOf(403), details: `Missing or insufficient permissions for ${path}.` });
  else goOn();
}

/** BatchGetDocumentsResponse as the emulator has it. */
interface DocumentAnswer {
  readonly found?: { readonly name: string } | null;
  readonly missing?: string;
}

/** The document that an answer is about; empty for an answer that tells a time only. */
const nameIn = ({ found, missing }: DocumentAnswer): string => found?.name ?? missing ?? '';

interface Message {
  readonly path: string;
  readonly name: string;
  readonly whole: Buffer;
}

/** The bytes that are sent instead of one message. @param told what was last told of each document */
function answerUnder(fault: Fault | undefined, { path, name, whole }: Message, told: Map<string, Buffer>): Buffer {
  if (fault?.kind === 'truncate') return whole.subarray(0, Math.floor(whole.length / 2));
  if (fault?.kind === 'wrong-type') return inOtherKinds(path, whole);
  // An answer about no document, in its place: Firestore itself may send one at any time.
  if (fault?.kind === 'incomplete') return name.includes(fault.document) && name !== '' ? Buffer.alloc(0) : whole;
  if (fault?.kind === 'stale') return told.get(name) ?? whole;
  if (name !== '') remember(told, name, whole);
  return whole;
}

function remember(told: Map<string, Buffer>, name: string, whole: Buffer): void {
  told.delete(name);
  told.set(name, whole);
  const [oldest] = told.keys();
  if (told.size > maxRemembered && oldest !== undefined) told.delete(oldest);
}
