// st-ethernet-ip, a client that is not ours, against our server: connects (connected and
// unconnected messaging), lists tags, reads and writes.
//
//   node st_client.js FOLDER_WITH_NODE_MODULES HOST

const path = require("path");
const { Controller, Tag, TagGroup, Structure } = require(
  path.join(process.argv[2], "node_modules", "st-ethernet-ip"));
const host = process.argv[3];

function check(what, got, wanted) {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
  }
}

async function session(connected, speed) {
  const plc = new Controller(connected);
  await plc.connect(host, 0);
  check("name", plc.properties.name, "1756-L71/B LOGIX5571");
  check("serial number", plc.properties.serial_number, 0x00a1b2c3);
  const names = plc.tagList.map((t) => (t.program ? `${t.program}:` : "") + t.name);
  check("tags", names, ["Speed", "Level", "Counts", "Curve", "Running", "Recipes", "Main:Step"]);
  const types = Object.fromEntries(plc.tagList.map((t) => [t.name, t.type.typeName]));
  check("types", [types.Speed, types.Level, types.Counts, types.Recipes],
        ["DINT", "REAL", "INT", "Recipe"]);
  const tag = new Tag("Speed");
  await plc.readTag(tag);
  check("Speed", tag.value, speed);
  tag.value = speed + 1;
  await plc.writeTag(tag);
  await plc.readTag(tag);
  check("Speed written", tag.value, speed + 1);
  const step = new Tag("Step", "Main");
  await plc.readTag(step);
  check("Main.Step", step.value, 3);
  const group = new TagGroup();
  const level = new Tag("Level");
  const count = new Tag("Counts[4]");
  group.add(level);
  group.add(count);
  await plc.readTagGroup(group);
  check("group", [level.value, count.value], [71.5, -1]);
  const recipe = new Structure("Recipes[1]", plc.state.tagList);
  await plc.readTag(recipe);
  check("Recipes[1]", recipe.value, { Speed: 200, Level: 2.5, Batch: 8 });
  const missing = new Tag("Nowhere");
  let refused = false;
  await plc.readTag(missing).catch(() => { refused = true; });
  check("a tag that is not there is refused", refused, true);
  await plc.disconnect();
}

(async () => {
  await session(true, 1450);
  await session(false, 1451);
  console.log("st-ethernet-ip: as wanted");
  process.exit(0);
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
