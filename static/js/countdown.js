/* Counts a hold down.
 *
 *   <p data-countdown data-expires-at="2026-11-24T14:40:00Z" data-expired-text="..." data-minutes-text="%s minutes left"
 *      data-minute-text="1 minute left">
 *     <time data-countdown-left>10:00</time> <span class="sr-only" aria-live="polite" data-countdown-said></span>
 *   </p>
 *
 * The clock ticks by the second for the eye; it is read aloud only when a minute has passed, and at the end. When the time
 * is up the element gets data-expired, [data-countdown-disable] in the page is disabled, and `countdown:expired` is sent.
 * The server's own clock decides; this one only shows it.
 */
(() => {
  "use strict";
  const started = new WeakSet();

  const show = (box) => {
    const left = Math.max(0, Math.ceil((Date.parse(box.dataset.expiresAt) - Date.now() - (Number(box.dataset.skew) || 0)) / 1000));
    const minutes = Math.floor(left / 60);
    const clock = box.querySelector("[data-countdown-left]");
    if (clock) clock.textContent = `${minutes}:${String(left % 60).padStart(2, "0")}`;
    box.toggleAttribute("data-soon", left <= 120);
    say(box, left, Math.ceil(left / 60));
    return left;
  };

  const say = (box, left, minutes) => {
    const said = box.querySelector("[data-countdown-said]");
    if (!said || box.dataset.lastSaid === String(minutes)) return;
    const first = box.dataset.lastSaid === undefined;
    box.dataset.lastSaid = String(minutes);
    if (left === 0) said.textContent = box.dataset.expiredText ?? "";
    else if (!first) said.textContent = (minutes === 1 ? box.dataset.minuteText : (box.dataset.minutesText ?? "").replace("%s", minutes)) ?? "";
  };

  const expire = (box) => {
    box.setAttribute("data-expired", "");
    const clock = box.querySelector("[data-countdown-left]");
    if (clock && box.dataset.expiredText) clock.textContent = box.dataset.expiredText;
    document.querySelectorAll("[data-countdown-disable]").forEach((one) => one.setAttribute("disabled", ""));
    box.dispatchEvent(new CustomEvent("countdown:expired", { bubbles: true }));
  };

  const start = (box) => {
    if (started.has(box)) return;
    started.add(box);
    const tick = () => {
      if (!box.isConnected) return;
      if (show(box) > 0) window.setTimeout(tick, 1000);
      else expire(box);
    };
    tick();
  };

  const startAll = () => document.querySelectorAll("[data-countdown]").forEach(start);
  startAll();
  document.body.addEventListener("htmx:afterSwap", startAll);
})();
