/* Where the focus goes when what had it is gone, as a part of the page is drawn anew.
 *
 *   details[data-menu="key"]  a row's menu: back to it after its buttons and links, or to that of the row that took its place
 *   [data-refocus]            otherwise: here
 */
(() => {
  "use strict";
  const ROW = 'details[data-menu]:not([data-menu=""])';
  const rows = (within) => [...within.querySelectorAll(ROW)];
  let acted = null; // the row whose menu was used last: its key, and its place among the rows

  document.addEventListener(
    "click",
    (event) => {
      const menu = event.target.closest("a, button")?.closest(ROW);
      if (menu) acted = { key: menu.dataset.menu, place: rows(document).indexOf(menu) };
    },
    true,
  );

  const itsRow = (fresh) => {
    const found = acted ? rows(fresh) : [];
    const row = found.find((one) => one.dataset.menu === acted.key) ?? found[Math.min(acted?.place, found.length - 1)];
    return row?.querySelector("summary");
  };

  document.body.addEventListener("htmx:afterSettle", (event) => {
    const fresh = event.detail.elt;
    if (document.activeElement !== document.body || !fresh?.isConnected) return;
    const place = itsRow(fresh) ?? fresh.querySelector("[data-refocus]");
    if (!place) return;
    place.focus({ preventScroll: true });
    acted = null;
  });
})();
