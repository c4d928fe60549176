// Stryker's test runner for the trust core. jest needs half a second for each mutant and each suite, mostly to start; with
// thousands of mutants that is hours. These suites need of jest only describe, test, hooks and expect, so they run here in one
// process, with the same `expect` and `each`: for each mutant only the suites whose tests cover it, each with all modules loaded
// anew, the file's own suite first, up to the first test that fails.
const { readdirSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, join } = require('node:path');
const { transformSync } = require('@swc/core');
const { expect } = require('expect');
const { bind } = require('jest-each');

const folders = ['test/tpm', 'test/appraisal', 'test/server/attestation'];
/** Random tests, tests of a million variants, and one that copies the repository: the exact tests repeat their work. */
const leftOut = new Set(['properties.test.ts', 'hostile.test.ts', 'extend.test.ts']);

/** So many suites that cannot load with a mutant are enough to call it broken. */
const most = 5;

const compiled = new Map();
const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } };

/** TypeScript for require: compiled once, evaluated as often as it is loaded. */
function installTypeScript() {
  Module._extensions['.ts'] = (module, filename) => {
    if (!compiled.has(filename)) compiled.set(filename, transformSync(readFileSync(filename, 'utf8'), { ...swc, filename }).code);
    module._compile(compiled.get(filename), filename);
  };
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (request, parent, ...rest) => {
    const source = /^\.{1,2}\//.test(request) && parent?.filename?.endsWith('.ts') ? request.replace(/\.js$/, '.ts') : request;
    return resolve(source, parent, ...rest);
  };
}

/** What a suite declares while it is loaded: its tests, with the hooks around them. */
function collect(load) {
  const tests = [];
  let block = { names: [], before: [], after: [] };
  const test = (name, run) => tests.push({ name: [...block.names, name].join(' '), run, block });
  const describe = (name, declare) => {
    const outer = block;
    block = { names: [...outer.names, name], before: [...outer.before], after: [...outer.after] };
    declare();
    block = outer;
  };
  const hook = (kind) => (run) => void block[kind].push(run);
  for (const declare of [test, describe]) declare.each = bind(declare, false);
  const globals = { describe, test, it: test, beforeEach: hook('before'), afterEach: hook('after'), expect };
  Object.assign(globalThis, globals);
  load();
  return tests;
}

async function failureOf({ run, block }) {
  try {
    for (const hook of block.before) await hook();
    await run();
    for (const hook of block.after) await hook();
    return undefined;
  } catch (error) {
    return String(error?.message ?? error);
  }
}

class InProcessRunner {
  static inject = [];
  #suites = [];
  #checksRule = '';
  #context = (globalThis.__stryker__ ??= {});

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    installTypeScript();
    this.#suites = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true })
        .filter((name) => name.endsWith('.test.ts') && !leftOut.has(name))
        .map((name) => join(process.cwd(), folder, name)),
    );
    this.#checksRule = join(process.cwd(), 'test/rules/checks.test.ts');
    this.#suites.push(this.#checksRule);
  }

  async dryRun() {
    const results = [];
    this.#context.mutantCoverage = { static: {}, perTest: {} };
    for (const suite of this.#suites) {
      for (const test of this.#load(suite)) {
        const id = this.#idOf(suite, test);
        this.#context.currentTestId = id;
        const begin = performance.now();
        const failureMessage = await failureOf(test);
        this.#context.currentTestId = undefined;
        const common = { id, name: id, fileName: suite, timeSpentMs: performance.now() - begin };
        results.push(failureMessage === undefined ? { ...common, status: 0 } : { ...common, status: 1, failureMessage });
      }
    }
    return { status: 'complete', tests: results, mutantCoverage: this.#context.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, mutantActivation, hitLimit, sandboxFileName }) {
    const wanted = testFilter && new Set(testFilter);
    const own = sandboxFileName.replace('/src/', '/test/').replace(/\.ts$/, '.test.ts');
    const rank = (suite) => [own, this.#checksRule].indexOf(suite) + 1 || 3;
    const suites = this.#suites
      .filter((suite) => !wanted || testFilter.some((id) => id.startsWith(`${basename(suite)}: `)))
      .sort((a, b) => rank(a) - rank(b));
    Object.assign(this.#context, { hitCount: hitLimit === undefined ? undefined : 0, hitLimit, mutantCoverage: undefined });
    const unloadable = [];
    let nrOfTests = 0;
    for (const suite of suites) {
      let tests = [];
      this.#context.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
      try {
        tests = this.#load(suite);
      } catch (error) {
        unloadable.push(`${basename(suite)}: ${error?.message}`);
        if (unloadable.length === most) break;
      }
      this.#context.activeMutant = activeMutant.id;
      for (const test of tests) {
        const id = this.#idOf(suite, test);
        if (wanted && !wanted.has(id)) continue;
        nrOfTests += 1;
        const failureMessage = await failureOf(test);
        if (this.#context.hitCount > hitLimit) return this.#end({ status: 'timeout', reason: `Hit limit reached (${hitLimit})` });
        if (failureMessage !== undefined) return this.#end({ status: 'killed', killedBy: [id], failureMessage, nrOfTests });
      }
    }
    if (unloadable.length > 0) return this.#end({ status: 'error', errorMessage: unloadable.join('; ') });
    return this.#end({ status: 'survived', nrOfTests });
  }

  #end(result) {
    this.#context.activeMutant = undefined;
    return result;
  }

  #idOf(suite, { name }) {
    return `${basename(suite)}: ${name}`;
  }

  /** Loads a suite with every module of the project anew. Packages stay loaded. */
  #load(suite) {
    for (const name of Object.keys(require.cache)) if (!name.includes('/node_modules/') && name.endsWith('.ts')) delete require.cache[name];
    module.children.length = 0;
    return collect(() => require(suite));
  }
}

exports.strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner }];
