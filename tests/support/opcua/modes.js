// A node-opcua server with every mode and policy, and clients that use each of them once.
//
//   node modes.js MODULES KEYS PORT
//
// MODULES is the folder with node_modules, KEYS one for certificates. Prints one JSON object: what
// the server is, its certificate's thumbprint, and for each client its mode, policy and user.

const path = require("path");
const crypto = require("crypto");
const [modules, keys, portText] = process.argv.slice(2);
const port = Number(portText);
const opcua = require(path.resolve(modules, "node_modules", "node-opcua"));
const { OPCUAServer, OPCUAClient, OPCUACertificateManager, MessageSecurityMode, SecurityPolicy,
  UserTokenType, AttributeIds, DataType, Variant, TimestampsToReturn, ClientSubscription } = opcua;

const POLICIES = ["Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"];
const CHANNELS = [["None", "None"],
  ...POLICIES.flatMap((policy) => [["Sign", policy], ["SignAndEncrypt", policy]])];

function manager(name) {
  return new OPCUACertificateManager({
    rootFolder: path.join(keys, name), automaticallyAcceptUnknownCertificate: true,
  });
}

async function startServer() {
  const certificates = manager("server");
  await certificates.initialize();
  const server = new OPCUAServer({
    port, host: "127.0.0.1", hostname: "127.0.0.1", resourcePath: "",
    serverCertificateManager: certificates, userCertificateManager: certificates,
    buildInfo: { productName: "Modes", manufacturerName: "Example", productUri: "urn:example:modes",
      softwareVersion: "9.8.7", buildNumber: "654", buildDate: new Date(2026, 2, 4) },
    serverInfo: { applicationUri: "urn:host:example:modes", productUri: "urn:example:modes",
      applicationName: { text: "Modes", locale: "en" } },
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign,
      MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [SecurityPolicy.None, ...POLICIES.map((policy) => SecurityPolicy[policy])],
    allowAnonymous: true, registerServerMethod: 1,
    userManager: { isValidUser: (user) => user === "operator" },
  });
  await server.initialize();
  const own = server.engine.addressSpace.getOwnNamespace();
  let speed = 10;
  own.addVariable({
    organizedBy: "ObjectsFolder", browseName: "Speed", nodeId: "s=Speed", dataType: "Double",
    value: {
      get: () => new Variant({ dataType: DataType.Double, value: speed }),
      set: (v) => { speed = v.value; return opcua.StatusCodes.Good; },
    },
  });
  await server.start();
  return server;
}

async function use(mode, policy) {
  const certificates = manager("client");
  await certificates.initialize();
  const client = OPCUAClient.create({
    applicationName: `${mode} ${policy}`, applicationUri: "urn:client:example:modes",
    clientCertificateManager: certificates, securityMode: MessageSecurityMode[mode],
    securityPolicy: SecurityPolicy[policy], endpointMustExist: false, keepSessionAlive: false,
    connectionStrategy: { maxRetry: 1 },
  });
  await client.connect(`opc.tcp://127.0.0.1:${port}`);
  const user = mode === "None" ? { type: UserTokenType.Anonymous }
    : { type: UserTokenType.UserName, userName: "operator", password: "not-to-be-seen" };
  const session = await client.createSession(user);
  await session.browse("ObjectsFolder");
  await session.read({ nodeId: "i=2260", attributeId: AttributeIds.Value });
  await session.read({ nodeId: "ns=1;s=Speed", attributeId: AttributeIds.Value });
  await session.write({ nodeId: "ns=1;s=Speed", attributeId: AttributeIds.Value,
    value: { value: new Variant({ dataType: DataType.Double, value: 12.5 }) } });
  await session.read({ nodeId: "ns=1;s=NoSuchNode", attributeId: AttributeIds.Value });
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: 100, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: 10,
    maxNotificationsPerPublish: 10, publishingEnabled: true, priority: 1,
  });
  const item = await subscription.monitor({ nodeId: "ns=1;s=Speed",
    attributeId: AttributeIds.Value }, { samplingInterval: 100, queueSize: 2 },
  TimestampsToReturn.Both);
  await new Promise((resolve) => { item.once("changed", resolve); });
  await session.call({ objectId: "i=2253", methodId: "i=11492",
    inputArguments: [new Variant({ dataType: DataType.UInt32, value: 1 })] });
  await session.close(true);
  await client.disconnect();
  return { mode, policy, user: user.userName || "" };
}

async function main() {
  const server = await startServer();
  const sha1 = crypto.createHash("sha1").update(server.getCertificate()).digest("hex");
  const clients = [];
  for (const [mode, policy] of CHANNELS) {
    clients.push(await use(mode, policy));
  }
  await server.shutdown(100);
  console.log(JSON.stringify({ sha1, clients }));
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
