/* EventCalendar, told what to show by the server. Dragging is never the only way: a click opens the session.
 *
 * [data-calendar] holds the page's own list for no JavaScript, which this script hides. data-config names a
 * json_script element with:
 *
 *   events_url   asked with ?start=&end= (wall clock of the centre) &by=therapist|room; answers a list of events
 *   resources    {"therapist": [{id, title}], "room": [{id, title}]}; one list is enough
 *   by           which of them are the columns at first
 *   only         id of the one resource to show at first ("" for all)
 *   view         columns | week | month | list      date   the day to start on
 *   phone_view   day | list | ... on a phone, unless the address names a view
 *   locale, utc_offset ("-05:00", the centre's now), first_day (0 = Sunday), slot_min, slot_max ("07:00"), step (minutes)
 *   book_url     address of the booking form; gets ?start=&therapist= (or &room=); "" when one may not book
 *   colour       state | kind
 *
 * An event: {id, resourceId or resourceIds, start, end (wall clock, no offset), title, subtitle, who (said where no column says
 *   it), state, state_label, hue (1..8),
 *   url (what a click follows), dialog (true: into a dialog), move_url (what a drop opens, gets ?start=&therapist=|room=),
 *   editable, kind ("session"; "off", "closed" and "shut" (outside working hours) are drawn behind)}
 *
 * Around it, anywhere in the page: select[data-calendar-by], select[data-calendar-only] (its first option, for all, may carry
 * data-therapist and data-room as words), select[data-calendar-colour], [data-calendar-legend=state|kind],
 * a[data-calendar-new] (books on the day shown; so does `n`).
 * Events it listens to on body: `sessions-changed` (refetch; the drop is settled), `dialog:closed` (an unsettled drop is undone).
 * Keys: left/right a period, up/down from session to session, t today, d w m l the views.
 */
