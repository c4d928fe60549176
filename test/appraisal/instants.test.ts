import { millisecondsOf, wholeSecondsOf } from '../../src/appraisal/instants.js';

describe('instants', () => {
  // Expected values by `date -u -d TEXT +%s`.
  it.each([
    ['2021-06-22T04:57:59.255-07:00', 1624363079255],
    ['2021-06-22T11:57:59Z', 1624363079000],
    ['2021-06-22T11:57:59.255999999Z', 1624363079255],
  ])('%s is read with its offset, and cut off at the millisecond', (text, milliseconds) => {
    expect(millisecondsOf(text)).toBe(milliseconds);
    expect(wholeSecondsOf(text)).toBe(1624363079);
  });

  it.each([
    '',
    'yesterday',
    '2021-06-22',
    '2021-06-22T11:57:59',
    '2021-06-22 11:57:59Z',
    '2021-13-22T11:57:59Z',
    '1624363079',
    ' 2021-06-22T11:57:59Z',
    '+002021-06-22T11:57:59Z',
    '2021-06-22T11:57:59Z (UTC)',
    '2021-06-22T11:57:59Z\0',
  ])('"%s" is no instant', (text) => {
    expect(millisecondsOf(text)).toBeUndefined();
    expect(wholeSecondsOf(text)).toBeUndefined();
  });
});
