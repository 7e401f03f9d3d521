// The pages on which people sign in: a name and a password, then the code of the second factor where they have one.

const CODE = '123456';

// Of the local platform there is nothing to guess.
const passwordOf = (user) => `${user}-password`;

const STYLE = `body{margin:0;min-height:100vh;display:grid;place-items:center;background:#eef1f6;color:#1d2433;
font:16px/1.5 system-ui,sans-serif}main{background:#fff;padding:2.5rem;border-radius:14px;width:22rem;
box-shadow:0 12px 40px rgb(20 30 60/.12)}h1{font-size:1.35rem;margin:0 0 .25rem}p{color:#5a6478;margin:0 0 1.25rem}
label{display:block;font-weight:600;margin-bottom:1rem}input{display:block;width:100%;box-sizing:border-box;font:inherit;
padding:.6rem .75rem;margin-top:.3rem;border:1px solid #c3cad8;border-radius:8px}button{width:100%;font:inherit;
font-weight:600;padding:.7rem;border:0;border-radius:8px;background:#2f4bb8;color:#fff}.wrong{color:#a3202c}`;

const page = (title, text, fields, wrong) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<style>${STYLE}</style><main><h1>${title}</h1><p>${text}</p>${wrong ? `<p class="wrong" role="alert">${wrong}</p>` : ''}
<form method="post">${fields}<button type="submit">Continue</button></form></main></html>`;

const first = (wrong) => page(
  'Sign in',
  'The identity provider of the local platform. A password is the name with <code>-password</code> behind it.',
  '<label>User name<input name="login" autocomplete="username" autofocus required></label>'
    + '<label>Password<input name="password" type="password" autocomplete="current-password" required></label>',
  wrong,
);

const second = (wrong) => page(
  'Second factor',
  `Enter the code of your authenticator. On the local platform it is always <code>${CODE}</code>.`,
  '<label>Code<input name="code" inputmode="numeric" autocomplete="one-time-code" autofocus required></label>',
  wrong,
);

// oidc-provider's own page asks for a font from elsewhere.
export async function leaving(ctx, form) {
  const agree = '<button type="submit" form="op.logoutForm" value="yes" name="logout">Yes, sign me out</button>';
  ctx.body = page('Sign out', 'Do you want to sign out of the identity provider, too?', '').replace(/<form.*<.form>/, form + agree);
}

async function formOf(request) {
  let body = '';
  for await (const part of request) body += part;
  return new URLSearchParams(body);
}

export async function interact(world, request, response) {
  const show = (html, status = 200) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end(html);
  };
  const { provider, people, halfway } = world;
  try {
    const { uid } = await provider.interactionDetails(request, response);
    if (request.method !== 'POST') return show(halfway.has(uid) ? second() : first());
    const form = await formOf(request);
    const login = halfway.get(uid) ?? form.get('login');
    const person = people.users[login];
    if (!halfway.has(uid)) {
      if (!person || form.get('password') !== passwordOf(login)) return show(first('Name or password is wrong.'));
      if (person.amr?.includes('mfa')) {
        halfway.set(uid, login);
        return show(second());
      }
    } else if (form.get('code') !== CODE) {
      return show(second('The code is wrong.'));
    }
    halfway.delete(uid);
    const { amr, acr } = person;
    return await provider.interactionFinished(request, response, { login: { accountId: login, amr, acr } });
  } catch (error) {
    return show(page('Sign in', error.message, ''), 400);
  }
}
