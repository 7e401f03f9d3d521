// Says in the menu when the session ends. The warning itself, and the way back to login, are the door's session.js.
(async () => {
  const place = document.getElementById("session-ends");
  const answer = await fetch("/.cloister/session", { headers: { Accept: "application/json" } });
  if (!place || !answer.ok) return;
  const { idleSeconds, absoluteSeconds } = await answer.json();
  const clock = (seconds) =>
    new Date(Date.now() + seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const idle = Math.min(idleSeconds, absoluteSeconds);
  place.textContent = `The session ends at ${clock(absoluteSeconds)}; without activity already at ${clock(idle)}.`;
  place.hidden = false;
})();
