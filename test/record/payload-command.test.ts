import { parsePayloadCommand, parseRecord } from '../../src/record/index.js';
import { recordDocument } from './support/record.js';

test('a command is argv, word by word as it is written', () => {
  expect(parsePayloadCommand('["./start", "--name", "two words", "", "\\u00e9"]')).toEqual(['./start', '--name', 'two words', '', 'é']);
});

test.each<[string, string]>([
  ['a line for a shell', './start --port 1'],
  ['a text', '"./start"'],
  ['no word', '[]'],
  ['an empty program', '["", "a"]'],
  ['a number', '["./start", 1]'],
  ['an object', '{"0": "./start"}'],
  ['NUL', '["./start", "a\\u0000b"]'],
  ['65 words', JSON.stringify(Array(65).fill('a'))],
  ['a word that is too long', JSON.stringify(['a'.repeat(1025)])],
  ['too much together', JSON.stringify(Array(5).fill('a'.repeat(1000)))],
])('%s is refused', (_name, text) => {
  expect(() => parsePayloadCommand(text)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^--payloadCommand is/) as string }),
  );
});

test('a record keeps it as a list, and the note of earlier versions is refused', () => {
  expect(parseRecord({ ...recordDocument(), payload_command: ['./start'] }).payload_command).toEqual(['./start']);
  expect(() => parseRecord({ ...recordDocument(), payload_command: './start' })).toThrow(/payload_command/);
});
