// node main.mjs MODULES PORT_FILE [SECONDS [CERTIFICATE KEY]]: serves on a free port of loopback until it is ended. MODULES is where
// `npm ci` has put oidc-provider; SECONDS is how long access tokens last. With a certificate it serves as localhost by TLS.

import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { control } from './control.mjs';
import { interact } from './interaction.mjs';
import { configuration, newKey } from './provider.mjs';

const CONTROL = '/_control/';
const [modules, portFile, seconds = '3600', certificate, key] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(path.join(modules, 'oidc-provider', 'lib', 'index.js')).href);
const people = JSON.parse(readFileSync(new URL('users.json', import.meta.url), 'utf8'));
const secret = () => randomBytes(24).toString('base64url');
const secrets = { cookies: secret(), ...Object.fromEntries(Object.keys(people.services).map((id) => [id, secret()])) };

const apps = Object.fromEntries(
  Object.entries(people.apps).map(([id, origins]) => [id, { origins, secret: secret() }]),
);
const world = { people, apps, keys: [newKey()], silent: false, halfway: new Map(), sids: new Map() };
// Keys of a Provider are fixed, so a rotation makes another; codes and grants are in a store that all share.
world.open = () => {
  world.provider = new Provider(world.issuer, configuration({ ...world, secrets, ttl: Number(seconds) }));
  world.serve = world.provider.callback();
};

const answer = (request, response) => {
  if (request.url.startsWith(CONTROL)) control(world, request, response);
  else if (world.silent) request.socket.destroy();
  else if (request.url.startsWith('/interaction/')) interact(world, request, response);
  else world.serve(request, response);
};
const server = certificate
  ? createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, answer)
  : createServer(answer);
server.listen(0, '127.0.0.1', () => {
  world.issuer = `${certificate ? 'https://localhost' : 'http://127.0.0.1'}:${server.address().port}`;
  world.open();
  const told = { issuer: world.issuer, control: `${world.issuer}${CONTROL}`, services: {}, apps: {} };
  for (const id of Object.keys(people.services)) told.services[id] = secrets[id];
  for (const id of Object.keys(apps)) told.apps[id] = apps[id].secret;
  writeFileSync(`${portFile}.new`, JSON.stringify(told), { mode: 0o600 });
  renameSync(`${portFile}.new`, portFile);
});
