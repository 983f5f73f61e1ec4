// Plant time for a Node.js program: Date tells the plant's clock, timers run at its speed.
//
//   PLANT_T0=MONOTONIC_SECONDS PLANT_SPEED=10 PLANT_EPOCH=UNIX_SECONDS node -r ./plant_clock.js ...

const speed = Number(process.env.PLANT_SPEED);
const epoch = Number(process.env.PLANT_EPOCH) * 1000;
const t0 = Number(process.env.PLANT_T0) * 1000;
const monotonic = () => Number(process.hrtime.bigint() / 1000n) / 1000; // milliseconds, CLOCK_MONOTONIC
const RealDate = Date;

class PlantDate extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [PlantDate.now()]));
  }

  static now() {
    return Math.floor(epoch + speed * (monotonic() - t0));
  }
}
globalThis.Date = PlantDate;

for (const name of ["setTimeout", "setInterval"]) {
  const real = globalThis[name];
  const scaled = (action, after, ...more) => real(action, (after || 0) / speed, ...more);
  Object.defineProperty(scaled, require("util").promisify.custom, {
    value: (after, value) => new Promise((done) => scaled(done, after, value)),
  });
  globalThis[name] = scaled;
}

globalThis.plantNow = () => (speed * (monotonic() - t0)) / 1000; // seconds after the start
globalThis.until = (when) => new Promise((done) =>
  setTimeout(done, Math.max(0, (when - globalThis.plantNow()) * 1000)));
