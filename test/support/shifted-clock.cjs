// Loaded with `node --require`: from then on, the clock of the process is off by as many seconds as the file CLOCK_OFFSET_FILE says.
const { readFileSync } = require('node:fs');

const RealDate = Date;
const offsetMs = () => Number(readFileSync(process.env.CLOCK_OFFSET_FILE, 'utf8')) * 1000;
const now = () => RealDate.now() + offsetMs();

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }
  static now() {
    return now();
  }
};
