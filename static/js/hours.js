/* The editor of a therapist's week: draw in the picture or type in the rows; copy, clear, undo. Sugar over a plain form
 * (a Django formset), which without JavaScript still works by its checkboxes and its spare rows. The rows are the truth:
 * the picture is drawn from them.
 *
 *   form[data-hours]                 holds one formset; [data-refused] when it came back with errors; data-locale, data-text-*
 *   [data-day="0"][data-label]       a weekday, with [data-spans] inside
 *   [data-span]                      one row of the formset; [data-span-day] its weekday field, [data-span-start],
 *                                    [data-span-end] its times, [data-span-delete] the formset's DELETE checkbox
 *   [data-span-problem]              where it is said that the row cannot be right
 *   template[data-span-template]     the formset's empty_form (__prefix__)
 *   [data-span-add] [data-span-remove] [data-day-clear] [data-day-copy="weekdays|all"]
 *   [data-week][data-first][data-last]  the picture, hours from and to; svg[data-week-day], text[data-hour], [data-week-hours]
 *   [data-week-total] [data-hours-dirty] [data-hours-undo]
 *
 * Every change sends `change` on the form, so an htmx preview (hx-trigger="change delay:300ms from:#week") follows.
 * Keys: Page Up / Page Down another day, Ctrl+Z undo, Ctrl+S save, Escape while drawing: as it was.
 */
