#!/usr/bin/env node
import { helpText, isAppError, messageOf } from '../base/index.js';
import { makeChain } from './chain.js';
import { flags, readConfig, type CertsConfig } from './config.js';
import { inspect, joinAuthorities, type Report } from './read.js';
import { renew, request, sign } from './reissue.js';

const usage = [
  'certs [chain]                  root, TLS CA, a spare TLS CA, one leaf for the server and one for the client',
  'certs request                  a key that stays here and a request for the party that has the CA',
  'certs sign                     grants such a request; names and serial number come from the flags',
  'certs renew                    a new key and leaf with the same names, by the CA or its spare',
  'certs bundle [FLAGS] FILE...   one trust file from several, for the time that two CAs overlap',
  'certs inspect [FLAGS] FILE...  serial numbers, fingerprints, pins, days left; exit code 1 if something is wrong',
];

const fine = (lines: readonly string[]): Report => ({ lines, ok: true });

async function run(config: CertsConfig, now: Date): Promise<Report> {
  switch (config.command) {
    case 'help':
      return fine([helpText(usage, flags).trimEnd()]);
    case 'chain':
      return fine(await makeChain(config, now));
    case 'request':
      return fine(await request(config));
    case 'sign':
      return fine(await sign(config, now));
    case 'renew':
      return fine(await renew(config, now));
    case 'bundle':
      return fine(joinAuthorities(config));
    case 'inspect':
      return inspect(config, now);
  }
}

/** Exit codes: 0 done, 1 inspect found a problem, 2 the command line or a file is wrong and nothing was written. */
async function main(): Promise<void> {
  try {
    const { lines, ok } = await run(readConfig(process.argv.slice(2)), new Date());
    process.stdout.write(`${lines.join('\n')}\n`);
    process.exitCode = ok ? 0 : 1;
  } catch (error) {
    if (!isAppError(error, 'CONFIG_INVALID')) throw error;
    for (const line of messageOf(error).split('\n')) process.stderr.write(`certs: ${line}\n`);
    process.exitCode = 2;
  }
}

void main();
