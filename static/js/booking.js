/* The page of times: the bar at the foot says what is chosen, and the chosen day is in sight. Works without this file.
 *
 *   form[data-booking-times] input[data-said][data-terms]   a time;  [data-choice-said] [data-choice-terms]   the bar
 *   [data-strip]                                            the row of days
 */
(() => {
  "use strict";

  const tell = (form) => {
    const chosen = form?.querySelector("input[name=slot]:checked");
    if (!chosen) return;
    form.querySelector("[data-choice-said]")?.replaceChildren(chosen.dataset.said);
    form.querySelector("[data-choice-terms]")?.replaceChildren(chosen.dataset.terms);
  };

  const showDay = () => {
    const strip = document.querySelector("[data-strip]");
    const day = strip?.querySelector("[aria-current]")?.closest("li");
    if (!day) return;
    const [box, mine] = [strip.getBoundingClientRect(), day.getBoundingClientRect()];
    strip.scrollLeft += mine.left + mine.width / 2 - (box.left + box.width / 2);
  };

  const begin = () => {
    showDay();
    tell(document.querySelector("form[data-booking-times]"));
  };

  document.addEventListener("change", (event) => tell(event.target.closest("form[data-booking-times]")));
  document.body.addEventListener("htmx:afterSettle", begin);
  window.addEventListener("pageshow", begin); // the browser may have kept a choice when one comes back
  begin();
})();
