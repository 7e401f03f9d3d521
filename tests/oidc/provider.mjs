// The organisation's identity provider, as oidc-provider is set up for it.

import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';

export const AUDIENCES = { 'urn:cloister:upload': 'cloister-upload', 'urn:cloister:other': 'another-service' };
export const UPLOAD = 'urn:cloister:upload';
const SCOPES = 'openid offline_access upload';

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

export function configuration({ keys, people, secrets, ttl }) {
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
    clients: [tool, ...services],
    scopes: SCOPES.split(' '),
    cookies: { keys: [secrets.cookies] },
    findAccount: (ctx, id) =>
      people.users[id] && { accountId: id, claims: async () => ({ sub: id, ...claimsOf(people, id) }) },
    extraTokenClaims: (ctx, token) => claimsOf(people, token.accountId, token.clientId),
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => UPLOAD,
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
