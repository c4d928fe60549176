import { blocksIn, readConfiguration, readText, type Block, type Body } from './support/configuration.js';

/** What offends a rule, one line each. */
type Rule = (blocks: readonly Block[]) => readonly string[];

const said = ({ file, type, name, kind }: Block): string => `${file}: ${kind} ${type} ${name}`;
const ofType = (blocks: readonly Block[], pattern: RegExp): readonly Block[] =>
  blocks.filter(({ kind, type }) => kind === 'resource' && pattern.test(type));
const text = (value: unknown): string => JSON.stringify(value) ?? '';
const world = /"(?:0\.0\.0\.0\/0|::\/0)"/;

const firewalls = (blocks: readonly Block[]): readonly Block[] => ofType(blocks, /^google_compute_firewall$/);
const machines = (blocks: readonly Block[]): readonly Block[] =>
  ofType(blocks, /^google_compute_(?:instance|instance_template|region_instance_template)$/);
const each =
  (select: (blocks: readonly Block[]) => readonly Block[], isWrong: (body: Body) => boolean): Rule =>
  (blocks) =>
    select(blocks)
      .filter(({ body }) => isWrong(body))
      .map(said);
const inputs =
  (pattern: RegExp) =>
  (blocks: readonly Block[]): readonly Block[] =>
    blocks.filter(({ kind, name }) => kind === 'variable' && pattern.test(name));
const forbidden =
  (pattern: RegExp): Rule =>
  (blocks) =>
    ofType(blocks, pattern).map(said);

const account = /google_service_account\.|module\.party\.service_account\b/;
const protections = ['enable_secure_boot', 'enable_vtpm', 'enable_integrity_monitoring'];

/** Ports of an allow rule that nobody needs: logins, and whole ranges. A rule without ports opens all. */
function opensTooMuch(body: Body): boolean {
  return blocksIn(body, 'allow').some(({ ports, protocol }) => {
    const given = Array.isArray(ports) ? ports.map(String) : [];
    return protocol === 'all' || given.length === 0 || given.some((port) => /^(?:22|3389)$|-/.test(port));
  });
}

