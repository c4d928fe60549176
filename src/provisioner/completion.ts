import type { FlagSpec } from '../base/index.js';
import { keysetTemplates } from '../keyset/index.js';
import { commands } from './commands.js';

/** What may follow a flag, where it is one of few words. */
const words: Readonly<Record<string, readonly string[]>> = {
  releasePolicy: ['attested', 'identity', 'observe'],
  bootPolicy: ['any_boot', 'same_boot'],
  ekAlgorithm: ['rsa', 'ecc'],
  template: keysetTemplates,
  restartPolicy: ['refuse', 'allow'],
};

const fileFlags = [
  ...['secretsFile', 'secretsKeyset', 'newSecretsKeyset', 'pcrPolicy', 'file', 'signature', 'publicKey', 'signingKey', 'endpoints'],
];

/** A bash function that completes commands, flags, and files after flags that name one. */
export function bashCompletion(flags: readonly FlagSpec[]): string {
  const names = flags.filter(({ ignored }) => ignored === undefined).map(({ name }) => `--${name}`);
  const choices = Object.entries(words).map(
    ([name, values]) => `    --${name}) COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$word")); return ;;`,
  );
  return `_provisioner() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  case "$before" in
    ${fileFlags.map((name) => `--${name}`).join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
${choices.join('\n')}
  esac
  if [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W '${names.join(' ')}' -- "$word"))
  elif [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W '${commands.join(' ')}' -- "$word"))
  fi
}
complete -F _provisioner provisioner
`;
}
