/** The command words, each with one line of help. Without a word the provisioner approves. */
export const commandHelp = {
  approve: 'review one VM and approve it',
  seal: 'seal a few bytes, or a key, to the TPM of a VM',
  tink: 'make a Tink keyset, or take one, as a secret',
  'service-account-key': 'a service account key as a secret: yours, or a new one',
  pending: 'VMs that were refused because nobody approved them',
  list: 'all approvals',
  show: 'one approval: what, by whom, releases so far',
  diff: 'an approval against the live VM',
  history: 'what happened to the approvals of a VM',
  extend: 'let an approval end later, by --notAfter',
  revoke: 'end an approval at once, with --why',
  rewrap: 'store the secrets of an approval under another key',
  baseline: 'PCR policy of what an observed VM attested',
  'verify-signature': 'check what a VM signed with its attested key',
  completion: 'bash completion: source <(provisioner completion)',
  help: 'every flag, or those of one command',
} as const;

export type Command = keyof typeof commandHelp;

export const commands = Object.keys(commandHelp) as readonly Command[];
