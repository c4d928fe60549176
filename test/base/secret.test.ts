import { inspect, format } from 'node:util';
import v8 from 'node:v8';
import { Secret } from '../../src/base/index.js';

const value = Buffer.from('canary-7f3a');

describe('Secret', () => {
  it.each<[string, (secret: Secret) => string]>([
    ['a template', (secret) => `${String(secret)}`],
    ['JSON', (secret) => JSON.stringify({ secret })],
    ['inspect with everything on', (secret) => inspect({ secret }, { showHidden: true, depth: 9 })],
    ['format %o', (secret) => format('%o %s %j', secret, secret, secret)],
    ['a spread copy', (secret) => inspect(Object.assign({}, secret))],
    ['serialisation', (secret) => v8.serialize(Object.assign({}, secret)).toString('latin1')],
  ])('does not show its bytes through %s', (_name, print) => {
    const text = print(new Secret(value));
    for (const form of [value.toString(), value.toString('hex'), value.toString('base64')]) expect(text).not.toContain(form);
  });

  it('takes a copy, and wipes it', () => {
    const source = Buffer.from(value);
    const secret = new Secret(source);
    source.fill(0);
    const bytes = secret.expose();
    expect(bytes).toEqual(value);
    secret.dispose();
    expect(bytes).toEqual(Buffer.alloc(value.length));
    expect(() => secret.expose()).toThrow('wiped');
    expect(secret.equals(Buffer.alloc(value.length))).toBe(false);
  });

  it('compares bytes', () => {
    expect(new Secret(value).equals(value)).toBe(true);
    expect(new Secret(value).equals(Buffer.from('canary-7f3b'))).toBe(false);
    expect(new Secret(value).equals(Buffer.from('canary'))).toBe(false);
  });
});
