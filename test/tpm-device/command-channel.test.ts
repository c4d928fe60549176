import { CommandChannel } from '../../src/tpm-device/command-channel.js';
import { response, scripted } from './support/vectors.js';

const packet = Buffer.from('80010000000c0000017b0008', 'hex');
const ok = response(0);

function channelOver(transport: ReturnType<typeof scripted>, commandTimeoutMs = 10_000): { channel: CommandChannel; waits: number[] } {
  const waits: number[] = [];
  const wait = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
  return { channel: new CommandChannel(transport, { commandTimeoutMs, wait }), waits };
}

test.each([0x922, 0x908, 0x90a, 0x000b0922])('code %i asks for the same bytes again, and gets them', async (rc) => {
  const answers = [response(rc), response(rc), ok];
  const transport = scripted(() => answers.shift() ?? ok);
  const { channel, waits } = channelOver(transport);
  expect(await channel.submit('GetRandom', packet, undefined)).toEqual(ok);
  expect(transport.sent).toEqual([packet, packet, packet]);
  expect(waits).toEqual([1, 2]);
});

test('a TPM that never stops asking is given up after 16 resends', async () => {
  const transport = scripted(() => response(0x922));
  const { channel, waits } = channelOver(transport);
  await expect(channel.submit('Quote', packet, undefined)).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    context: { rcName: 'RETRY', command: 'Quote' },
  });
  expect(transport.sent).toHaveLength(17);
  expect(Math.max(...waits)).toBe(512);
});

test('another failure is not resent', async () => {
  const transport = scripted(() => response(0x101));
  const { channel } = channelOver(transport);
  expect(await channel.submit('Quote', packet, undefined)).toEqual(response(0x101));
  expect(transport.sent).toHaveLength(1);
});

test('one command is in flight at a time, in the order of the calls', async () => {
  let inFlight = 0;
  let most = 0;
  const transport = scripted(async (command) => {
    inFlight++;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    inFlight--;
    return response(0, command.subarray(10));
  });
  const { channel } = channelOver(transport);
  const numbers = Array.from({ length: 20 }, (_, i) => i);
  const answers = await Promise.all(
    numbers.map((i) => channel.submit('GetRandom', Buffer.concat([packet.subarray(0, 10), Buffer.from([i])]), undefined)),
  );
  expect(answers.map((answer) => answer[10])).toEqual(numbers);
  expect(transport.sent.map((command) => command[10])).toEqual(numbers);
  expect(most).toBe(1);
});

test('a failure does not stop the commands behind it', async () => {
  const answers: (Buffer | Error)[] = [new Error('first'), ok];
  const transport = scripted(() => {
    const answer = answers.shift() ?? ok;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const { channel } = channelOver(transport);
  const first = channel.submit('GetRandom', packet, undefined);
  const second = channel.submit('GetRandom', packet, undefined);
  await expect(first).rejects.toThrow('first');
  expect(await second).toEqual(ok);
});

test('a cancelled caller sends nothing more, and the command under way is awaited', async () => {
  const cancel = new AbortController();
  const transport = scripted(() => {
    cancel.abort();
    return ok;
  });
  const { channel } = channelOver(transport);
  const first = channel.submit('Create', packet, cancel.signal);
  const second = channel.submit('Load', packet, cancel.signal);
  expect(await first).toEqual(ok);
  await expect(second).rejects.toMatchObject({ code: 'CANCELLED', message: 'cancelled before TPM2_Load' });
  expect(transport.sent).toHaveLength(1);
});

test('resending ends when the caller cancels', async () => {
  const cancel = new AbortController();
  const transport = scripted(() => {
    if (transport.sent.length === 3) cancel.abort();
    return response(0x922);
  });
  const { channel } = channelOver(transport);
  await expect(channel.submit('Quote', packet, cancel.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(transport.sent).toHaveLength(3);
});

test('the deadline reaches the transport with a reason for people', async () => {
  const transport = {
    transmit: (_command: Buffer, signal?: AbortSignal) =>
      new Promise<Buffer>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    close: () => Promise.resolve(),
  };
  const channel = new CommandChannel(transport, { commandTimeoutMs: 20 });
  await expect(channel.submit('CreatePrimary', packet, undefined)).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    message: expect.stringContaining('did not answer TPM2_CreatePrimary within 20 ms') as string,
  });
});

test('a command that a hung TPM never answers is given up a while after its caller is cancelled, long before the deadline', async () => {
  const cancel = new AbortController();
  const transport = {
    transmit: (_command: Buffer, signal?: AbortSignal) => {
      cancel.abort();
      return new Promise<Buffer>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    },
    close: () => Promise.resolve(),
  };
  const channel = new CommandChannel(transport, { commandTimeoutMs: 60_000, cancelGraceMs: 20 });
  await expect(channel.submit('CreatePrimary', packet, cancel.signal)).rejects.toMatchObject({
    code: 'CANCELLED',
    message: 'cancelled during TPM2_CreatePrimary, which did not end within 20 ms',
  });
});

test('a signal that outlives its commands keeps nothing of them', async () => {
  const cancel = new AbortController();
  const added = jest.spyOn(cancel.signal, 'addEventListener');
  const removed = jest.spyOn(cancel.signal, 'removeEventListener');
  await channelOver(scripted(() => ok)).channel.submit('GetRandom', packet, cancel.signal);
  expect(added).toHaveBeenCalledTimes(1);
  expect(removed.mock.calls.map(([type, listener]) => [type, listener])).toEqual(
    added.mock.calls.map(([type, listener]) => [type, listener]),
  );
});

test('close waits for the command under way', async () => {
  const order: string[] = [];
  const channel = new CommandChannel(
    {
      transmit: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        order.push('answered');
        return ok;
      },
      close: async () => {
        order.push('closed');
      },
    },
    { commandTimeoutMs: 1000 },
  );
  await Promise.all([channel.submit('GetRandom', packet, undefined), channel.close()]);
  expect(order).toEqual(['answered', 'closed']);
});
