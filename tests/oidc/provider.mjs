// The organisation's identity provider, as oidc-provider is set up for it.

import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';

import { leaving } from './interaction.mjs';

export const AUDIENCES = { 'urn:cloister:upload': 'cloister-upload', 'urn:cloister:other': 'another-service' };
export const UPLOAD = 'urn:cloister:upload';
const SCOPES = 'openid offline_access upload profile email groups';
const FACTOR = 'urn:cloister:mfa';

export function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = privateKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(jwk.n).digest('base64url').slice(0, 16);
  return { ...jwk, use: 'sig', alg: 'RS256', kid };
}

export function privateKeyOf(jwk) {
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

// What a token says of who it is for, beside what the standard demands.
export function claimsOf(people, accountId, clientId) {
  const { groups, amr, acr } = people.users[accountId] ?? people.services[clientId] ?? {};
  return Object.fromEntries(Object.entries({ groups, amr, acr }).filter(([, value]) => value !== undefined));
}

// An application that people sign in to: where it may be reached, its door's paths, and what it asks of ID tokens.
export function application(id, origins, secret) {
  return {
    client_id: id,
    client_secret: secret,
    redirect_uris: origins.map((origin) => `${origin}/.cloister/callback`),
    post_logout_redirect_uris: origins.map((origin) => `${origin}/.cloister/signed-out`),
    backchannel_logout_uri: `${origins[0]}/.cloister/backchannel-logout`,
    backchannel_logout_session_required: true,
  };
}

// Who signs in has agreed: it is the organisation's own application.
async function agreed({ oidc }) {
  const { client, provider, session } = oidc;
  const known = session.grantIdFor(client.clientId);
  if (known) return provider.Grant.find(known);
  const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
  grant.addOIDCScope('openid profile email groups');
  await grant.save();
  return grant;
}

export function configuration({ keys, people, apps, sids, secrets, ttl }) {
  const services = Object.keys(people.services).map((id) => ({
    client_id: id,
    client_secret: secrets[id],
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }));
  const tool = {
    client_id: 'cloister-upload-cli',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    redirect_uris: [],
    response_types: [],
  };
  return {
    jwks: { keys },
    clients: [tool, ...services, ...Object.entries(apps).map(([id, app]) => application(id, app.origins, app.secret))],
    acrValues: [FACTOR],
    claims: { openid: ['sub', 'groups', 'preferred_username', 'amr', 'acr'], auth_time: null, iss: null, sid: null },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: agreed,
    scopes: SCOPES.split(' '),
    cookies: { keys: [secrets.cookies] },
    findAccount: (ctx, id, token) => {
      if (token?.sid) sids.set(id, token.sid);
      return people.users[id] && { accountId: id, claims: async () => ({ sub: id, preferred_username: `${id}@example`, ...claimsOf(people, id) }) };
    },
    extraTokenClaims: (ctx, token) => claimsOf(people, token.accountId, token.clientId),
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: leaving },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, client) => (apps[client.clientId] ? undefined : UPLOAD),
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource) => ({
          scope: 'upload',
          audience: AUDIENCES[resource] ?? resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: ttl,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ttl: { AccessToken: ttl, ClientCredentials: ttl, DeviceCode: 600, RefreshToken: 8 * 3600, Grant: 8 * 3600 },
  };
}
