// What do ten thousand attested sessions weigh?
import { Bench, mustSucceed, type Effort } from '../bench.js';
import { residentMb } from '../process-cost.js';
import type { Report } from '../report.js';
import { figure } from '../statistics.js';

const goalMb = 300;
const connections = 64;
/** V8 keeps garbage as long as its limit is far, and by itself that is a share of the machine's memory. */
const heapMb = 256;

export async function memory(effort: Effort): Promise<Report> {
  const bench = await Bench.open(effort);
  try {
    const sessions = effort.quick ? 500 : 10_000;
    const vms = await bench.fleet(connections, 'memory');
    // Sessions must not end before the last one is open.
    const server = await bench.server({ '--settleSeconds': '1800', '--attestationMaxAgeSeconds': '3600' }, [
      `--max-old-space-size=${heapMb}`,
    ]);
    await bench.clients('memory', [server.address], vms);
    const startMb = residentMb(server.pid);
    mustSucceed(await bench.load.ask('times', { group: 'memory', work: 'handshake', clients: 8, times: connections }));
    const warmMb = residentMb(server.pid);
    const round = await bench.load.ask('times', { group: 'memory', work: 'handshake', times: sessions });
    mustSucceed(round);
    const fullMb = residentMb(server.pid);
    const documents = (await server.metrics()).get('tokenserver_session_documents') ?? 0;
    return {
      part: 'memory',
      title: 'Memory',
      about: `Resident memory of the server process under \`node --max-old-space-size=${heapMb}\`. ${sessions.toLocaleString('en')} sessions were opened and attested over ${connections} connections, in ${Math.round(round.seconds)} s.`,
      columns: ['', 'MB'],
      rows: [
        ['ready', figure(startMb)],
        [`${connections} sessions, all clients of Google loaded`, figure(warmMb)],
        [`${(sessions + connections).toLocaleString('en')} sessions`, figure(fullMb)],
      ],
      goals: [
        { what: `below ${goalMb} MB with ${sessions.toLocaleString('en')} sessions`, figure: `${figure(fullMb)} MB`, met: fullMb < goalMb },
      ],
      notes: [`documents in the session store: ${documents.toLocaleString('en')}`],
      figures: { sessions, startMb, warmMb, fullMb, documents },
    };
  } finally {
    await bench.close();
  }
}
