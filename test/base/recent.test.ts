import { Recent } from '../../src/base/index.js';

test('what was set is found, and no more than so many', () => {
  const recent = new Recent<string, number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  recent.get('a');
  recent.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([undefined, 2, 3]);
});

test('a key that is set again takes no other one’s place', () => {
  const recent = new Recent<string, number>(2);
  for (const value of [1, 2, 3]) recent.set('a', value);
  recent.set('b', 2);
  expect([recent.get('a'), recent.get('b')]).toEqual([3, 2]);
});

test('a key that is set again is the one that was set last', () => {
  const recent = new Recent<string, number>(2);
  for (const [key, value] of Object.entries({ a: 1, b: 2 })) recent.set(key, value);
  recent.set('a', 3);
  recent.set('c', 4);
  expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([3, undefined, 4]);
});

test('for none it keeps none', () => {
  const recent = new Recent<string, number>(0);
  recent.set('a', 1);
  expect(recent.get('a')).toBeUndefined();
});
