import { onceForEach } from '../../src/base/index.js';

function counted<Of extends object>(): { readonly asked: Of[]; readonly once: (of: Of) => object } {
  const asked: Of[] = [];
  return { asked, once: onceForEach((of: Of) => (asked.push(of), { of })) };
}

test('the same object is asked about once, and all get the same', () => {
  const { asked, once } = counted();
  const object = { a: 1 };
  expect(once(object)).toBe(once(object));
  expect(asked).toHaveLength(1);
});

test('an equal object is another one', () => {
  const { asked, once } = counted();
  expect(once({ a: 1 })).not.toBe(once({ a: 1 }));
  expect(asked).toHaveLength(2);
});

test('undefined is an answer like any other', () => {
  let asked = 0;
  const once = onceForEach(() => void asked++);
  const object = {};
  expect([once(object), once(object)]).toEqual([undefined, undefined]);
  expect(asked).toBe(1);
});

test('an error is not kept', () => {
  let asked = 0;
  const once = onceForEach(() => {
    if (++asked === 1) throw new Error('the first time');
    return asked;
  });
  const object = {};
  expect(() => once(object)).toThrow('the first time');
  expect(once(object)).toBe(2);
});
