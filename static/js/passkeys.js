/* What allauth's passkey scripts leave out: to say so when the browser makes or gives no passkey.
 *
 *   <div data-passkey-refused data-known="..." data-unfit="..." data-other="..." hidden> ... <p></p></div>
 *
 * Enter in the name's field adds the passkey too: the form without one would only be refused.
 */
(() => {
  "use strict";
  const KINDS = { InvalidStateError: "known", NotSupportedError: "unfit", ConstraintError: "unfit" };

  document.addEventListener("allauth.error", (event) => {
    const box = document.querySelector("[data-passkey-refused]");
    if (!box) return;
    event.preventDefault();
    const exception = event.detail.exception;
    box.querySelector("p").textContent = box.dataset[KINDS[exception && exception.name] || "other"];
    box.hidden = false;
    box.focus();
  });

  document.addEventListener("keydown", (event) => {
    const button = document.getElementById("mfa_webauthn_add");
    if (!button || event.key !== "Enter" || !event.target.matches("#add_passkey input")) return;
    event.preventDefault();
    button.click();
  });
})();
