// The same in words.
const { tables, vpnKey } = require('./table.cjs');

const names = { alice: 'Alice', bob: 'Bob' };

const byHand = {
  alice: (values) => [
    'the file tls-ca.crt (tls_client_ca): her CA, public.',
    ...(values.get('transport') === 'mtls'
      ? [
          "a client certificate: Bob sends a request and keeps his key, Alice's CA signs it (certs/README.md).",
          'its serial number and SHA-256 stay with Alice, for the approval.',
        ]
      : []),
    'the pins once more by another way, such as the telephone: who swaps this file could put a server of his own in her place.',
    ...(values.get('connectivity') === 'vpn' && !values.has('vpn_key')
      ? ['the vpn_key, by a way that you trust with a password. --include-vpn-key puts it into the file.']
      : []),
    ...(values.has('vpn_key') ? ['this file holds the vpn_key: treat it as a password, and delete it when Bob has applied.'] : []),
    ...(values.has('ts_vpn_gateway') ? ["who applies her terraform (vpn_peer_deployer): may use Bob's gateway as a peer."] : []),
  ],
  bob: (values) => [
    'who owns the client certificate, by the request that was signed.',
    ...(values.has('tc_instance_id')
      ? ['that the VM stays as it is from now on: each change stands in the audit log and ends the approval.']
      : []),
    ...(values.has('tc_vpn_gateway') ? ["who applies his terraform (vpn_peer_deployer): may use Alice's gateway as a peer."] : []),
  ],
};

const text = (value) => (Array.isArray(value) ? value.join(' ') : String(value));

/** Lines for a person: what is told, what is not there yet, what goes by hand. */
function checklist(party, values) {
  const rows = party === 'alice' && values.has('vpn_key') ? [...tables.alice, vpnKey] : tables[party];
  const told = rows.filter(({ name }) => values.has(name));
  const missing = rows.filter(({ name }) => !values.has(name));
  const shownValue = ({ name }) => (name === 'vpn_key' ? '(in the file, not shown)' : text(values.get(name)));
  return [
    `What ${names[party]} tells ${party === 'alice' ? 'Bob' : 'Alice'}:`,
    ...told.map((row) => `  [ ] ${row.name} = ${shownValue(row)}\n        ${row.why}${row.isShown ? ' (to read, not in the file)' : ''}`),
    'By hand:',
    ...byHand[party](values).map((line) => `  [ ] ${line}`),
    ...(missing.length === 0 ? [] : ['Not there, now or in this set-up:', `  ${missing.map(({ name }) => name).join(', ')}`]),
  ].join('\n');
}

module.exports = { checklist };
