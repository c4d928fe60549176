import { controlActs } from './control-acts.js';
import type { RunningService } from './core.js';
import { startHttpService } from './http-service.js';
import { isJsonObject } from './json.js';
import { invalid, notFound } from './problem.js';
import type { StoryWorld } from './story-world.js';

/** The world's own control: `POST /acts/NAME` with a JSON object of texts makes one act happen and tells how it ended. */
export const startControlService = (world: StoryWorld): Promise<RunningService> =>
  startHttpService({
    core: world.cloud.core,
    api: undefined,
    auth: 'none',
    routes: [
      {
        method: 'POST',
        path: '/acts/:name',
        handle: async (request) => {
          const name = request.params['name'] ?? '';
          const act = Object.hasOwn(controlActs, name) ? controlActs[name] : undefined;
          if (act === undefined) throw notFound(`acts/${name}`);
          return { json: await act.run(world, textsOf(request.body ?? {})) };
        },
      },
    ],
  });

/** @throws Problem 400 */
function textsOf(body: unknown): Readonly<Record<string, string>> {
  if (!isJsonObject(body)) throw invalid('the arguments are a JSON object');
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string') throw invalid(`${name} is not a text`);
    texts[name] = value;
  }
  return texts;
}
