import { createLog } from '../../src/base/index.js';

describe('createLog', () => {
  it('writes one JSON line per event with level, time, name and fields', () => {
    const lines: string[] = [];
    const log = createLog({ name: 'tokenserver', level: 'info', write: (line) => lines.push(line) });
    log.debug('not.shown');
    log.info('release.decided', { decisionId: 'd1', checks: ['a', 'b'], count: 2 });
    expect(lines).toHaveLength(1);
    const entry: unknown = JSON.parse(lines[0] ?? '');
    expect(entry).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      name: 'tokenserver',
      event: 'release.decided',
      decisionId: 'd1',
      checks: ['a', 'b'],
      count: 2,
    });
  });
});
