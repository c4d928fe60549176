import { readConfiguration } from './support/configuration.js';
import type { Body } from './support/configuration.js';

// What the module does with these values its own tests show (modules/party/tests); they cannot see who calls it with what.
describe.each(['alice', 'bob'])('what %s hands to the module that both share', (party) => {
  let given: Body;
  beforeAll(async () => {
    const blocks = await readConfiguration();
    given = blocks.find(({ kind, name, file }) => kind === 'module' && name === 'party' && file === `${party}/setup/main.tf`)?.body ?? {};
  });

  it.each(['restrict_egress', 'vpn_mode', 'vpn_peer_deployer', 'enable_nat', 'cidr', 'project', 'certificate_files'])(
    '%s, as the root says it',
    (name) => {
      expect(given[name]).toBe(`\${var.${name}}`);
    },
  );

  it('a name of its own', () => {
    expect(given['name']).toBe({ alice: 'tokenserver', bob: 'tokenclient' }[party]);
  });
});

it('the account that firewall rules of both name is the one that the module makes', async () => {
  const blocks = await readConfiguration();
  const output = blocks.find(
    ({ kind, name, file }) => kind === 'output' && name === 'service_account' && file.startsWith('modules/party/'),
  );
  expect(output?.body['value']).toBe('${google_service_account.this.email}');
});
