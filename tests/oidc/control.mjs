// What tests ask of the provider beyond the standards: to approve a device, to sign a token of any content, to rotate
// its keys, to go away for a while.

import { randomBytes, sign } from 'node:crypto';

import { UPLOAD, newKey, privateKeyOf } from './provider.mjs';

// As the person at the verification page: logs in, and agrees.
async function approve(world, { userCode, user, deny }) {
  const code = await world.provider.DeviceCode.findByUserCode(userCode.replace(/\W/g, '').toUpperCase());
  if (!code || code.isExpired || code.accountId || code.error) throw new Error('no such code is waiting');
  if (deny) {
    Object.assign(code, { error: 'access_denied', errorDescription: 'the person said no' });
  } else {
    if (!world.people.users[user]) throw new Error(`there is no user ${user}`);
    const grant = new world.provider.Grant({ accountId: user, clientId: code.clientId });
    grant.addOIDCScope('openid offline_access');
    grant.addResourceScope(UPLOAD, 'upload');
    const { amr, acr } = world.people.users[user];
    const grantId = await grant.save();
    const scope = code.params.scope ?? 'openid';
    Object.assign(code, {
      accountId: user, amr, acr, grantId, scope, resource: UPLOAD, authTime: Math.floor(Date.now() / 1000),
    });
  }
  await code.save();
  return {};
}

// A JWS of the issuer's own key, or of one that it never published, over whatever is said.
function token(world, { header = {}, claims, stranger = false }) {
  const key = stranger ? newKey() : world.keys[0];
  const encoded = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encoded({ alg: 'RS256', typ: 'at+jwt', kid: world.keys[0].kid, ...header })}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), privateKeyOf(key)).toString('base64url');
  return { token: `${signed}.${signature}` };
}

// With `keep` the old keys stay published, as is usual until the last token of theirs has expired.
function rotate(world, { keep }) {
  world.keys = [newKey(), ...(keep ? world.keys : [])];
  world.open();
  return { kid: world.keys[0].kid };
}

function add(world, { user, groups, amr, acr }) {
  world.people.users[user] = { groups, amr, acr };
  return {};
}

// Another application, or the same one elsewhere.
function app(world, { client, origins }) {
  const { secret = randomBytes(24).toString('base64url') } = world.apps[client] ?? {};
  world.apps[client] = { origins, secret };
  world.open();
  return { secret };
}

// The session that a user began last.
const sid = (world, { user }) => ({ sid: world.sids.get(user) });

const ACTS = {
  app,
  sid,
  approve,
  token,
  rotate,
  users: add,
  silence: (world, { silent }) => {
    world.silent = silent;
    return {};
  },
};

export async function control(world, request, response) {
  let body = '';
  for await (const part of request) body += part;
  const act = ACTS[request.url.split('/').pop()];
  const answer = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (!act) return answer(404, { error: `there is no act ${request.url}` });
  try {
    return answer(200, await act(world, JSON.parse(body || '{}')));
  } catch (error) {
    return answer(400, { error: error.message });
  }
}
