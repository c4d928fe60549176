import { ImageError } from './failure.js';

/** What a container engine has to know beside the files (OCI image specification, "OCI Image Configuration", `config`). */
export interface ImageSetting {
  /** Names of the layers, lowest first: the files of the ADD lines, each unpacked at the root. */
  readonly layers: readonly string[];
  readonly User: string;
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly WorkingDir: string;
}

/**
 * Reads the few instructions that our Dockerfiles use, so that an engine and our builder get one description.
 * @throws ImageError for any other instruction or form: half understood would be a second, different image
 */
export function readDockerfile(text: string): ImageSetting {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const [from, ...others] = lines;
  if (from !== 'FROM scratch') throw new ImageError('a Dockerfile of images/ begins with FROM scratch');
  const values = (pattern: RegExp): readonly string[] =>
    others.flatMap((line) => {
      const found = pattern.exec(line);
      return found === null ? [] : [found[1] ?? ''];
    });
  const one = (name: string, pattern: RegExp): string => {
    const [value, ...more] = values(pattern);
    if (value === undefined || more.length > 0) throw new ImageError(`a Dockerfile of images/ has exactly one ${name}`);
    return value;
  };
  const forms = {
    ADD: /^ADD ([\w-]+\.tar) \/$/,
    ENV: /^ENV (\w+=\S+)$/,
    EXPOSE: /^EXPOSE (\d+)$/,
    USER: /^USER (\d+:\d+)$/,
    WORKDIR: /^WORKDIR (\/\S*)$/,
    ENTRYPOINT: /^ENTRYPOINT (\[.*\])$/,
  };
  const unknown = others.find((line) => !Object.values(forms).some((form) => form.test(line)));
  if (unknown !== undefined) throw new ImageError(`the builder does not know this line of a Dockerfile: ${unknown}`);
  const ports = values(forms.EXPOSE);
  return {
    layers: values(forms.ADD),
    User: one('USER', forms.USER),
    ...(ports.length === 0 ? {} : { ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])) }),
    Env: values(forms.ENV),
    Entrypoint: JSON.parse(one('ENTRYPOINT', forms.ENTRYPOINT)) as readonly string[],
    WorkingDir: one('WORKDIR', forms.WORKDIR),
  };
}
