// Draws the question in the frame beside the form while it is being written. The button does the
// same without this file.
(() => {
  "use strict";
  let timer = 0;
  function draw() {
    const button = document.querySelector("[data-draft-preview]");
    const form = button?.form;
    if (!form) return;
    form.requestSubmit(button);
    // Drawing is not saving: what was typed still must not be lost.
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function soon(event) {
    if (!event.isTrusted || event.isComposing || !event.target.closest?.("#question")) return;
    clearTimeout(timer);
    timer = setTimeout(draw, 500);
  }
  document.addEventListener("input", soon);
  document.addEventListener("compositionend", soon);
  // A draft must not be drawn over the answer to 「保存する」.
  document.addEventListener("submit", () => clearTimeout(timer));
  if (!document.querySelector("iframe[name=preview][src]")) draw();
})();
