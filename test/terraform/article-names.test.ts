import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blockOf, outputsOf, variablesOf } from './support/blocks.js';

const { variablesPage } = require('../../scripts/gen-variables-doc.cjs') as { variablesPage: () => string };

const readme = readFileSync(join(__dirname, '../../terraform/README.md'), 'utf8');

/**
 * Every TF_VAR_ name, -var name and output that the article prints, and the variables of the terraform that it ships: which party has
 * it, and what it is here. `shell`: the party exports it only to tell it on; terraform ignores TF_VAR_ names that it does not know.
 */
const names: readonly (readonly [party: 'alice' | 'bob', name: string, here: 'variable' | 'output' | 'shell'])[] = [
  ...(
    ['org_id', 'billing_account', 'ts_project_id', 'vpn_key', 'tc_vpnip_address', 'tc_project_id', 'tc_instance_id', 'tc_address'] as const
  ).map((name) => ['alice', name, 'variable'] as const),
  ...(['ts_project_name', 'region', 'zone', 'app_source_dir', 'collection_id', 'ts_image_hash', 'gae_location_id'] as const).map(
    (name) => ['alice', name, 'variable'] as const,
  ),
  ...(['allowedclientsubnet', 'tls_server_ca', 'tls_server_crt', 'tls_server_key', 'ts_pcr_value', 'ts_pcr', 'ts_cidr'] as const).map(
    (name) => ['alice', name, 'variable'] as const,
  ),
  ...(['ts_internal_ip', 'ts_external_ip', 'tc_cidr', 'ts_provisioner', 'ts_audience'] as const).map(
    (name) => ['alice', name, 'variable'] as const,
  ),
  ...(['ts_service_account', 'ts_vpnip_address', 'ts_address'] as const).map((name) => ['alice', name, 'shell'] as const),
  ...(['ts_google_compute_vpn_gateway', 'ts_image_hash', 'ts_project_id', 'ts_project_number', 'ts_service_account'] as const).map(
    (name) => ['alice', name, 'output'] as const,
  ),
  ...(['ts_vpnip_address', 'ts_external_address', 'ts_internal_address', 'ts_instance_id'] as const).map(
    (name) => ['alice', name, 'output'] as const,
  ),
  ...(
    ['org_id', 'billing_account', 'ts_service_account', 'ts_address', 'ts_provisioner', 'ts_project_id', 'ts_vpnip_address'] as const
  ).map((name) => ['bob', name, 'variable'] as const),
  ...(['vpn_key', 'tc_project_name', 'tc_project_id', 'region', 'zone', 'app_source_dir', 'tls_client_ca', 'tls_client_crt'] as const).map(
    (name) => ['bob', name, 'variable'] as const,
  ),
  ...(
    ['tls_client_key', 'tc_image_hash', 'sni_servername', 'tc_cidr', 'ts_cidr', 'tc_internal_ip', 'tc_external_ip', 'ts_audience'] as const
  ).map((name) => ['bob', name, 'variable'] as const),
  ...(['tc_vpnip_address', 'tc_instance_id', 'tc_address', 'project_id'] as const).map((name) => ['bob', name, 'shell'] as const),
  ...(['tc_address', 'tc_image_hash', 'tc_project_id', 'tc_project_number', 'tc_service_account', 'tc_vpnip_address'] as const).map(
    (name) => ['bob', name, 'output'] as const,
  ),
  ...(['tc_external_address', 'tc_internal_address', 'tc_instance_id'] as const).map((name) => ['bob', name, 'output'] as const),
];

describe('names of the article', () => {
  it.each(names.filter(([, , here]) => here === 'variable'))('terraform/%s accepts the variable %s', (party, name) => {
    expect(variablesOf(party)).toContain(name);
  });

  it.each(names.filter(([, , here]) => here === 'output'))('terraform/%s has the output %s', (party, name) => {
    expect(outputsOf(party)).toContain(name);
  });

  it.each(names.filter(([, , here]) => here === 'shell'))('%s exports %s, which the notes explain', (_party, name) => {
    expect(readme).toContain(`| \`${name}\` |`);
  });

  it.each([
    ['alice', 'allowedclientsubnet'],
    ['alice', 'gae_location_id'],
    ['alice', 'ts_pcr_value'],
  ])('terraform/%s: %s means something else today, and its description and the notes say so', (party, name) => {
    expect(blockOf(party, `variable "${name}"`)).toMatch(/article/);
    expect(readme).toContain(`| \`${name}\` |`);
  });

  it.each(['ts_setup', 'ts_build', 'ts_vpn', 'ts_deploy'])('alice: -target=module.%s names a module', (module) => {
    expect(blockOf('alice', `module "${module}"`)).toContain(`source`);
  });

  it.each(['tc_setup', 'tc_build', 'tc_vpn', 'tc_deploy'])('bob: -target=module.%s names a module', (module) => {
    expect(blockOf('bob', `module "${module}"`)).toContain(`source`);
  });
});

describe('the table of variables', () => {
  it('is what the variables say', () => {
    expect(readFileSync(join(__dirname, '../../terraform/variables.md'), 'utf8')).toBe(variablesPage());
  });

  it.each(['alice', 'bob'])('terraform/%s: each variable has a row with a meaning', (party) => {
    const rows = variablesPage().split('\n');
    for (const name of variablesOf(party)) {
      const own = rows.filter((row) => row.startsWith(`| \`${name}\` | ${party} |`));
      expect(own).toEqual([expect.stringMatching(/\| \S.{10,} \|$/)]);
    }
  });
});
