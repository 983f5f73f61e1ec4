// The OPC UA part of the plant, on node-opcua: a server with a secure and an open endpoint, a
// historian that uses the secure one, a MES gateway that uses the open one, and the laptop.
//
//   node -r ./plant_clock.js opcua.js ROLE MODULES KEYS HOST
//
// ROLE: server | historian | mes | laptop, or keys-ROLE to make its certificate beforehand. MODULES
// is the folder with node_modules, KEYS the one for certificates.

const path = require("path");
const [role, modules, keys, host] = process.argv.slice(2);
const opcua = require(path.join(modules, "node_modules", "node-opcua"));
const { OPCUAServer, OPCUAClient, OPCUACertificateManager, MessageSecurityMode, SecurityPolicy,
  UserTokenType, AttributeIds, DataType, Variant, TimestampsToReturn, ClientSubscription } = opcua;

const PORT = 4840;
const DURATION = Number(process.env.PLANT_DURATION);
const INCIDENT = Number(process.env.PLANT_INCIDENT);
const url = `opc.tcp://${host}:${PORT}`;
const node = (name) => `ns=1;s=Line2.${name}`;

const POINTS = {
  "Filler.Speed.SetPoint": 1450, "Filler.Speed.Actual": 1447.2, "Filler.Level": 71.5,
  "Capper.Torque": 2.31, "Pasteuriser.Temperature.SetPoint": 72, "Pasteuriser.Temperature": 71.8,
  "Bottles.Good": 40112, "Bottles.Rejected": 331,
};

function manager(name) {
  return new OPCUACertificateManager({
    rootFolder: path.join(keys, name), automaticallyAcceptUnknownCertificate: true,
  });
}

async function makeServer() {
  const certificates = manager("server");
  await certificates.initialize();
  const s = new OPCUAServer({
    port: PORT, host, hostname: host, resourcePath: "",
    serverCertificateManager: certificates, userCertificateManager: certificates,
    buildInfo: { productName: "Line 2 OPC UA server", manufacturerName: "Example Automation",
      productUri: "urn:example:line2-server", softwareVersion: "4.2.1", buildNumber: "1187",
      buildDate: new Date(2026, 2, 4) },
    serverInfo: { applicationUri: "urn:opc1:example:line2-server",
      productUri: "urn:example:line2-server",
      applicationName: { text: "Line 2 OPC UA server", locale: "en" } },
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    allowAnonymous: true,
    userManager: { isValidUser: (user, password) => user === "historian" && password.length > 0 },
    isAuditing: false, registerServerMethod: 1,
  });
  await s.initialize();
  return s;
}

async function server() {
  const s = await makeServer();
  const space = s.engine.addressSpace;
  const own = space.getOwnNamespace();
  const line = own.addFolder("ObjectsFolder", { browseName: "Line2", nodeId: "s=Line2" });
  const values = { ...POINTS };
  for (const name of Object.keys(POINTS)) {
    own.addVariable({
      componentOf: line, browseName: name, nodeId: `s=Line2.${name}`, dataType: "Double",
      minimumSamplingInterval: 1000,
      value: {
        get: () => new Variant({ dataType: DataType.Double, value: values[name] }),
        set: (v) => { values[name] = v.value; return opcua.StatusCodes.Good; },
      },
    });
  }
  let tick = 0;
  setInterval(() => { // a process without surprises, the same on every run
    tick += 1;
    values["Filler.Speed.Actual"] = values["Filler.Speed.SetPoint"] - 2 + (tick % 5);
    values["Filler.Level"] = 70 + ((tick * 7) % 30) / 10;
    values["Bottles.Good"] += 1;
  }, 5000);
  await s.start();
  console.log("opcua server: listening");
}

function client(name, secure) {
  const certificates = manager(name);
  return certificates.initialize().then(() => OPCUAClient.create({
    applicationName: name, applicationUri: `urn:${name}:example:client`,
    clientName: name, clientCertificateManager: certificates,
    securityMode: secure ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None,
    securityPolicy: secure ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None,
    endpointMustExist: false, keepSessionAlive: false, requestedSessionTimeout: 1_200_000,
    defaultSecureTokenLifetime: 3_600_000, connectionStrategy: { maxRetry: 5, initialDelay: 500 },
    transportTimeout: 600_000,
  }));
}

async function historian() {
  const c = await client(...CLIENTS.historian);
  await until(4);
  await c.connect(url);
  const session = await c.createSession({ type: UserTokenType.UserName, userName: "historian",
    password: "line-2-archive" });
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: 10_000, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: 3,
    maxNotificationsPerPublish: 50, publishingEnabled: true, priority: 1,
  });
  for (const name of ["Filler.Speed.Actual", "Filler.Level", "Bottles.Good"]) {
    await subscription.monitor({ nodeId: node(name), attributeId: AttributeIds.Value },
      { samplingInterval: 10_000, discardOldest: true, queueSize: 2 }, TimestampsToReturn.Both);
  }
  await until(DURATION - 6);
  await session.close(true);
  await c.disconnect();
}

async function mes() {
  const c = await client(...CLIENTS.mes);
  await until(7);
  await c.connect(url);
  const session = await c.createSession();
  const names = ["Bottles.Good", "Bottles.Rejected", "Filler.Speed.SetPoint"];
  for (let at = 10; at < DURATION - 8; at += 10) {
    await until(at);
    await session.read(names.map((n) => ({ nodeId: node(n), attributeId: AttributeIds.Value })));
  }
  await session.close(true);
  await c.disconnect();
}

async function laptop() {
  const c = await client(...CLIENTS.laptop);
  await until(INCIDENT);
  await c.connect(url);
  await c.getEndpoints();
  const session = await c.createSession();
  await session.browse("ns=1;s=Line2");
  await until(INCIDENT + 4);
  await session.read({ nodeId: node("Filler.Speed.SetPoint"), attributeId: AttributeIds.Value });
  await until(INCIDENT + 7);
  const status = await session.write({
    nodeId: node("Filler.Speed.SetPoint"), attributeId: AttributeIds.Value,
    value: { value: new Variant({ dataType: DataType.Double, value: 2400 }) },
  });
  console.log(`${plantNow().toFixed(1)} s: laptop writes the set-point over OPC UA: ${status.name}`);
  await until(INCIDENT + 9);
  await session.close(true);
  await c.disconnect();
}

const CLIENTS = { historian: ["historian", true], mes: ["mes-gateway", false],
  laptop: ["UaExpert", false] };

async function makeKeys(of) {
  if (of === "server") {
    await makeServer();
  } else {
    await (await client(...CLIENTS[of])).createDefaultCertificate();
  }
}

const ROLES = { server, historian, mes, laptop };
(role.startsWith("keys-") ? makeKeys(role.slice(5)) : ROLES[role]()).then(
  () => role !== "server" && process.exit(0),
  (error) => { console.error(role, error); process.exit(1); });
