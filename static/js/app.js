/* What every page can do, on top of pages that work without it.
 *
 *   [data-sidebar-toggle]          folds the sidebar (a drawer on a phone); the choice is kept in the cookie `sidebar`
 *   a[data-dialog] / button[data-dialog=URL]   loads its address into #dialog and opens it; without JavaScript it is a plain link
 *   [data-dialog-open=ID] [data-dialog-close]  opens a <dialog> of the page; closes the one around it
 *   details[data-menu]             closes on Escape, on a click elsewhere and when another opens
 *   [data-theme=light|dark|system] changes the colours at once and keeps the choice in the cookie `theme`
 *   [data-toast] [data-toast-close] [data-duration=MS]   toasts leave by themselves; errors stay
 *   [data-search]                  gets the focus on `/`
 *   a[data-key-new]                is followed on `n`;  `?` opens #keys
 *   [data-print]                   prints the page;  [data-copy=TEXT] copies
 *   form[data-unsaved]             asks before typed text is lost
 *
 * Events a server may send with HX-Trigger: `toast` {"text": "...", "level": "success"}, `dialog:close`, `announce` {"text": "..."}.
 */
(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const text = (key) => document.getElementById("js-texts")?.dataset[key] ?? "";
  const wide = window.matchMedia("(min-width: 48rem)");

  const remember = (name, value, days = 365) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${days * 86400}; SameSite=Lax${secure}`;
  };

  const announce = (words) => {
    const place = document.getElementById("announcer");
    if (!place || !words) return;
    place.textContent = "";
    window.setTimeout(() => (place.textContent = words), 50);
  };

  /* ---- sidebar ------------------------------------------------------------------------------------------------ */

  const sidebar = $("[data-sidebar]");
  const toggle = $("[data-sidebar-toggle]");

  const showSidebar = (open, { focus = false } = {}) => {
    sidebar.setAttribute("aria-hidden", String(!open));
    sidebar.toggleAttribute("inert", !open);
    sidebar.nextElementSibling.toggleAttribute("inert", open && !wide.matches);
    toggle?.setAttribute("aria-expanded", String(open));
    if (!focus) return;
    if (open && !wide.matches) $("a, button", sidebar)?.focus();
    if (!open) toggle?.focus();
  };
  const sidebarOpen = () => sidebar?.getAttribute("aria-hidden") === "false";

  if (sidebar && toggle) {
    const settle = () => {
      sidebar.setAttribute("data-still", "");
      sidebar.dataset.sidebarInitialized = "true";
      showSidebar(wide.matches && !sidebar.hasAttribute("data-closed"));
      requestAnimationFrame(() => requestAnimationFrame(() => sidebar.removeAttribute("data-still")));
    };
    settle();
    wide.addEventListener("change", settle);
    toggle.addEventListener("click", () => {
      const open = !sidebarOpen();
      if (wide.matches) {
        remember("sidebar", open ? "open" : "closed");
        sidebar.toggleAttribute("data-closed", !open);
      }
      showSidebar(open, { focus: true });
    });
    sidebar.addEventListener("click", (event) => {
      if (event.target === sidebar) showSidebar(false, { focus: true });
    });
  }

  /* ---- dialogs ------------------------------------------------------------------------------------------------ */

  const host = document.getElementById("dialog");
  let opener = null;

  const openDialog = (dialog, from = document.activeElement) => {
    if (!dialog || dialog.open) return;
    opener = from;
    dialog.showModal();
  };

  const labelDialog = () => {
    const heading = $("#dialog-body h1, #dialog-body h2");
    if (heading) heading.id ||= "dialog-title";
    if (heading) host.setAttribute("aria-labelledby", heading.id);
  };

  const loadDialog = (url, from) => {
    if (!window.htmx || !host) return false;
    opener = from?.closest("details[data-menu]")?.querySelector("summary") ?? from ?? document.activeElement;
    closeMenus();
    window.htmx
      .ajax("GET", url, { target: "#dialog-body", swap: "innerHTML", source: document.body })
      .catch(() => (window.location.href = url));
    return true;
  };
  window.verbena = { loadDialog, announce, toast: (words, level) => showToast(words, level) };

  document.addEventListener("click", (event) => {
    const loader = event.target.closest("[data-dialog]");
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.button > 0;
    if (loader && !modified) {
      const url = loader.getAttribute("href") ?? loader.dataset.dialog;
      const unseen = loader.matches("[aria-hidden]"); // only there for a key: the focus goes back to where it was
      if (url && loadDialog(url, unseen ? null : loader)) event.preventDefault();
      return;
    }
    const named = event.target.closest("[data-dialog-open]");
    if (named) openDialog(document.getElementById(named.dataset.dialogOpen), named);
    const closer = event.target.closest("[data-dialog-close]");
    const around = closer?.closest("dialog");
    if (around) {
      event.preventDefault();
      around.close();
    }
    if (event.target.matches?.("dialog") && !event.target.querySelector("form")) event.target.close(); // typed text outlives a slip
  });

  document.addEventListener(
    "close",
    (event) => {
      if (!event.target.matches?.("dialog")) return;
      if (event.target === host) {
        document.getElementById("dialog-body").replaceChildren();
        document.body.dispatchEvent(new CustomEvent("dialog:closed"));
      }
      if (opener?.isConnected) opener.focus();
      opener = null;
    },
    true,
  );
  document.body.addEventListener("dialog:close", () => host?.open && host.close());

  /* ---- menus -------------------------------------------------------------------------------------------------- */

  const closeMenus = (except) => {
    let closed = false;
    $$("details[data-menu][open]").forEach((menu) => {
      if (menu === except) return;
      menu.open = false;
      closed = true;
    });
    return closed;
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));

  /* A table scrolls sideways and so cuts off what hangs out of it: a row's menu is laid over the page instead. */
  const placeMenu = (menu) => {
    const list = $(":scope > :not(summary)", menu);
    const button = $("summary", menu).getBoundingClientRect();
    Object.assign(list.style, { position: "fixed", margin: "0", inset: "auto" });
    const { width, height } = list.getBoundingClientRect();
    const below = button.bottom + 4;
    const start = getComputedStyle(menu).direction === "rtl" ? button.left : button.right - width;
    list.style.left = `${Math.max(8, Math.min(start, innerWidth - width - 8))}px`;
    list.style.top = `${below + height > innerHeight - 8 ? Math.max(8, button.top - height - 4) : below}px`;
  };
  document.addEventListener("toggle", (event) => event.target.matches?.(".table-container details[data-menu][open]") && placeMenu(event.target), true);
  document.addEventListener("scroll", () => $$(".table-container details[data-menu][open]").forEach(placeMenu), true);

  /* ---- colours ------------------------------------------------------------------------------------------------ */

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-theme]")?.dataset.theme;
    if (!chosen) return;
    root.classList.remove("light", "dark");
    if (chosen !== "system") root.classList.add(chosen);
    $("meta[name=color-scheme]")?.setAttribute("content", chosen === "system" ? "light dark" : chosen);
    $$("[data-theme]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.theme === chosen)));
    remember("theme", chosen);
  });

  /* ---- toasts ------------------------------------------------------------------------------------------------- */

  const dropToast = (toast) => {
    toast.setAttribute("aria-hidden", "true");
    window.setTimeout(() => toast.remove(), 400);
  };

  const minded = new WeakSet();
  const mindToast = (toast) => {
    if (minded.has(toast)) return;
    minded.add(toast);
    const stays = toast.dataset.category === "error" || toast.dataset.duration === "-1";
    if (stays) return;
    let left = Number(toast.dataset.duration) || 8000;
    let since = 0;
    let timer = 0;
    const run = () => {
      since = Date.now();
      timer = window.setTimeout(() => dropToast(toast), left);
    };
    const pause = () => {
      window.clearTimeout(timer);
      left = Math.max(2000, left - (Date.now() - since));
    };
    ["mouseenter", "focusin"].forEach((name) => toast.addEventListener(name, pause));
    ["mouseleave", "focusout"].forEach((name) => toast.addEventListener(name, run));
    run();
  };
  const mindToasts = () => $$("[data-toast]").forEach(mindToast);

  const showToast = (words, level = "info") => {
    const template = document.getElementById("toast-template");
    const place = document.getElementById("toaster");
    if (!template || !place || !words) return;
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.dataset.category = level;
    $("p", toast).textContent = words;
    if (level === "error") toast.setAttribute("role", "alert");
    place.append(toast);
    mindToast(toast);
  };

  document.addEventListener("click", (event) => {
    const toast = event.target.closest("[data-toast-close]")?.closest("[data-toast]");
    if (toast) dropToast(toast);
  });
  document.body.addEventListener("toast", (event) => showToast(event.detail?.text ?? event.detail?.value, event.detail?.level));
  document.body.addEventListener("announce", (event) => announce(event.detail?.text ?? event.detail?.value));
  mindToasts();

  /* ---- keys --------------------------------------------------------------------------------------------------- */

  const typing = (element) => element.closest("input, textarea, select, [contenteditable], dialog[open]");

  const keys = {
    "/": () => {
      const search = $("[data-search]");
      search?.focus();
      search?.select?.();
      return search;
    },
    n: () => {
      const link = $("[data-key-new]");
      link?.click();
      return link;
    },
    "?": () => {
      const dialog = document.getElementById("keys");
      openDialog(dialog);
      return dialog;
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = event.target.closest?.("details[data-menu][open]");
      if (closeMenus()) menu?.querySelector("summary")?.focus();
      else if (sidebarOpen() && !wide.matches) showSidebar(false, { focus: true });
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (keys[event.key]?.()) event.preventDefault();
  });

  /* ---- forms -------------------------------------------------------------------------------------------------- */

  const focusFirstProblem = (within) => {
    const place = $("[data-error-summary]", within) ?? $("[aria-invalid=true]", within);
    place?.focus();
    return place;
  };
  focusFirstProblem(document);

  /* An error's link goes to the field itself, and opens what hides it. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-error-summary] a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const hidden = field.closest("details:not([open])");
    if (hidden) hidden.open = true;
    field.focus();
  });

  const dirty = new WeakSet();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (form) dirty.add(form);
  });
  document.addEventListener("submit", (event) => dirty.delete(event.target));

  /* Pressed twice in one breath a form is sent once: the answer to the second is the one that is shown, and may be a refusal. */
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (sent.has(form)) event.preventDefault();
    sent.add(form);
    window.setTimeout(() => sent.delete(form), 2000);
  });
  window.addEventListener("beforeunload", (event) => {
    if ($$("form[data-unsaved]").some((form) => dirty.has(form))) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const copied = event.target.closest("[data-copy]");
    if (copied) navigator.clipboard?.writeText(copied.dataset.copy).then(() => showToast(copied.dataset.copied || copied.dataset.copy));
  });

  /* ---- htmx --------------------------------------------------------------------------------------------------- */

  /* A list that is drawn anew keeps what is being typed into its search: letters may have come since it was asked for. */
  let typed = null;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const field = document.activeElement;
    const within = field?.matches("[data-search]") && event.detail.target?.contains(field);
    typed = within ? { value: field.value, from: field.selectionStart, to: field.selectionEnd } : null;
  });

  let behind = null; // a new search; when its list answers other letters it is asked again once htmx minds the new form
  const goOnTyping = () => {
    const field = typed && $("[data-search]");
    if (!field || field === document.activeElement) return;
    behind = field;
    field.value = typed.value;
    field.focus({ preventScroll: true });
    field.setSelectionRange(typed.from, typed.to);
    typed = null;
  };

  document.body.addEventListener("htmx:afterSwap", (event) => {
    mindToasts();
    goOnTyping();
    if (event.detail.target?.id !== "dialog-body" && !host?.contains(event.detail.target)) return;
    if (!host.open) openDialog(host, opener ?? document.activeElement);
    labelDialog();
    const first = $("[autofocus], input:not([type=hidden]), select, textarea", host);
    if (event.detail.xhr?.status !== 422) first?.focus();
  });

  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (behind?.isConnected && behind.value !== behind.defaultValue) behind.form.requestSubmit();
    behind = null;
    if (event.detail.xhr?.status === 422) focusFirstProblem(event.detail.elt?.isConnected ? event.detail.elt : document);
  });

  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr?.status === 204 && host?.open) host.close();
  });

  document.body.addEventListener("htmx:responseError", (event) => {
    showToast(text(event.detail.xhr.status === 403 ? "forbidden" : "failed"), "error");
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) =>
    document.body.addEventListener(name, () => showToast(text("offline"), "error")),
  );
})();
