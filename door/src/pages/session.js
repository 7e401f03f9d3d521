// Warns before the session ends, and goes back to sign-in when it has. An application includes it with
// <script src="/.cloister/session.js" defer></script>; it needs neither inline script nor inline style.
(() => {
  'use strict';

  const CHECK = 30;
  const style = new CSSStyleSheet();
  style.replaceSync(`
    #cloister-warning { border: 0; border-radius: 1rem; padding: 2rem; max-width: 26rem; color: #1c2733; background: #fff;
      font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; box-shadow: 0 1rem 4rem rgb(16 32 48 / .3); }
    #cloister-warning::backdrop { background: rgb(16 32 48 / .55); }
    #cloister-warning h2 { margin: 0 0 .5rem; font-size: 1.25rem; }
    #cloister-warning p { margin: 0 0 1.5rem; color: #51606f; }
    #cloister-warning strong { font-variant-numeric: tabular-nums; color: #1c2733; }
    #cloister-warning button { font: inherit; font-weight: 600; padding: .6rem 1.2rem; border-radius: .5rem; cursor: pointer;
      border: 2px solid #14574f; }
    #cloister-warning button:focus-visible { outline: 3px solid #14574f; outline-offset: 3px; }
    #cloister-stay { background: #14574f; color: #fff; margin-right: .75rem; }
    #cloister-leave { background: #fff; color: #14574f; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];

  const make = (name, attributes, ...children) => {
    const element = Object.assign(document.createElement(name), attributes);
    element.append(...children);
    return element;
  };
  const left = make('strong', { id: 'cloister-left' });
  const text = make('p', { id: 'cloister-warning-text' });
  const stay = make('button', { id: 'cloister-stay', type: 'button', textContent: 'Stay signed in' });
  const leave = make('button', { id: 'cloister-leave', type: 'button', textContent: 'Sign out' });
  const title = make('h2', { id: 'cloister-warning-title', textContent: 'Your session is about to end' });
  const dialog = make('dialog', { id: 'cloister-warning' }, title, text, stay, leave);
  dialog.setAttribute('role', 'alertdialog');
  dialog.setAttribute('aria-labelledby', title.id);
  dialog.setAttribute('aria-describedby', text.id);
  // Escape must not hide it: who does nothing is signed out.
  dialog.addEventListener('cancel', (event) => event.preventDefault());

  // When the session ends, by this page's own steady clock, and what is known of it.
  let ends = Infinity;
  let idleEnds = Infinity;
  let warning = 60;
  let asked = 0;
  const now = () => performance.now() / 1000;

  const over = () => {
    const back = location.pathname + location.search;
    location.assign(`/.cloister/login?return=${encodeURIComponent(back)}`);
  };

  const hear = async (path, method) => {
    asked = now();
    const answer = await fetch(path, { method, cache: 'no-store', headers: { accept: 'application/json' } });
    if (answer.status === 401) return over();
    if (!answer.ok) return undefined;
    const session = await answer.json();
    idleEnds = now() + session.idleSeconds;
    ends = Math.min(idleEnds, now() + session.absoluteSeconds);
    warning = session.warningSeconds;
    return undefined;
  };
  const ask = (path, method) => hear(path, method).catch(() => undefined);

  const show = (seconds) => {
    const staying = idleEnds <= ends;
    left.textContent = seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`;
    if (!dialog.open) {
      text.replaceChildren(
        ...(staying
          ? ['You have not done anything for a while. You will be signed out in ', left, '.']
          : ['The longest time for one session is almost over. Save what you are doing; you will be signed out in ', left, '.']));
      stay.hidden = !staying;
      if (!dialog.isConnected) document.body.append(dialog);
      dialog.showModal();
      (staying ? stay : leave).focus();
    }
  };

  const tick = async () => {
    const remaining = ends - now();
    // Another tab may have gone on meanwhile, so the server is asked before anybody is warned or sent away.
    const due = remaining <= warning ? 2 : CHECK;
    if (now() - asked >= due || (remaining <= 0 && now() - asked >= 1)) await ask('/.cloister/session', 'GET');
    // Nobody answers: what the page shows is not left standing.
    if (ends - now() < -5) return over();
    const seconds = Math.max(0, Math.ceil(ends - now()));
    if (seconds <= warning) show(seconds);
    else if (dialog.open) dialog.close();
    return undefined;
  };

  stay.addEventListener('click', async () => {
    await ask('/.cloister/extend', 'POST');
    if (ends - now() > warning) dialog.close();
  });
  leave.addEventListener('click', () => {
    const form = make('form', { method: 'post', action: '/.cloister/logout', hidden: true });
    document.body.append(form);
    form.submit();
  });
  // A page out of the browser's memory, after signing out.
  addEventListener('pageshow', (event) => event.persisted && ask('/.cloister/session', 'GET'));
  document.addEventListener('visibilitychange', () => document.hidden || ask('/.cloister/session', 'GET'));

  ask('/.cloister/session', 'GET');
  setInterval(tick, 1000);
})();
