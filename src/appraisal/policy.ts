// THE page: which questions a release must answer, stage by stage, in this order. Cheap and local ones first; all checks of a
// stage run; the first stage that refuses ends it. Adding a check is one file in checks/ and its name here (docs/extend.md).
import { admitCaller, admitChannel, admitHistory, admitMachine, admitRecord, admitTpm } from './admit.js';
import { tokenSignature } from './checks/token-signature.js';
import { tokenIsInstance } from './checks/token-is-instance.js';
import { tokenIssuer } from './checks/token-issuer.js';
import { tokenAudience } from './checks/token-audience.js';
import { tokenAge } from './checks/token-age.js';
import { emailVerified } from './checks/email-verified.js';
import { recordExists } from './checks/record-exists.js';
import { recordCurrent } from './checks/record-current.js';
import { releaseAllowed } from './checks/release-allowed.js';
import { serviceAccountMatches } from './checks/service-account-matches.js';
import { projectMatches } from './checks/project-matches.js';
import { zoneMatches } from './checks/zone-matches.js';
import { instanceMatches } from './checks/instance-matches.js';
import { createdAtMatches } from './checks/created-at-matches.js';
import { peerAddress } from './checks/peer-address.js';
import { peerCertificateSerial } from './checks/peer-certificate-serial.js';
import { peerCertificateFingerprint } from './checks/peer-certificate-fingerprint.js';
import { permissionsGranted } from './checks/permissions-granted.js';
import { instanceExists } from './checks/instance-exists.js';
import { disksExist } from './checks/disks-exist.js';
import { instanceRunning } from './checks/instance-running.js';
import { notStoppedSinceReview } from './checks/not-stopped-since-review.js';
import { instanceMatchesLive } from './checks/instance-matches-live.js';
import { instanceMembersKnown } from './checks/instance-members-known.js';
import { initScriptPresent } from './checks/init-script-present.js';
import { initScriptHash } from './checks/init-script-hash.js';
import { instanceFingerprint } from './checks/instance-fingerprint.js';
import { metadataInstance } from './checks/metadata-instance.js';
import { metadataZone } from './checks/metadata-zone.js';
import { metadataProject } from './checks/metadata-project.js';
import { metadataEffective } from './checks/metadata-effective.js';
import { bootImage } from './checks/boot-image.js';
import { bootDiskCreatedByInsert } from './checks/boot-disk-created-by-insert.js';
import { bootDiskUntouched } from './checks/boot-disk-untouched.js';
import { onlyApprovedDisks } from './checks/only-approved-disks.js';
import { serviceAccountLive } from './checks/service-account-live.js';
import { shieldedConfig } from './checks/shielded-config.js';
import { confidentiality } from './checks/confidentiality.js';
import { networkShape } from './checks/network-shape.js';
import { machineFeatures } from './checks/machine-features.js';
import { historyReadable } from './checks/history-readable.js';
import { historySettled } from './checks/history-settled.js';
import { historyComplete } from './checks/history-complete.js';
import { noUnapprovedChange } from './checks/no-unapproved-change.js';
import { attestationPresent } from './checks/attestation-present.js';
import { shieldedIdentityReadable } from './checks/shielded-identity-readable.js';
import { ekMatches } from './checks/ek-matches.js';
import { akMatches } from './checks/ak-matches.js';
import { keyCertificatesFit } from './checks/key-certificates-fit.js';
import { akIsRestricted } from './checks/ak-is-restricted.js';
import { credentialActivated } from './checks/credential-activated.js';
import { quoteSignature } from './checks/quote-signature.js';
import { quoteMagicType } from './checks/quote-magic-type.js';
import { quoteBinding } from './checks/quote-binding.js';
import { quotePcrSelection } from './checks/quote-pcr-selection.js';
import { quotePcrDigest } from './checks/quote-pcr-digest.js';
import { quoteQualifiedSigner } from './checks/quote-qualified-signer.js';
import { quoteClock } from './checks/quote-clock.js';
import { attestedRecently } from './checks/attested-recently.js';
import { signingKeyCertified } from './checks/signing-key-certified.js';
import type {
  CallerArrival,
  CallerEvidence,
  ChannelEvidence,
  HistoryArrival,
  HistoryEvidence,
  MachineArrival,
  MachineEvidence,
  RecordArrival,
  RecordEvidence,
  TpmArrival,
  TpmEvidence,
} from './evidence.js';
import { outlineOf, type Stage, type StageOutline } from './stage.js';

/** Who calls? Costs nothing: the token is judged by keys that we hold. */
export const callerStage: Stage<CallerArrival, CallerEvidence> = {
  name: 'caller',
  gate: [tokenSignature, tokenIsInstance],
  admit: admitCaller,
  checks: [tokenIssuer, tokenAudience, tokenAge, emailVerified],
};

/** Did Alice approve this very VM? One read of the record store. */
export const recordStage: Stage<RecordArrival, RecordEvidence> = {
  name: 'record',
  gate: [recordExists],
  admit: admitRecord,
  checks: [recordCurrent, releaseAllowed, serviceAccountMatches, projectMatches, zoneMatches, instanceMatches, createdAtMatches],
};

/** Does the call come the approved way? */
export const channelStage: Stage<ChannelEvidence, ChannelEvidence> = {
  name: 'channel',
  gate: [],
  admit: admitChannel,
  checks: [peerAddress, peerCertificateSerial, peerCertificateFingerprint],
};

/** Is the VM now what Alice approved, as Compute describes it? */
export const machineStage: Stage<MachineArrival, MachineEvidence> = {
  name: 'machine',
  gate: [permissionsGranted, instanceExists, disksExist],
  admit: admitMachine,
  checks: [
    instanceRunning,
    notStoppedSinceReview,
    instanceMatchesLive,
    instanceMembersKnown,
    initScriptPresent,
    initScriptHash,
    instanceFingerprint,
    metadataInstance,
    metadataZone,
    metadataProject,
    metadataEffective,
    bootImage,
    bootDiskCreatedByInsert,
    bootDiskUntouched,
    onlyApprovedDisks,
    serviceAccountLive,
    shieldedConfig,
    confidentiality,
    networkShape,
    machineFeatures,
  ],
};

/** Was it that all the time? What is clean now may have been opened and closed again. */
export const historyStage: Stage<HistoryArrival, HistoryEvidence> = {
  name: 'history',
  gate: [historyReadable],
  admit: admitHistory,
  checks: [historySettled, historyComplete, noUnapprovedChange],
};

/** Is it this VM that speaks, and did it boot what Alice approved? */
export const tpmStage: Stage<TpmArrival, TpmEvidence> = {
  name: 'tpm',
  gate: [attestationPresent, shieldedIdentityReadable],
  admit: admitTpm,
  checks: [
    ekMatches,
    akMatches,
    keyCertificatesFit,
    akIsRestricted,
    credentialActivated,
    quoteSignature,
    quoteMagicType,
    quoteBinding,
    quotePcrSelection,
    quotePcrDigest,
    quoteQualifiedSigner,
    quoteClock,
    attestedRecently,
    signingKeyCertified,
  ],
};

/** All stages in the order in which a release goes through them. A decision names every check listed here. */
export const policyPage: readonly StageOutline[] = [
  outlineOf(callerStage),
  outlineOf(recordStage),
  outlineOf(channelStage),
  outlineOf(machineStage),
  outlineOf(historyStage),
  outlineOf(tpmStage),
];
