import { encodePcrSelections, Handle, Limit, Writer, type PcrSelection, type Reader } from '../../tpm/index.js';
import { passwordAuth, type Authorization } from '../packet.js';
import { nothing, type Tpm } from '../tpm.js';

/** TPM2B_SENSITIVE_CREATE (Part 2, section 11.1.16) with an empty password and no data: the TPM makes the key. */
const emptySensitive = Buffer.from('000400000000', 'hex');

/** What bounds the sized parts of a response; a whole packet is 4,096 bytes. */
const maxPart = 2048;

/** Proof that this TPM made something: `tag u16 | hierarchy u32 | digest 2B` (Part 2, section 10.7). */
export interface Ticket {
  readonly tag: number;
  readonly hierarchy: number;
  readonly digest: Buffer;
}

/** Reads a ticket of any kind. */
export const readTicket = (reader: Reader, field: string): Ticket => ({
  tag: reader.u16(`${field}/tag`),
  hierarchy: reader.u32(`${field}/hierarchy`),
  digest: reader.sized(`${field}/digest`, Limit.digest),
});

/** Writes a ticket as it was read. */
export const writeTicket = (writer: Writer, ticket: Ticket): Writer => writer.u16(ticket.tag).u32(ticket.hierarchy).sized(ticket.digest);

export interface ReadPublicResult {
  /** TPMT_PUBLIC. */
  readonly publicArea: Buffer;
  readonly name: Buffer;
  readonly qualifiedName: Buffer;
}

/** TPM2_ReadPublic (Part 3, section 12.4) of a loaded or persistent object. An empty handle fails with Rc.handle. */
export const readPublic = (tpm: Tpm, handle: number): Promise<ReadPublicResult> =>
  tpm.execute({ name: 'ReadPublic', handles: [handle] }, (reader) => ({
    publicArea: reader.sized('outPublic', maxPart),
    name: reader.sized('name', Limit.name),
    qualifiedName: reader.sized('qualifiedName', Limit.name),
  }));

export interface Creation {
  /** TPMS_CREATION_DATA, its hash by the nameAlg of the object, and the ticket that TPM2_CertifyCreation asks for. */
  readonly creationData: Buffer;
  readonly creationHash: Buffer;
  readonly creationTicket: Ticket;
}

export interface CreatedPrimary extends Creation {
  /** Transient: flush it. */
  readonly handle: number;
  /** TPMT_PUBLIC. */
  readonly publicArea: Buffer;
  readonly name: Buffer;
}

export interface CreateOptions {
  /** Registers whose digest goes into the creation data. */
  readonly creationPcrs?: readonly PcrSelection[];
  readonly auth?: Authorization;
}

/**
 * TPM2_CreatePrimary (Part 3, section 24.1): the key that this hierarchy and this template (TPMT_PUBLIC, used as it is)
 * always give, with an empty password. `hierarchy` is one of Handle.ENDORSEMENT, OWNER, PLATFORM, NULL.
 */
export function createPrimary(tpm: Tpm, hierarchy: number, template: Buffer, options: CreateOptions = {}): Promise<CreatedPrimary> {
  const command = {
    name: 'CreatePrimary',
    handles: [hierarchy],
    auths: [options.auth ?? passwordAuth()],
    parameters: creationOf(template, options),
  } as const;
  return tpm.executeForHandle(command, (reader, handle) => ({
    handle,
    publicArea: reader.sized('outPublic', maxPart),
    ...readCreation(reader),
    name: reader.sized('name', Limit.name),
  }));
}

export interface CreatedObject extends Creation {
  /** TPM2B_PRIVATE contents: opaque, loads only under this parent on this TPM, also after a restart. */
  readonly privateArea: Buffer;
  /** TPMT_PUBLIC. */
  readonly publicArea: Buffer;
}

/** TPM2_Create (Part 3, section 12.1): a new key under `parent`, with an empty password. Nothing stays loaded. */
export function create(
  tpm: Tpm,
  parent: number,
  auth: Authorization,
  template: Buffer,
  options: Omit<CreateOptions, 'auth'> = {},
): Promise<CreatedObject> {
  return tpm.execute({ name: 'Create', handles: [parent], auths: [auth], parameters: creationOf(template, options) }, (reader) => ({
    privateArea: reader.sized('outPrivate', maxPart),
    publicArea: reader.sized('outPublic', maxPart),
    ...readCreation(reader),
  }));
}

export interface LoadedObject {
  /** Transient: flush it. */
  readonly handle: number;
  readonly name: Buffer;
}

/** TPM2_Load (Part 3, section 12.2). `publicArea` is a TPMT_PUBLIC. */
export function load(tpm: Tpm, parent: number, auth: Authorization, privateArea: Buffer, publicArea: Buffer): Promise<LoadedObject> {
  const parameters = new Writer().sized(privateArea).sized(publicArea).done();
  return tpm.executeForHandle({ name: 'Load', handles: [parent], auths: [auth], parameters }, (reader, handle) => ({
    handle,
    name: reader.sized('name', Limit.name),
  }));
}

/** TPM2_LoadExternal (Part 3, section 12.3) of a public part alone, into the NULL hierarchy. `publicArea` is a TPMT_PUBLIC. */
export function loadExternal(tpm: Tpm, publicArea: Buffer): Promise<LoadedObject> {
  const parameters = new Writer().sized(Buffer.alloc(0)).sized(publicArea).u32(Handle.NULL).done();
  return tpm.executeForHandle({ name: 'LoadExternal', parameters }, (reader, handle) => ({
    handle,
    name: reader.sized('name', Limit.name),
  }));
}

/** TPM2_FlushContext (Part 3, section 28.4) of a transient object or a session. The handle is a parameter, not a handle. */
export const flushContext = (tpm: Tpm, handle: number): Promise<void> =>
  tpm.execute({ name: 'FlushContext', parameters: new Writer().u32(handle).done() }, nothing);

/** TPM2_EvictControl (Part 3, section 28.5) by the owner: makes a transient object persistent at a handle of 0x81000000 to 0x817fffff, or removes a persistent one when both handles are its own. */
export const evictControl = (tpm: Tpm, object: number, persistentHandle: number, auth: Authorization = passwordAuth()): Promise<void> =>
  tpm.execute(
    { name: 'EvictControl', handles: [Handle.OWNER, object], auths: [auth], parameters: new Writer().u32(persistentHandle).done() },
    nothing,
  );

function creationOf(template: Buffer, options: Omit<CreateOptions, 'auth'>): Buffer {
  const outsideInfo = Buffer.alloc(0);
  return new Writer()
    .bytes(emptySensitive)
    .sized(template)
    .sized(outsideInfo)
    .bytes(encodePcrSelections(options.creationPcrs ?? []))
    .done();
}

const readCreation = (reader: Reader): Creation => ({
  creationData: reader.sized('creationData', maxPart),
  creationHash: reader.sized('creationHash', Limit.digest),
  creationTicket: readTicket(reader, 'creationTicket'),
});
