/* The week grid of working hours: spans are added, removed and copied in place. It edits an ordinary formset, which
 * without JavaScript still works by its checkboxes and its spare rows.
 *
 *   form[data-hours]                 holds one formset
 *   [data-day="0"]                   a weekday, with [data-spans] inside
 *   [data-span]                      one row of the formset; [data-span-day] its weekday field, [data-span-start],
 *                                    [data-span-end] its times, [data-span-delete] the formset's DELETE checkbox
 *   template[data-span-template]     the formset's empty_form (__prefix__)
 *   [data-span-add]                  adds a span to its day (after the last one, an hour later)
 *   [data-span-remove]               removes its span; [data-day-clear] all of its day
 *   [data-day-copy="weekdays|all"]   copies its day over Monday to Friday, or over every day
 *
 * Every change sends `change` on the form, so an htmx preview (hx-trigger="change delay:300ms") follows.
 */
(() => {
  "use strict";
  const WEEKDAYS = ["0", "1", "2", "3", "4"];

  const live = (day) => [...day.querySelectorAll("[data-span]:not([data-removed])")];
  const times = (span) => [span.querySelector("[data-span-start]").value, span.querySelector("[data-span-end]").value];
  const changed = (form) => form.dispatchEvent(new Event("change", { bubbles: true }));

  const later = (time, minutes) => {
    const [hours, rest] = time.split(":").map(Number);
    const total = Math.min(hours * 60 + rest + minutes, 23 * 60 + 45);
    return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
  };

  const add = (day, start, end) => {
    const form = day.closest("[data-hours]");
    const total = form.querySelector("input[name$='-TOTAL_FORMS']");
    const holder = document.createElement("template");
    holder.innerHTML = form.querySelector("[data-span-template]").innerHTML.replaceAll("__prefix__", total.value);
    const span = holder.content.querySelector("[data-span]");
    total.value = Number(total.value) + 1;
    span.querySelector("[data-span-day]").value = day.dataset.day;
    span.querySelector("[data-span-start]").value = start;
    span.querySelector("[data-span-end]").value = end;
    day.querySelector("[data-spans]").append(span);
    return span;
  };

  const remove = (span) => {
    span.setAttribute("data-removed", "");
    span.querySelector("[data-span-delete]").checked = true;
    span.querySelectorAll("input[type=time]").forEach((input) => input.removeAttribute("required"));
  };

  const addNext = (day) => {
    const last = live(day).at(-1);
    const [, end] = last ? times(last) : ["", ""];
    const span = end ? add(day, later(end, 60), later(end, 300)) : add(day, "09:00", "17:00");
    span.querySelector("[data-span-start]").focus();
  };

  const copy = (day, which) => {
    const spans = live(day).map(times);
    const form = day.closest("[data-hours]");
    form.querySelectorAll("[data-day]").forEach((other) => {
      if (other === day || (which === "weekdays" && !WEEKDAYS.includes(other.dataset.day))) return;
      live(other).forEach(remove);
      spans.forEach(([start, end]) => add(other, start, end));
    });
    window.verbena?.announce(form.dataset.textCopied);
  };

  const acts = {
    "[data-span-add]": (button) => addNext(button.closest("[data-day]")),
    "[data-span-remove]": (button) => {
      const day = button.closest("[data-day]");
      remove(button.closest("[data-span]"));
      day.querySelector("[data-span-add]")?.focus();
    },
    "[data-day-clear]": (button) => live(button.closest("[data-day]")).forEach(remove),
    "[data-day-copy]": (button) => copy(button.closest("[data-day]"), button.dataset.dayCopy),
  };

  document.addEventListener("click", (event) => {
    Object.entries(acts).forEach(([selector, act]) => {
      const button = event.target.closest(selector);
      const form = button?.closest("[data-hours]");
      if (!form) return;
      act(button);
      button.closest("details")?.removeAttribute("open");
      changed(form);
    });
  });
})();