(() => {
  "use strict";
  const form = document.querySelector("form[data-hours]");
  if (!form) return;

  const DAY = 24 * 60;
  const SNAP = 15;
  const WEEKDAYS = ["0", "1", "2", "3", "4"];
  const SVG = "http://www.w3.org/2000/svg";
  const text = form.dataset;
  const $ = (selector, within = form) => within.querySelector(selector);
  const $$ = (selector, within = form) => [...within.querySelectorAll(selector)];
  const days = $$("[data-day]");
  const picture = $("[data-week]");
  const clock = new Intl.DateTimeFormat(text.locale, { timeStyle: "short", timeZone: "UTC" });
  const decimal = new Intl.NumberFormat(text.locale, { maximumFractionDigits: 2 });

  /* ---- rows --------------------------------------------------------------------------------------------------- */

  const live = (day) => $$("[data-span]:not([data-removed])", day);
  const startOf = (row) => $("[data-span-start]", row);
  const endOf = (row) => $("[data-span-end]", row);
  const times = (row) => [startOf(row).value, endOf(row).value];
  const minute = (time) => (time ? Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)) : NaN);
  const timeOf = (minutes) => `${String(Math.floor(minutes / 60) % 24).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

  /* A row as minutes of the day; midnight as an end is the day's end. Null while it is no span. */
  const span = (row) => {
    const [start, end] = [minute(startOf(row).value), minute(endOf(row).value) || DAY * (endOf(row).value !== "")];
    return start < end ? [start, end] : null;
  };
  const spans = (day) =>
    live(day)
      .map((row) => ({ row, span: span(row) }))
      .filter((one) => one.span)
      .sort((one, other) => one.span[0] - other.span[0]);

  const fresh = () => {
    const total = $("input[name$='-TOTAL_FORMS']");
    const holder = document.createElement("template");
    holder.innerHTML = $("[data-span-template]").innerHTML.replaceAll("__prefix__", total.value);
    total.value = Number(total.value) + 1;
    return $("[data-span]", holder.content);
  };

  /* A removed row is used again before a new one is made: the form stays small, however long one edits. */
  const add = (day, start, end) => {
    const row = $("[data-span][data-removed]") ?? fresh();
    row.removeAttribute("data-removed");
    row.setAttribute("aria-label", day.dataset.label);
    $("[data-span-delete]", row).checked = false;
    $("[data-span-day]", row).value = day.dataset.day;
    [startOf(row).value, endOf(row).value] = [start, end];
    const after = live(day).find((other) => startOf(other).value > start);
    $("[data-spans]", day).insertBefore(row, after ?? null);
    return row;
  };

  const remove = (row) => {
    row.setAttribute("data-removed", "");
    row.classList.remove("no-js-only");
    $("[data-span-delete]", row).checked = true;
    [startOf(row).value, endOf(row).value] = ["", ""];
    $$("[role=alert]", row).forEach((said) => said.remove());
  };

  const addNext = (day) => {
    const last = spans(day).at(-1)?.span[1];
    const start = last === undefined ? 9 * 60 : Math.min(last + 60, DAY - 60);
    const end = last === undefined ? 17 * 60 : Math.min(start + 4 * 60, DAY - SNAP);
    startOf(add(day, timeOf(start), timeOf(end))).focus();
  };

  const copy = (day, which) => {
    const copied = live(day).map(times);
    days.forEach((other) => {
      if (other === day || (which === "weekdays" && !WEEKDAYS.includes(other.dataset.day))) return;
      live(other).forEach(remove);
      copied.forEach(([start, end]) => add(other, start, end));
    });
    window.verbena?.announce(text.textCopied);
  };

  /* ---- what is wrong, said beside the row while one types ------------------------------------------------------ */

  const problem = (row, widest) => {
    const [start, end] = times(row);
    if (!start || !end) return "";
    const found = span(row);
    if (!found) return text.textOrder;
    return found[0] < widest ? text.textOverlap : "";
  };

  const check = (day) => {
    let widest = 0;
    live(day)
      .sort((one, other) => (minute(startOf(one).value) || 0) - (minute(startOf(other).value) || 0))
      .forEach((row) => {
        if ($("[role=alert]", row)) return; // said by the server, until the row is touched
        const words = problem(row, widest);
        const place = $("[data-span-problem]", row);
        place.textContent = words;
        place.hidden = !words;
        [startOf(row), endOf(row)].forEach((input) => input.toggleAttribute("aria-invalid", false));
        if (words) endOf(row).setAttribute("aria-invalid", "true");
        widest = Math.max(widest, span(row)?.[1] ?? 0);
      });
  };

  /* ---- the picture -------------------------------------------------------------------------------------------- */

  const frame = () => {
    const all = days.flatMap((day) => spans(day).map((one) => one.span));
    const first = Math.min(6, ...all.map(([start]) => Math.floor(start / 60)));
    const last = Math.max(22, ...all.map(([, end]) => Math.ceil(end / 60)));
    return [first - (first % 2), last + (last % 2)];
  };
  const bounds = () => [Number(picture.dataset.first), Number(picture.dataset.last)];
  const percent = (minutes) => `${(100 * minutes) / (60 * (bounds()[1] - bounds()[0]))}%`;
  const words = (minutes) => clock.format(new Date((minutes % DAY) * 60000));

  const element = (name, attributes, ...children) => {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  };

  const rowOf = new WeakMap();
  const isBad = (row) => !$("[data-span-problem]", row).hidden || $("[role=alert]", row) !== null;
  const block = ({ row, span: [start, end] }) => {
    const made = element(
      "svg",
      { class: "week-block", "data-block": "", width: "100%", y: percent(start - 60 * bounds()[0]), height: percent(end - start) },
      element("rect", { width: "100%", height: "100%", rx: 5 }),
      element("text", { x: 6, y: 15 }, words(start)),
      element("text", { x: 6, y: "100%", dy: -8 }, words(end)),
      element("rect", { class: "week-edge", "data-edge": "start", width: "100%", height: 9 }),
      element("rect", { class: "week-edge", "data-edge": "end", width: "100%", height: 9, y: "100%", transform: "translate(0 -9)" }),
    );
    made.toggleAttribute("data-bad", isBad(row));
    rowOf.set(made, row);
    return made;
  };

  const hoursOf = (day) => spans(day).reduce((sum, { span: [start, end] }) => sum + end - start, 0) / 60;

  const draw = () => {
    const [first, last] = frame();
    [picture.dataset.first, picture.dataset.last] = [first, last];
    document.getElementById("week-lines").setAttribute("height", 2 / (last - first));
    $$("[data-hour]", picture).forEach((label) => {
      label.setAttribute("y", percent(60 * (label.dataset.hour - first)));
      label.toggleAttribute("hidden", label.dataset.hour <= first || label.dataset.hour >= last);
    });
    const sums = $$("[data-week-hours]", picture);
    days.forEach((day, index) => {
      $("[data-blocks]", columns[index]).replaceChildren(...spans(day).map(block));
      sums[index].textContent = hoursOf(day) ? decimal.format(hoursOf(day)) : "";
    });
    $("[data-week-total]").textContent = decimal.format(days.reduce((sum, day) => sum + hoursOf(day), 0));
  };

  /* ---- what was: undo, and whether anything is unsaved --------------------------------------------------------- */

  const snapshot = () => JSON.stringify(days.map((day) => live(day).map(times)));
  const past = [];
  let now = "";
  let saved = "";
  let isLeaving = false;

  const show = () => {
    days.forEach(check);
    draw();
    $("[data-hours-dirty]").hidden = now === saved;
    $("[data-hours-undo]").disabled = !past.length;
  };

  const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));

  const undo = () => {
    if (!past.length) return;
    now = past.pop();
    days.forEach((day) => live(day).forEach(remove));
    JSON.parse(now).forEach((rows, index) => rows.forEach(([start, end]) => add(days[index], start, end)));
    window.verbena?.announce(text.textUndone);
    changed();
  };

  form.addEventListener("change", () => {
    const next = snapshot();
    if (next !== now) past.push(now);
    now = next;
    show();
  });
  form.addEventListener("input", (event) => {
    $$("[role=alert]", event.target.closest("[data-span]") ?? document.createElement("p")).forEach((said) => said.remove());
    draw();
  });
  form.addEventListener("submit", () => (isLeaving = true));
  window.addEventListener("pageshow", () => (isLeaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (now !== saved && !isLeaving) event.preventDefault();
  });

  /* ---- buttons and keys --------------------------------------------------------------------------------------- */

  const dayOf = (inside) => inside.closest("[data-day]");
  const acts = {
    "[data-span-add]": (button) => addNext(dayOf(button)),
    "[data-span-remove]": (button) => {
      const day = dayOf(button);
      remove(button.closest("[data-span]"));
      $("[data-span-add]", day).focus();
    },
    "[data-day-clear]": (button) => live(dayOf(button)).forEach(remove),
    "[data-day-copy]": (button) => copy(dayOf(button), button.dataset.dayCopy),
    "[data-hours-undo]": undo,
  };

  form.addEventListener("click", (event) => {
    Object.entries(acts).forEach(([selector, act]) => {
      const button = event.target.closest(selector);
      if (!button) return;
      act(button);
      const menu = button.closest("details");
      if (menu) {
        menu.removeAttribute("open");
        $("summary", menu).focus();
      }
      if (act !== undo) changed();
    });
  });

  const step = (from, by) => {
    const day = days[days.indexOf(dayOf(from)) + by];
    if (!day) return;
    const rows = live(day);
    const kind = from.matches("[data-span-end]") ? endOf : startOf;
    (rows.length ? kind(rows[0]) : $("[data-span-add]", day)).focus();
  };

  form.addEventListener("keydown", (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    const key = isCommand ? `Ctrl+${event.key.toLowerCase()}` : event.key;
    const does = {
      PageDown: () => dayOf(event.target) && step(event.target, 1),
      PageUp: () => dayOf(event.target) && step(event.target, -1),
      "Ctrl+z": undo,
      "Ctrl+s": () => form.requestSubmit(),
    }[key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  /* ---- drawing: a mouse moves and stretches spans, and draws new ones; a finger taps --------------------------- */

  const columns = $$("[data-week-day]");
  let drag = null;

  const minuteAt = (column, y) => {
    const box = column.getBoundingClientRect();
    const [first, last] = bounds();
    const at = first * 60 + ((y - box.top) / box.height) * (last - first) * 60;
    return Math.max(0, Math.min(DAY, at));
  };
  const snap = (minutes) => Math.round(minutes / SNAP) * SNAP;

  /* How far a span may reach before it meets its neighbours. */
  const room = (day, row, at) => {
    const others = spans(day).filter((one) => one.row !== row);
    const before = others.filter(({ span: [, end] }) => end <= at).map(({ span: [, end] }) => end);
    const after = others.filter(({ span: [start] }) => start >= at).map(({ span: [start] }) => start);
    return [Math.max(0, ...before), Math.min(DAY, ...after)];
  };

  const put = (row, [start, end]) => {
    [startOf(row).value, endOf(row).value] = [timeOf(start), timeOf(end)];
    draw();
  };

  const pulls = {
    start: ({ was, from, room: [low] }, at) => [Math.min(Math.max(snap(was[0] + at - from), low), was[1] - SNAP), was[1]],
    end: ({ was, from, room: [, high] }, at) => [was[0], Math.max(Math.min(snap(was[1] + at - from), high), was[0] + SNAP)],
    draw: ({ was, room: [, high] }, at) => [was[0], Math.max(Math.min(snap(at), high), was[0] + SNAP)],
    move: ({ was, from, room: [low, high] }, at) => {
      const by = Math.min(Math.max(snap(at - from), low - was[0]), high - was[1]);
      return [was[0] + by, was[1] + by];
    },
  };

  const pick = (column, event) => {
    const day = days[columns.indexOf(column)];
    const at = minuteAt(column, event.clientY);
    const hit = event.target.closest("[data-block]");
    if (hit) {
      const row = rowOf.get(hit);
      const was = span(row);
      return { day, row, was, from: at, room: room(day, row, was[0]), pull: event.target.dataset.edge ?? "move", isNew: false };
    }
    const start = Math.min(Math.floor(at / SNAP) * SNAP, DAY - SNAP);
    const reach = room(day, null, start);
    if (reach[1] - start < SNAP) return null;
    const was = [start, Math.min(start + 60, reach[1])];
    return { day, row: null, was, from: at, room: reach, pull: "draw", isNew: true };
  };

  const begin = (picked) => {
    picked.row ??= add(picked.day, timeOf(picked.was[0]), timeOf(picked.was[1]));
    draw();
    return picked;
  };

  const cancel = () => {
    if (drag.isNew) remove(drag.row);
    else put(drag.row, drag.was);
    drag = null;
    draw();
  };

  columns.forEach((column) => {
    column.addEventListener("pointerdown", (event) => {
      if (event.button > 0 || event.pointerType === "touch") return;
      const picked = pick(column, event);
      if (!picked) return;
      event.preventDefault();
      column.setPointerCapture(event.pointerId);
      drag = { ...begin(picked), y: event.clientY, isMoved: false };
    });
    column.addEventListener("pointermove", (event) => {
      if (!drag || (!drag.isMoved && Math.abs(event.clientY - drag.y) < 4)) return;
      drag.isMoved = true;
      put(drag.row, pulls[drag.pull](drag, minuteAt(column, event.clientY)));
    });
    column.addEventListener("pointerup", () => {
      if (!drag) return;
      if (!drag.isMoved && !drag.isNew) startOf(drag.row).focus();
      drag = null;
      changed();
    });
    column.addEventListener("pointercancel", () => drag && cancel());
    column.addEventListener("click", (event) => {
      if (event.pointerType !== "touch") return;
      const picked = pick(column, event);
      if (!picked) return;
      begin(picked);
      changed();
      if (!picked.isNew) startOf(picked.row).focus();
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag) cancel();
  });

  /* ---- begin -------------------------------------------------------------------------------------------------- */

  $$("[data-span].no-js-only").forEach(remove);
  now = snapshot();
  saved = "refused" in text ? null : now;
  show();
})();
