// The same call made in several ways: bare, as a release makes it, and by libraries.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Firestore } from '@google-cloud/firestore';
import { OAuth2Client } from 'google-auth-library';
import { compactVerify, createRemoteJWKSet } from 'jose';
import { silentLog } from '../../src/base/index.js';
import { openCloud, readEndpoints, type Cloud } from '../../src/gcp/index.js';
import { binaryKeyset, openKeyset } from '../../src/keyset/index.js';
import { loadTink } from '../../src/keyset/tink-library.js';
import { story } from '../../src/localcloud/story.js';
import { bareCrypto } from './bare-crypto.js';
import { BareFirestore } from './bare-firestore.js';
import { BareHttp } from './bare-http.js';
import type { Bench } from './bench.js';

export interface Way {
  readonly call: string;
  readonly name: string;
  readonly run: () => unknown;
}

interface Place {
  readonly bench: Bench;
  readonly endpoints: ReturnType<typeof readEndpoints>;
  readonly accessToken: string;
  readonly vm: { readonly id: string };
  readonly ours: Cloud;
  readonly atEnd: (close: () => Promise<unknown>) => void;
}

/** All ways of all calls; the first of each call is the bare one. @param atEnd is given what closes them. */
export async function openWays(bench: Bench, atEnd: Place['atEnd']): Promise<readonly Way[]> {
  const [vm] = await bench.fleet(1, 'clients');
  if (vm === undefined) throw new Error('no VM');
  const endpoints = readEndpoints(join(bench.directory, 'server.json'));
  const ours = openCloud({ projectId: story.alice.project.id, collection: 'foo', endpoints, log: silentLog });
  atEnd(() => ours.close());
  const accessToken = await bench.cloud.ask('accessToken', undefined);
  const [token = ''] = await bench.cloud.ask('tokens', { vms: [vm] });
  const place: Place = { bench, endpoints, accessToken, vm, ours, atEnd };
  return [...identityWays(place), ...firestoreWays(place), ...tokenWays(place, token), ...(await secretWays(place))];
}

function identityWays({ endpoints, accessToken, vm, ours, atEnd }: Place): readonly Way[] {
  const [project, zone] = [story.bob.project.id, 'us-central1-a'];
  const options = { projectId: story.alice.project.id, collection: 'foo', endpoints, log: silentLog };
  const typed = openCloud({ ...options, computeClient: true });
  atEnd(() => typed.close());
  const http = new BareHttp(accessToken);
  const library = new OAuth2Client();
  library.setCredentials({ access_token: accessToken, expiry_date: Date.now() + 3_600_000 });
  const url = `${endpoints.compute}/compute/v1/projects/${project}/zones/${zone}/instances/${vm.id}/getShieldedInstanceIdentity`;
  const headers = { authorization: `Bearer ${accessToken}` };
  const call = 'getShieldedInstanceIdentity';
  return [
    { call, name: 'node:http, connection kept', run: () => http.call(url) },
    { call, name: 'ours (undici)', run: () => ours.compute.shieldedIdentity(project, zone, vm.id) },
    { call, name: 'fetch', run: async () => (await fetch(url, { headers })).json() },
    { call, name: 'google-auth-library request', run: () => library.request({ url }) },
    { call, name: '@google-cloud/compute', run: () => typed.compute.shieldedIdentity(project, zone, vm.id) },
  ];
}

function firestoreWays({ endpoints, vm, ours, atEnd }: Place): readonly Way[] {
  const projectId = story.alice.project.id;
  const bare = new BareFirestore(endpoints.firestore, projectId);
  const library = new Firestore({ projectId, host: endpoints.firestore, ssl: false });
  atEnd(() => library.terminate());
  let number = 0;
  const value = { session: 'a' };
  const [get, create] = ['Firestore get', 'Firestore create'];
  return [
    { call: get, name: 'grpc-js, one channel', run: () => bare.get([`foo/${vm.id}`]) },
    { call: get, name: 'ours', run: () => ours.records.loadRaw(vm.id) },
    { call: get, name: '@google-cloud/firestore', run: () => library.collection('foo').doc(vm.id).get() },
    { call: create, name: 'grpc-js, one channel', run: () => bare.create(`foo_state/bare.${number++}`, value) },
    { call: create, name: 'ours', run: () => ours.state.create(`ours.${number++}`, value) },
    { call: create, name: '@google-cloud/firestore', run: () => library.collection('foo_state').doc(`library.${number++}`).create(value) },
  ];
}

function tokenWays({ endpoints, ours }: Place, token: string): readonly Way[] {
  const keySet = createRemoteJWKSet(new URL(endpoints.jwks));
  const call = 'verify an identity token';
  return [
    { call, name: 'node:crypto', run: bareCrypto.token },
    { call, name: 'ours, of a token that was verified before', run: () => ours.tokens.verify(token) },
    { call, name: 'jose', run: () => compactVerify(token, keySet, { algorithms: ['RS256'] }) },
  ];
}

async function secretWays({ bench }: Place): Promise<readonly Way[]> {
  const keyset = readFileSync(join(bench.directory, 'keyset.json'));
  const aead = await openKeyset(keyset);
  const tink = await loadTink();
  const handle = tink.binaryInsecure.deserializeKeyset(new Uint8Array(binaryKeyset(keyset)));
  const library = await handle.getPrimitive<InstanceType<typeof tink.aead.Aead>>(tink.aead.Aead);
  const [secret, associatedData] = [Buffer.from('a secret of some length, as it may be'), new Uint8Array(32)];
  const sealed = new Uint8Array(await aead.encrypt(secret, associatedData));
  const call = 'open a secret';
  return [
    { call, name: 'node:crypto', run: bareOpen(secret) },
    { call, name: 'ours', run: () => aead.decrypt(sealed, associatedData) },
    { call, name: 'tink-crypto', run: () => library.decrypt(sealed, associatedData) },
  ];
}

function bareOpen(secret: Buffer): () => void {
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  const tag = cipher.getAuthTag();
  return () => {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  };
}
