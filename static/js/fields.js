/* What fields do while one chooses and types.
 *
 *   form[data-autosubmit]          is sent when a select, checkbox, radio or date in it changes
 *   input[data-enter=VALUE]        Enter presses the form's button of that value, instead of sending the form as it is
 *   [data-show-chosen]             a box that scrolls begins where its chosen input stands
 */
(() => {
  "use strict";

  /* Typed with keys, a date changes with every part of it. It counts when its field is left: asked for sooner, the field
     would be drawn anew under the fingers. */
  let typedDate = null;
  let dateWaits = false;
  const settleDate = () => {
    const field = typedDate;
    typedDate = null;
    if (dateWaits && field.isConnected) field.dispatchEvent(new Event("change", { bubbles: true }));
    dateWaits = false;
  };
  document.addEventListener(
    "change",
    (event) => {
      if (event.target !== typedDate) return;
      event.stopImmediatePropagation();
      dateWaits = true;
    },
    true,
  );
  document.addEventListener(
    "keydown",
    (event) => {
      if (!event.target.matches?.("input[type=date]")) return;
      if (/^(\d|ArrowUp|ArrowDown|Backspace|Delete)$/.test(event.key)) typedDate = event.target;
      else if (typedDate && /^( |Enter|F4)$/.test(event.key)) settleDate(); // the browser's own picker, or the end
    },
    true,
  );
  ["focusout", "pointerdown"].forEach((name) => document.addEventListener(name, (event) => event.target === typedDate && settleDate(), true));

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.matches("select, [type=checkbox], [type=radio], [type=date]")) form.requestSubmit();
  });

  document.addEventListener("keydown", (event) => {
    const { form, dataset } = event.target;
    if (event.key !== "Enter" || event.isComposing || !dataset?.enter) return;
    event.preventDefault();
    form.querySelector(`button[value="${dataset.enter}"]`)?.click();
  });

  const showChosen = () =>
    document.querySelectorAll("[data-show-chosen]").forEach((box) => {
      const chosen = box.querySelector("input:checked")?.parentElement;
      if (chosen) box.scrollTop = chosen.offsetTop - box.offsetTop - (box.clientHeight - chosen.offsetHeight) / 2;
    });
  showChosen();
  document.body.addEventListener("htmx:afterSettle", showChosen);
})();