(() => {
  "use strict";
  const root = document.querySelector("[data-calendar]");
  const source = root && document.getElementById(root.dataset.config);
  if (!source || !window.EventCalendar) return;
  const config = JSON.parse(source.textContent);
  const text = (key) => root.dataset[`text${key}`] ?? "";
  const phone = window.matchMedia("(max-width: 39.99rem)");
  const state = {
    by: config.by ?? Object.keys(config.resources ?? {})[0] ?? "therapist",
    only: config.only ?? "",
    colour: config.colour ?? "state",
    undo: null,
    events: [],
  };

  const pad = (number) => String(number).padStart(2, "0");
  const day = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const wall = (date) => `${day(date)}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
  const address = (url, params) => {
    const full = new URL(url, location.href);
    Object.entries(params).forEach(([key, value]) => value && full.searchParams.set(key, value));
    return full.pathname + full.search;
  };
  const open = (url) => window.verbena?.loadDialog(url) || (location.href = url);

  /* ---- what is shown ------------------------------------------------------------------------------------------ */

  const NAMES = { columns: "resourceTimeGridDay", week: "timeGridWeek", month: "dayGridMonth", list: "listWeek", day: "listDay" };
  const nameOf = (view) => Object.keys(NAMES).find((name) => NAMES[name] === view) ?? "columns";
  const resources = () => {
    const all = config.resources?.[state.by] ?? [];
    return state.only ? all.filter((one) => String(one.id) === String(state.only)) : all;
  };

  /* Whoever asks while a newer question is out gets the newer answer: an old one never lands on top. */
  const load = (info) => {
    root.setAttribute("aria-busy", "true");
    const own = fetched(info).then((events) => {
      if (state.latest !== own) return state.latest;
      root.removeAttribute("aria-busy");
      return events;
    });
    state.latest = own;
    return own;
  };
  const fetched = async (info) => {
    const url = address(config.events_url, { start: wall(info.start), end: wall(info.end), by: state.by, only: state.only });
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status);
      return (state.events = (await answer.json()).map(prepare));
    } catch {
      window.verbena?.toast(text("Failed"), "error");
      return state.events;
    }
  };

  const BEHIND = new Set(["off", "closed", "shut"]);
  const prepare = (event) => ({
    ...event,
    display: BEHIND.has(event.kind) ? "background" : "auto",
    editable: Boolean(event.editable && event.move_url),
    extendedProps: event,
  });

  const classes = ({ event }) => {
    const facts = event.extendedProps;
    if (event.display === "background") return [`behind-${facts.kind}`];
    return [state.colour === "kind" ? `hue-${facts.hue ?? 1}` : `state-${facts.state}`, facts.state === "cancelled" ? "is-off" : ""].filter(Boolean);
  };

  const element = (tag, css, words) => {
    const made = document.createElement(tag);
    made.className = css;
    made.textContent = words;
    return made;
  };

  const content = ({ event, timeText, view }) => {
    const facts = event.extendedProps;
    if (event.display === "background") return { domNodes: facts.title ? [element("span", "behind-title", facts.title)] : [] };
    const short = event.end - event.start < 45 * 60_000;
    const button = element("button", short ? "event-open event-short" : "event-open", "");
    button.type = "button";
    button.append(element("time", "ec-event-time", timeText), element("span", "ec-event-title", event.title));
    const alone = view.type === NAMES.columns || state.only || !facts.who;
    const subtitle = alone ? facts.subtitle : `${facts.subtitle} · ${facts.who}`;
    if (subtitle) button.append(element("span", "event-subtitle", subtitle));
    if (facts.state_label) button.append(element("span", "event-state", facts.state_label));
    return { domNodes: [button] };
  };

  /* ---- what one does ------------------------------------------------------------------------------------------ */

  const click = ({ event }) => {
    const { url, dialog } = event.extendedProps;
    if (!url || event.display === "background") return;
    if (dialog) open(url);
    else location.href = url;
  };

  const book = ({ date, allDay, resource }) => {
    if (!config.book_url) return;
    open(address(config.book_url, { start: allDay ? day(date) : wall(date), [state.by]: resource?.id ?? state.only }));
  };

  /* Whose column is left would not say who leads: with several therapists, another one is chosen in the dialog. */
  const drop = ({ event, oldEvent, newResource, revert }) => {
    if (newResource && state.by === "therapist" && oldEvent.resourceIds.length > 1) {
      revert();
      window.verbena?.toast(text("Several"), "info");
      return;
    }
    state.undo = revert;
    const moved = { start: wall(event.start), [state.by]: newResource?.id };
    open(address(event.extendedProps.move_url, moved));
  };

  const settle = (keep) => {
    if (!keep) state.undo?.();
    state.undo = null;
  };
  document.body.addEventListener("sessions-changed", () => {
    settle(true);
    calendar.refetchEvents();
  });
  document.body.addEventListener("dialog:closed", () => settle(false));
  ["htmx:responseError", "htmx:sendError"].forEach((name) =>
    document.body.addEventListener(name, () => document.getElementById("dialog")?.open || settle(false)),
  );

  /* ---- the calendar itself ------------------------------------------------------------------------------------ */

  const remember = (info) => {
    const here = new URL(location.href);
    here.searchParams.set("view", nameOf(info.view.type));
    here.searchParams.set("date", day(calendar?.getOption("date") ?? info.start));
    here.searchParams.set("by", state.by);
    if (state.only) here.searchParams.set("only", state.only);
    else here.searchParams.delete("only");
    history.replaceState(history.state, "", here);
    if (!config.book_url) return;
    const url = address(config.book_url, { start: here.searchParams.get("date"), [state.by]: state.only });
    document.querySelectorAll("[data-calendar-new], [data-key-new]").forEach((link) => (link.href = url));
  };

  /* Its table roles have no rows and its articles act as buttons: what is left is plain regions and real buttons. */
  const tidy = () => {
    root.querySelectorAll(".ec-event[role=button]").forEach((one) => {
      one.removeAttribute("role");
      one.removeAttribute("tabindex");
    });
    root.querySelectorAll("h4.ec-day-head").forEach((one) => one.setAttribute("aria-level", "3"));
    root.querySelectorAll("[role=table], [role=row], [role=rowgroup], [role=rowheader], [role=columnheader], [role=cell], [role=list], [role=listitem]").forEach((one) => {
      one.removeAttribute("role");
      one.removeAttribute("aria-colspan");
      one.removeAttribute("aria-colindex");
    });
    root.querySelectorAll(".ec-col-head > [aria-label], .ec-col-head[aria-label], .ec-row-head [aria-label], time[aria-label]").forEach((one) => one.removeAttribute("aria-label"));
    const main = root.querySelector(".ec-main");
    if (main && main.getAttribute("role") !== "region") {
      main.setAttribute("tabindex", "0");
      main.setAttribute("role", "region"); // observed: set once, or this would call itself for ever
      main.setAttribute("aria-label", text("Label"));
    }
    root.querySelector(".ec-toolbar")?.setAttribute("aria-label", text("Label"));
    root.querySelectorAll(".ec-toolbar .ec-button").forEach((one) => one.setAttribute("aria-pressed", String(one.classList.contains("ec-active"))));
    root.querySelectorAll(".ec-toolbar :is(.ec-prev, .ec-next, .ec-today)").forEach((one) => one.removeAttribute("aria-pressed"));
  };

  root.querySelector("[data-calendar-fallback]")?.setAttribute("hidden", "");
  const place = document.createElement("div");
  place.className = "calendar-place";
  root.append(place);

  const start = () => {
    const named = new URL(location.href).searchParams.get("view");
    if (!phone.matches) return NAMES[config.view] ?? NAMES.columns;
    const onPhone = { columns: "day", week: "list" }; // seven columns are slivers there
    return NAMES[onPhone[named] ?? named ?? config.phone_view] ?? NAMES.day;
  };
  if (start() === NAMES.week) state.chosen = state.only = state.only || String(resources()[0]?.id ?? "");
  const step = `00:${pad(config.step ?? 15)}:00`;

  root.setAttribute("aria-busy", "true"); // from before the first event is asked for until it is there
  const calendar = window.EventCalendar.create(place, {
    view: start(),
    date: config.date,
    locale: config.locale,
    timeZone: config.utc_offset ?? "local",
    firstDay: config.first_day ?? 1,
    headerToolbar: { start: "prev,next today", center: "title", end: phone.matches ? "listDay,listWeek,dayGridMonth" : "resourceTimeGridDay,timeGridWeek,dayGridMonth,listWeek" },
    buttonText: (own) => ({
      ...own,
      today: text("Today"),
      prev: text("Prev"),
      next: text("Next"),
      close: text("Close"),
      resourceTimeGridDay: text("Columns"),
      timeGridWeek: text("Week"),
      dayGridMonth: text("Month"),
      listWeek: phone.matches ? text("Week") : text("List"),
      listDay: text("Columns"),
    }),
    allDaySlot: false,
    allDayContent: text("AllDay"),
    noEventsContent: text("None"),
    moreLinkContent: ({ num }) => (phone.matches ? `+${num}` : text("More").replace("%s", num)),
    slotDuration: "00:30:00",
    snapDuration: step,
    slotMinTime: config.slot_min ?? "07:00",
    slotMaxTime: config.slot_max ?? "20:00",
    scrollTime: config.slot_min ?? "07:00",
    flexibleSlotTimeLimits: true, // what is booked earlier or later is never out of sight
    slotHeight: 34,
    columnWidth: "minmax(7rem, 1fr)",
    slotEventOverlap: false,
    nowIndicator: true,
    dayMaxEvents: true,
    resources: resources(),
    filterEventsWithResources: true,
    eventSources: [{ events: load }],
    lazyFetching: false,
    eventClassNames: classes,
    eventContent: content,
    eventClick: click,
    eventDurationEditable: false,
    eventStartEditable: true,
    editable: true,
    pointer: Boolean(config.book_url),
    dateClick: book,
    eventDrop: drop,
    datesSet: (info) =>
      queueMicrotask(() => {
        oneForTheWeek(info.view.type);
        remember(info);
      }),
    titleFormat: (from, to) => title(from, to),
    views: {
      timeGridWeek: { filterEventsWithResources: false },
      dayGridMonth: { filterEventsWithResources: false, titleFormat: { year: "numeric", month: "long" } },
      listWeek: { filterEventsWithResources: false },
      listDay: { filterEventsWithResources: false },
    },
  });

  function title(from, to) {
    const long = new Intl.DateTimeFormat(config.locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
    const short = new Intl.DateTimeFormat(config.locale, { day: "numeric", month: "short", year: "numeric" });
    return day(from) === day(to) ? long.format(from) : short.formatRange(from, to);
  }

  new MutationObserver(tidy).observe(place, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "role"] });
  tidy();
  window.verbena = { ...window.verbena, calendar };

  /* ---- controls around it ------------------------------------------------------------------------------------- */

  /* The list of single therapists or rooms follows what the columns are. */
  const relist = () => {
    const select = document.querySelector("[data-calendar-only]");
    if (!select) return;
    const all = select.options[0];
    all.textContent = all.dataset[state.by] ?? all.textContent;
    const options = (config.resources?.[state.by] ?? []).map((one) => new Option(one.title, one.id));
    select.replaceChildren(all, ...options);
    select.value = state.only;
  };
  const refill = () => {
    calendar.setOption("resources", resources());
    calendar.refetchEvents();
    remember({ view: calendar.getView(), start: calendar.getOption("date") });
  };
  const choose = (attribute, change) => {
    const select = document.querySelector(`[${attribute}]`);
    select?.addEventListener("change", () => change(select.value));
  };
  choose("data-calendar-only", (value) => {
    state.only = value;
    if (!value && calendar.getView().type === NAMES.week) calendar.setOption("view", NAMES.list); // all in a week: a list
    refill();
  });
  choose("data-calendar-by", (value) => {
    state.by = value;
    state.only = "";
    state.chosen = null;
    relist();
    refill();
  });
  choose("data-calendar-colour", (value) => {
    state.colour = value;
    root.dataset.colour = value;
    document.querySelectorAll("[data-calendar-legend]").forEach((legend) => (legend.hidden = legend.dataset.calendarLegend !== value));
    calendar.setOption("eventClassNames", (info) => classes(info));
  });

  relist();

  /* A week is read for one person: all of them side by side would be slivers. */
  function oneForTheWeek(view) {
    const all = config.resources?.[state.by] ?? [];
    const select = document.querySelector("[data-calendar-only]");
    if (!select || all.length < 2) return;
    if (view === NAMES.week && !state.only) state.chosen = state.only = String(all[0].id);
    else if (view === NAMES.columns && state.chosen && state.chosen === state.only) state.only = "";
    else return;
    select.value = state.only;
    refill();
  }

  /* ---- keys --------------------------------------------------------------------------------------------------- */

  const eventsInOrder = () => [...root.querySelectorAll(".event-open")];
  const step_to = (by) => {
    const all = eventsInOrder();
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? 0 : at + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
    return Boolean(next);
  };
  const rtl = document.documentElement.dir === "rtl";
  const back = () => (rtl ? calendar.next() : calendar.prev());
  const forth = () => (rtl ? calendar.prev() : calendar.next());
  const view = (name) => () => calendar.setOption("view", NAMES[name]);
  const keys = { ArrowLeft: back, ArrowRight: forth, t: () => calendar.setOption("date", new Date()), d: view("columns"), w: view("week"), m: view("month"), l: view("list") };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest("input, textarea, select, dialog[open], details[open], .ec-toolbar, [data-sidebar]")) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      if (event.target.matches(".ec-main")) return;
      if (step_to(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    } else if (keys[event.key]) {
      keys[event.key]();
      event.preventDefault();
    }
  });
})();