const rules: readonly (readonly [name: string, rule: Rule, bad: string])[] = [
  [
    'no rule lets the world in or out',
    each(firewalls, (body) => blocksIn(body, 'allow').length > 0 && world.test(text([body['source_ranges'], body['destination_ranges']]))),
    'resource "google_compute_firewall" "x" {\n source_ranges = ["0.0.0.0/0"]\n allow {\n protocol = "tcp"\n ports = ["50051"]\n }\n}',
  ],
  [
    'no default is the world',
    each(inputs(/./), ({ default: value }) => world.test(text(value))),
    'variable "ts_cidr" {\n default = "0.0.0.0/0"\n}',
  ],
  [
    'no rule opens a login or a range of ports',
    each(firewalls, opensTooMuch),
    'resource "google_compute_firewall" "x" {\n allow {\n protocol = "tcp"\n ports = ["22"]\n }\n}',
  ],
  [
    'no rule opens every port',
    each(firewalls, opensTooMuch),
    'resource "google_compute_firewall" "x" {\n allow {\n protocol = "tcp"\n }\n}',
  ],
  [
    'a rule is for a service account, not for a tag that anybody can set',
    each(firewalls, (body) => !account.test(text(body['target_service_accounts'])) || /_tags"/.test(text(body))),
    'resource "google_compute_firewall" "x" {\n target_tags = ["x"]\n}',
  ],
  [
    'a VM carries the metadata of cloud-config and no other',
    (blocks) => [
      ...each(machines, (body) => body['metadata'] !== '${var.metadata}' || 'metadata_startup_script' in body)(blocks),
      ...blocks
        .filter(({ kind, body }) => kind === 'module' && /\/(?:vm|server-group)$/.test(String(body['source'])))
        .filter(({ body }) => body['metadata'] !== '${module.cloud_config.metadata}')
        .map(said),
    ],
    'resource "google_compute_instance" "x" {\n metadata = merge(var.metadata, { ssh-keys = "x" })\n}',
  ],
  [
    'a VM boots with every protection',
    each(
      machines,
      (body) =>
        blocksIn(body, 'shielded_instance_config').length !== 1 ||
        protections.some((name) => blocksIn(body, 'shielded_instance_config')[0]?.[name] !== true),
    ),
    'resource "google_compute_instance" "x" {\n shielded_instance_config {\n enable_secure_boot = true\n enable_vtpm = true\n }\n}',
  ],
  [
    'a VM has a service account of its own',
    each(
      machines,
      (body) => blocksIn(body, 'service_account').length !== 1 || !String(blocksIn(body, 'service_account')[0]?.['email']).startsWith('${'),
    ),
    'resource "google_compute_instance" "x" {\n service_account {\n scopes = ["cloud-platform"]\n }\n}',
  ],
  [
    'a VM is made anew rather than changed',
    each(machines, (body) => body['allow_stopping_for_update'] === true || body['can_ip_forward'] === true),
    'resource "google_compute_instance" "x" {\n allow_stopping_for_update = true\n}',
  ],
  [
    'no boot image is a family, which moves',
    each(machines, (body) => /\/family\/|^cos-cloud\//.test(text(body))),
    'resource "google_compute_instance" "x" {\n boot_disk {\n initialize_params {\n image = "projects/cos-cloud/global/images/family/cos-stable"\n }\n }\n}',
  ],
  [
    'a container image is named by digest',
    (blocks) => [
      ...each(inputs(/^t[sc]_image_hash$/), (body) => !text(body['validation']).includes('sha256:'))(blocks),
      ...blocks
        .filter(({ kind, name, file }) => kind === 'variable' && name === 'image' && file.startsWith('modules/cloud-config/'))
        .filter(({ body }) => !text(body['validation']).includes('@sha256:'))
        .map(said),
    ],
    'variable "tc_image_hash" {\n type = string\n}',
  ],
  ['no grant takes a right away from others', forbidden(/_iam_(?:binding|policy)$/), 'resource "google_project_iam_binding" "x" {}'],
  [
    'no grant is a basic or wide role',
    (blocks) =>
      blocks
        .filter(
          ({ kind, body }) =>
            kind === 'resource' && /roles\/(?:owner|editor|viewer|compute\.viewer|\w+\.admin)\b/i.test(text(body['role'])),
        )
        .map(said),
    'resource "google_project_iam_member" "x" {\n role = "roles/compute.viewer"\n}',
  ],
  [
    'nothing is set for all VMs of a project, and no key of an account is made',
    forbidden(/^google_(?:compute_project_metadata(?:_item)?|service_account_key|compute_project_default_network_tier)$/),
    'resource "google_compute_project_metadata_item" "x" {}',
  ],
  [
    'nothing that Google has switched off',
    forbidden(/^google_(?:container_registry|app_engine_application)$/),
    'resource "google_container_registry" "x" {}',
  ],
  [
    'no secret gets into the state',
    (blocks) => blocks.filter(({ kind, body }) => kind === 'resource' && ('secret_data' in body || 'shared_secret' in body)).map(said),
    'resource "google_secret_manager_secret_version" "x" {\n secret_data = file("tls.key")\n}',
  ],
  [
    'a key is sensitive, and none is in the sources',
    each(inputs(/^vpn_key$|password|_psk$/), (body) => body['sensitive'] !== true || (body['default'] ?? null) !== null),
    'variable "vpn_key" {\n default = "hunter2"\n}',
  ],
  [
    'an output that shows a key is sensitive',
    (blocks) =>
      blocks.filter(({ kind, body }) => kind === 'output' && /vpn_key/.test(text(body['value'])) && body['sensitive'] !== true).map(said),
    'output "vpn_key" {\n value = var.vpn_key\n}',
  ],
  [
    'each provider has a version',
    (blocks) =>
      blocks
        .filter(
          ({ kind, body }) =>
            kind === 'terraform' &&
            (body['required_version'] === undefined ||
              blocksIn(body, 'required_providers').some((providers) =>
                Object.values(providers).some((provider) => !/^~> \d+\.\d+$/.test(String((provider as Body)['version']))),
              )),
        )
        .map(said),
    'terraform {\n required_version = ">= 1.11"\n required_providers {\n google = {\n source = "hashicorp/google"\n }\n }\n}',
  ],
  [
    'each provider is one that is checked here',
    (blocks) =>
      blocks.flatMap((block) =>
        blocksIn(block.kind === 'terraform' ? block.body : {}, 'required_providers').flatMap((providers) =>
          Object.values(providers).some((provider) => !/^hashicorp\/(?:google|random|archive)$/.test(String((provider as Body)['source'])))
            ? [said(block)]
            : [],
        ),
      ),
    'terraform {\n required_version = ">= 1.11"\n required_providers {\n x = {\n source = "somebody/x"\n version = "~> 1.0"\n }\n }\n}',
  ],
  [
    'what happens to a project or a database at the end is written down',
    (blocks) => [
      ...each(
        (all) => ofType(all, /^google_project$/),
        (body) => body['deletion_policy'] === undefined,
      )(blocks),
      ...each(
        (all) => ofType(all, /^google_firestore_database$/),
        (body) => body['delete_protection_state'] === undefined,
      )(blocks),
    ],
    'resource "google_project" "x" {\n name = "x"\n}',
  ],
  [
    'nothing is run on the machine of the person, but the build',
    (blocks) =>
      blocks.filter(({ kind, body, file }) => kind === 'resource' && 'provisioner' in body && !file.startsWith('modules/image/')).map(said),
    'resource "terraform_data" "x" {\n provisioner "local-exec" {\n command = "x"\n }\n}',
  ],
  [
    'each variable and output says what it is',
    (blocks) =>
      blocks
        .filter(({ kind, file }) => kind === 'variable' && /^(?:alice|bob|modules\/cloud-config)\/[^/]+$/.test(file))
        .filter(({ body }) => typeof body['description'] !== 'string')
        .map(said),
    'variable "x" {\n type = string\n}',
  ],
];

describe('every configuration', () => {
  let blocks: readonly Block[];
  beforeAll(async () => {
    blocks = await readConfiguration();
  });

  it('is there: two roots, their steps, and machines', () => {
    expect(new Set(blocks.map(({ file }) => file.split('/')[0]))).toEqual(new Set(['alice', 'bob', 'modules']));
    expect(machines(blocks).length).toBeGreaterThanOrEqual(2);
    expect(firewalls(blocks).length).toBeGreaterThanOrEqual(5);
  });

  it.each(rules)('%s', async (_name, rule, bad) => {
    expect(rule(await readText(bad, 'alice/bad.tf'))).toHaveLength(1);
    expect(rule(blocks)).toEqual([]);
  });

  it('has the steps and outputs that the article names', () => {
    const named = (file: RegExp, kind: string): readonly string[] =>
      blocks.filter((block) => block.kind === kind && file.test(block.file)).map(({ name }) => name);
    const outputs = (party: string): readonly string[] => named(new RegExp(`^${party}/[^/]+$`), 'output');
    expect(named(/^alice\/[^/]+$/, 'module')).toEqual(expect.arrayContaining(['ts_setup', 'ts_build', 'ts_vpn', 'ts_deploy']));
    expect(named(/^bob\/[^/]+$/, 'module')).toEqual(expect.arrayContaining(['tc_setup', 'tc_build', 'tc_vpn', 'tc_deploy']));
    const both = [
      'project_id',
      'project_number',
      'service_account',
      'image_hash',
      'vpnip_address',
      'external_address',
      'internal_address',
      'instance_id',
      'google_compute_vpn_gateway',
    ];
    expect(outputs('alice')).toEqual(expect.arrayContaining(both.map((name) => `ts_${name}`)));
    expect(outputs('bob')).toEqual(expect.arrayContaining([...both, 'address'].map((name) => `tc_${name}`)));
  });
});
