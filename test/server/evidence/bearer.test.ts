import type { TokenVerifier } from '../../../src/gcp/index.js';
import { readBearer } from '../../../src/server/evidence/bearer.js';

const asked: string[] = [];
const tokens: TokenVerifier = {
  ready: true,
  warm: () => Promise.resolve(),
  verify: (token) => {
    asked.push(token);
    return Promise.resolve({ claims: undefined, problem: 'looked at' });
  },
};

beforeEach(() => asked.splice(0));

test.each(['Bearer aaa.bbb.ccc', 'bearer aaa.bbb.ccc', 'BEARER aaa.bbb.ccc'])('"%s" is looked at', async (value) => {
  expect(await readBearer(tokens, [value])).toMatchObject({ problem: 'looked at' });
  expect(asked).toEqual(['aaa.bbb.ccc']);
});

test.each([
  ['none', [], 'no bearer token'],
  ['two', ['Bearer a.b.c', 'Bearer a.b.c'], 'more than one bearer token'],
  ['two in one value', ['Bearer a.b.c, Bearer a.b.c'], 'malformed authorization metadata'],
  ['another scheme', ['Basic YTpi'], 'malformed authorization metadata'],
  ['an empty one', ['Bearer '], 'malformed authorization metadata'],
  ['a trailing line', ['Bearer a.b.c\nx'], 'malformed authorization metadata'],
  ['one of a megabyte', [`Bearer ${'a'.repeat(1_000_000)}`], 'the bearer token is too long'],
])('%s: no claims, and the verifier is not asked', async (_name, values, problem) => {
  expect(await readBearer(tokens, values)).toEqual({ claims: undefined, problem });
  expect(asked).toEqual([]);
});
