/* Tells the server the visitor's time zone, in the cookie `tz`.
 *
 *   script[data-zone=Europe/Berlin]   the page shows its times in this zone. When the browser has another one that the server
 *                                     did not know yet, the page is loaded again, once: not while something is typed into it,
 *                                     nor when it has something to say that is said only once.
 */
(() => {
  "use strict";
  const shown = document.currentScript.dataset.zone;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isKnown = () => document.cookie.split("; ").includes(`tz=${encodeURIComponent(zone)}`);
  if (!zone || isKnown()) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `tz=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;

  const isTyped = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  const isInUse = document.querySelector("[data-toast]") || [...document.querySelectorAll("input, textarea")].some(isTyped);
  if (shown && shown !== zone && isKnown() && !isInUse) location.reload();
})();
