import { AppError, type Log } from '../base/index.js';
import { openAuditLog } from './audit-log.js';
import type { Cloud } from './cloud.js';
import { openCompute } from './compute.js';
import { openCredentials } from './credentials.js';
import { openDecisionLog } from './decision-log.js';
import type { Endpoints } from './endpoints.js';
import { openDatabase } from './firestore.js';
import { grpcAccess } from './grpc-access.js';
import { openKms } from './kms.js';
import { openLastDecisionStore } from './last-decision.js';
import { metadataServerUrl, openMetadataServer } from './metadata-server.js';
import { openPendingStore } from './pending.js';
import { openRecordStore } from './records.js';
import { openSecretManager } from './secret-manager.js';
import { openServiceAccountKeys } from './service-account-keys.js';
import { openStateStore } from './state.js';
import { googleKeySetUrl, openTokenVerifier } from './token-verifier.js';
import { Turns } from './turns.js';

export interface CloudOptions {
  /** Project of the Firestore database and of the decision log; that of the credentials where absent. */
  readonly projectId?: string;
  /** Firestore collection of the records; server state lives in `<collection>_state`. */
  readonly collection: string;
  /** Local mode: where each API is found on this machine. */
  readonly endpoints?: Endpoints;
  readonly log: Log;
  /** Name of the Cloud Logging log that decisions are copied to. */
  readonly decisionLogName?: string;
  /** Ask for the keys of a vTPM through Google's Compute client, which takes a second and much memory to load: not in a server. */
  readonly computeClient?: boolean;
  /** JSON key file; Application Default Credentials where absent. Not used in local mode. */
  readonly serviceAccountFile?: string;
  /** Of one call; 5000 where absent. */
  readonly deadlineMs?: number;
  /** How long after a load of Google's keys an unknown key id causes no other; 30,000 where absent. */
  readonly keyCoolDownMs?: number;
}

const defaultDeadlineMs = 5000;
const defaultKeyCoolDownMs = 30_000;
/** Enough to keep a processor busy: a call takes some tens of milliseconds. */
const computeTurns = { underWay: 64, underWayForOne: 48, maxWaitMs: 30_000 };

/**
 * The cloud of this process. Nothing is connected, loaded or asked before it is used, and there is one client per API.
 * @throws AppError CONFIG_INVALID
 */
export function openCloud(options: CloudOptions): Cloud {
  const { collection, endpoints, projectId, deadlineMs = defaultDeadlineMs } = options;
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(collection) || /^__.*__$/.test(collection)) {
    throw new AppError('CONFIG_INVALID', 'a Firestore collection is named by letters, digits, _ and -');
  }
  const credentials = openCredentials(options);
  const rest = { credentials, authorise: credentials.headers, deadlineMs };
  const grpc = (address: string | undefined) => grpcAccess(credentials, address, deadlineMs);
  const database = openDatabase({ credentials, projectId, address: endpoints?.firestore, deadlineMs });
  const compute = openCompute({
    ...rest,
    baseUrl: endpoints?.compute ?? 'https://compute.googleapis.com',
    throughClient: options.computeClient === true,
    turns: new Turns(computeTurns),
  });
  const secretManager = openSecretManager(grpc(endpoints?.secretManager), deadlineMs);
  const kms = openKms(grpc(endpoints?.kms), deadlineMs);
  const decisionLog = openDecisionLog({
    name: options.decisionLogName,
    projectId,
    credentials,
    address: endpoints?.loggingGrpc,
    deadlineMs,
    log: options.log,
  });
  return {
    tokens: openTokenVerifier({
      keySetUrl: endpoints?.jwks ?? googleKeySetUrl,
      deadlineMs,
      coolDownMs: options.keyCoolDownMs ?? defaultKeyCoolDownMs,
    }),
    metadataServer: openMetadataServer({ baseUrl: endpoints?.metadata ?? metadataServerUrl, deadlineMs }),
    compute,
    auditLog: openAuditLog({ ...rest, baseUrl: endpoints?.loggingRest ?? 'https://logging.googleapis.com' }),
    records: openRecordStore(database, collection),
    state: openStateStore(database, collection),
    pending: openPendingStore(database, collection),
    lastDecisions: openLastDecisionStore(database, collection),
    secretManager,
    kms,
    serviceAccountKeys: openServiceAccountKeys({ ...rest, baseUrl: endpoints?.iam ?? 'https://iam.googleapis.com' }),
    decisionLog,
    warm: async () => {
      await database.warm();
    },
    close: async () => {
      await Promise.allSettled([decisionLog, compute, secretManager, kms, database].map((part) => part.close()));
    },
  };
}
