import { networkShape } from '../../../src/appraisal/checks/network-shape.js';
import { checkTable } from '../check-table.js';
import { evidence, instance, record } from '../evidence-fixture.js';

const nic = instance().networkInterfaces[0]!;
const withNics = (...nics: readonly (typeof nic)[]): ReturnType<typeof evidence> =>
  evidence({ instance: instance({ networkInterfaces: nics }) });
const approved = record().network.interfaces[0]!;
const dualStack = record({ network: { interfaces: [{ ...approved, stack_type: 'IPV4_IPV6', nat_ips: ['a', 'b'] }] } });

checkTable(networkShape, [
  ['as approved', evidence(), 'pass'],
  ['a second interface', withNics(nic, { ...nic, name: 'nic1' }), { reason: 'NETWORK_CHANGED', detail: /2 interfaces/ }],
  ['no interface', withNics(), { reason: 'NETWORK_CHANGED' }],
  ['another network', withNics({ ...nic, network: 'other' }), { reason: 'NETWORK_CHANGED' }],
  ['another subnetwork', withNics({ ...nic, subnetwork: 'other' }), { reason: 'NETWORK_CHANGED' }],
  ['another address', withNics({ ...nic, networkIP: '10.0.0.3' }), { reason: 'NETWORK_CHANGED' }],
  ['another external address', withNics({ ...nic, natIPs: ['192.0.2.1'] }), { reason: 'NETWORK_CHANGED' }],
  ['an external address more', withNics({ ...nic, natIPs: [...nic.natIPs, '192.0.2.1'] }), { reason: 'NETWORK_CHANGED' }],
  ['another IP version', withNics({ ...nic, stackType: 'IPV4_IPV6' }), { reason: 'NETWORK_CHANGED' }],
  ['an alias range', withNics({ ...nic, aliasIpRangeCount: 1 }), { reason: 'NETWORK_CHANGED', detail: /alias/ }],
  ['an IPv6 address without approval', withNics({ ...nic, ipv6Addresses: ['2001:db8::1'] }), { reason: 'NETWORK_CHANGED', detail: /IPv6/ }],
  [
    'approved IPv6, addresses in another order',
    evidence({
      record: dualStack,
      instance: instance({ networkInterfaces: [{ ...nic, stackType: 'IPV4_IPV6', natIPs: ['b', 'a'], ipv6Addresses: ['2001:db8::1'] }] }),
    }),
    'pass',
  ],
]);
