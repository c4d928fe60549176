// What the parties tell each other: name, form, why. A value that is not of its form is refused, whoever says it.
const project = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const address = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const addressOrAny = { test: (text) => text === 'any' || address.test(text) };
const cidr = { test: (text) => /^[\d.]+\/(?:[89]|[12]\d|3[0-2])$/.test(text) && address.test(text.split('/')[0]) };
const gateway = /^projects\/[a-z][a-z0-9-]{4,28}[a-z0-9]\/regions\/[a-z0-9-]{1,40}\/vpnGateways\/[a-z][a-z0-9-]{0,62}$/;
const attachment = /^projects\/[a-z][a-z0-9-]{4,28}[a-z0-9]\/regions\/[a-z0-9-]{1,40}\/serviceAttachments\/[a-z][a-z0-9-]{0,62}$/;
const account = /^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com$/;
const member = /^(?:(?:user|group|serviceAccount):)?[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}$/;
const image = /^[a-z0-9][A-Za-z0-9._:/-]{0,200}@sha256:[0-9a-f]{64}$/;
const bootImage = /^projects\/[a-z][a-z0-9-]{4,28}[a-z0-9]\/global\/images\/[a-z][-a-z0-9]{0,62}$/;
const asn = { test: (number) => Number.isInteger(number) && number >= 1 && number <= 4294967294 };
const pins = { test: (list) => list.length >= 1 && list.length <= 8 && list.every((pin) => /^sha256\/[A-Za-z0-9+/]{43}=$/.test(pin)) };
const word = (...words) => ({ test: (text) => words.includes(text) });

const row = (name, kind, form, why) => ({ name, kind, form, why });

/** Rows with `isShown` are for people: the other party's terraform has no such variable. */
const shown = (name, form, why) => ({ ...row(name, 'string', form, why), isShown: true });

const tables = {
  alice: [
    row('ts_project_id', 'string', project, 'so that Bob knows whose server his VM calls'),
    row('ts_service_account', 'string', account, 'Bob lets the TokenServer read the VM at each release'),
    row('ts_provisioner', 'string', member, 'Bob lets the reviewer read the VM'),
    row('connectivity', 'string', word('public', 'vpn', 'psc'), 'both sides choose the same'),
    row('transport', 'string', word('mtls', 'tls'), 'both sides choose the same'),
    row('ts_address', 'string', address, 'the client calls it'),
    row('ts_audience', 'string', /^[A-Za-z0-9_.:/-]{1,200}$/, 'the audience that the VM asks its identity token for'),
    row('sni_servername', 'string', /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i, "the name in the server's certificate"),
    row('tls_server_pins', 'list', pins, "the client refuses any server whose chain has none of Alice's CAs"),
    row('vpn_mode', 'string', word('ha', 'classic_static'), 'both sides choose the same'),
    row('ts_cidr', 'string', cidr, "Alice's range behind the VPN"),
    row('ts_vpnip_address', 'string', address, "Alice's end of a classic VPN"),
    row('ts_vpn_gateway', 'string', gateway, "Alice's end of an HA VPN"),
    row('ts_asn', 'number', asn, "Alice's number in BGP"),
    row('ts_psc_attachment', 'string', attachment, 'what the endpoint of Private Service Connect leads to'),
  ],
  bob: [
    row('tc_project_id', 'string', project, 'where the VM is; with psc, who may connect'),
    row('tc_instance_id', 'string', /^[1-9]\d{0,19}$/, 'which VM is reviewed: a new VM has a new one'),
    row('tc_zone', 'string', /^[a-z]+-[a-z]+\d{1,2}-[a-z]$/, 'where the VM is'),
    row('tc_address', 'string', addressOrAny, 'the address that the TokenServer will see, for allowed_client_cidrs and the approval'),
    row('tc_natip_address', 'string', address, 'the VM calls from behind this NAT'),
    row('tc_cidr', 'string', cidr, "Bob's range behind the VPN"),
    row('tc_vpnip_address', 'string', address, "Bob's end of a classic VPN"),
    row('tc_vpn_gateway', 'string', gateway, "Bob's end of an HA VPN"),
    row('tc_asn', 'number', asn, "Bob's number in BGP"),
    shown('tc_instance_name', /^[a-z][a-z0-9-]{0,62}$/, 'the review shows it'),
    shown('tc_service_account', account, 'the review shows it; the approval holds it'),
    shown('tc_image', image, 'compare it with the image you trust (--trustedImage)'),
    shown('tc_user_data_sha256', /^[A-Za-z0-9+/]{43}=$/, 'the review shows it as the hash of the startup script'),
    shown('tc_cos_image', bootImage, 'the review shows it as the boot image'),
    shown('tc_confidential_type', word('SEV', 'SEV_SNP', 'TDX'), 'PCR 0 differs with it'),
  ],
};

const other = { alice: 'bob', bob: 'alice' };

const vpnKey = row('vpn_key', 'string', /^[\x21-\x7e]{24,256}$/, 'the pre-shared key of the VPN');

/** Why is this value refused? Undefined when it is not. The value itself is not repeated. */
function problemOf({ name, kind, form }, value) {
  if (kind === 'list' && !(Array.isArray(value) && value.every((entry) => typeof entry === 'string'))) return `${name} is no list of words`;
  if (kind !== 'list' && typeof value !== kind) return `${name} is no ${kind}`;
  return form.test(value) ? undefined : `${name} has a form that is not allowed`;
}

module.exports = { tables, other, vpnKey, problemOf };
