// On a shared screen: clears what somebody left behind, and counts down to the first page.
// Without this file the thanks still make room (refresh), and a button begins anew.
(() => {
  "use strict";
  const form = document.querySelector("[data-idle]");
  const count = document.querySelector("[data-count]");
  const home = (form || count || document.body).dataset.home;

  // A page that the browser kept whole belongs to the person before.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && home) window.location.replace(home);
  });

  function down(place, seconds, done) {
    const tick = () => {
      place.textContent = place.dataset.words.replace("{n}", seconds);
      if (seconds-- <= 0) done();
    };
    tick();
    return setInterval(tick, 1000);
  }

  if (count) down(count, Number(count.dataset.count), () => window.location.replace(home));
  if (!form) return;

  const warning = form.querySelector("[data-words]");
  let begun = "begun" in form.dataset;
  let waiting = null;
  let counting = null;
  function clear() {
    clearInterval(counting);
    const again = document.createElement("input");
    again.type = "hidden";
    again.name = "again";
    again.value = "idle";
    form.append(again);
    form.submit();
  }
  function warn() {
    warning.hidden = false;
    warning.scrollIntoView({ block: "center" });
    counting = down(warning, Number(form.dataset.grace), clear);
  }
  function alive() {
    clearTimeout(waiting);
    clearInterval(counting);
    warning.hidden = true;
    if (begun) waiting = setTimeout(warn, Number(form.dataset.idle) * 1000);
  }
  for (const name of ["input", "change", "compositionupdate"]) {
    form.addEventListener(name, () => {
      begun = true;
      alive();
    });
  }
  for (const name of ["pointerdown", "keydown", "scroll"]) {
    // Our own scrolling to the warning is no sign of life.
    window.addEventListener(name, () => name === "scroll" && !warning.hidden || alive(), { passive: true });
  }
  alive();
})();
