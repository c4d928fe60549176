import { addressOfPeer, networkOf, normalAddress, peerOf } from '../../../src/server/service/peer.js';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1', '::1'],
])('address %s has the normal form %s', (address, expected) => {
  expect(normalAddress(address)).toBe(expected);
});

test.each([
  ['192.0.2.1:443', '192.0.2.1'],
  ['::ffff:192.0.2.1:443', '192.0.2.1'],
  ['2001:db8::1:443', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
])('peer %s comes from %s', (peer, expected) => {
  expect(addressOfPeer(peer)).toBe(expected);
});

// RFC 4291 section 2.2 (text forms), RFC 6177 (what one subscriber has).
test.each([
  ['198.51.100.7', '198.51.100.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1:2:3:4:5', 'fe80:0:0:1::/64'],
  ['', ''],
])('%s is counted under %s', (address, network) => {
  expect(networkOf(normalAddress(address))).toBe(network);
});

test('the serial number is decimal, as approvals name it; Node gives hexadecimal', () => {
  // printf '' | sha256sum
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  expect(peerOf('192.0.2.1:1', { serialNumber: '27', raw: Buffer.alloc(0) })).toEqual({
    address: '192.0.2.1',
    certificate: { serialDecimal: '39', sha256Hex: empty },
  });
  // 20 bytes, the longest that RFC 5280 allows: past what a number can hold.
  const long = peerOf('192.0.2.1:1', { serialNumber: '7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', raw: Buffer.alloc(0) });
  expect(long.certificate?.serialDecimal).toBe('730750818665451459101842416358141509827966271487');
});

test('without a client certificate there is none to compare', () => {
  expect(peerOf('192.0.2.1:1', undefined).certificate).toBeUndefined();
});
