import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import type { NetworkInterface } from '../../facts/index.js';

interface Shape {
  readonly network: string;
  readonly subnetwork: string;
  readonly network_ip: string;
  readonly nat_ips: readonly string[];
  readonly stack_type: string;
}

/** One text per interface, the same for record and VM exactly if they are the same. Order of addresses does not matter. */
const textOf = (shape: Shape): string =>
  JSON.stringify([shape.network, shape.subnetwork, shape.network_ip, shape.nat_ips.toSorted(), shape.stack_type]);

const shapeOf = (live: NetworkInterface): Shape => ({
  network: live.network,
  subnetwork: live.subnetwork,
  network_ip: live.networkIP,
  nat_ips: live.natIPs,
  stack_type: live.stackType,
});

/**
 * Interfaces in order, each with network, subnetwork, addresses and IP version as approved; never an alias range, and IPv6 addresses only
 * where IPv6 was approved. Firewalls, routes and mirroring are not judged: what is sent is sealed.
 */
export const networkShape: Check<MachineEvidence> = {
  id: 'network-shape',
  question: 'Are the network interfaces as approved?',
  reason: 'NETWORK_CHANGED',
  remedy: 'give the VM the approved network interfaces, or ask Alice to approve these',
  healedBy: 'bob',
  comparesWith: ['network', 'live:instances.get'],
  judge: ({ instance, record }) => {
    const live = instance.networkInterfaces;
    const approved = record.network.interfaces;
    if (live.length !== approved.length) return refuse(`${live.length} interfaces, expected ${approved.length}`);
    const other = live.filter((nic, i) => {
      const expected = approved[i];
      return expected === undefined || textOf(shapeOf(nic)) !== textOf(expected);
    });
    if (other.length > 0) return refuse(`not as approved: ${other.map((nic) => `${nic.name} ${textOf(shapeOf(nic))}`).join('; ')}`);
    const aliased = live.filter((nic) => nic.aliasIpRangeCount !== 0);
    if (aliased.length > 0) return refuse(`alias ranges on ${aliased.map((nic) => nic.name).join(', ')}`);
    const unexpected = live.filter((nic) => nic.stackType === 'IPV4_ONLY' && nic.ipv6Addresses.length > 0);
    return passIf(unexpected.length === 0, `IPv6 addresses on ${unexpected.map((nic) => nic.name).join(', ')}`);
  },
};
