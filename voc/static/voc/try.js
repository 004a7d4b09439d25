// Stands for a site on the page that tries placements: tells the snippet what a site would tell.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-event], [data-set]");
  if (!button || !window.voc) return;
  if (button.dataset.event) window.voc("event", button.dataset.event);
  else window.voc("set", { [button.dataset.set]: button.dataset.value });
});
