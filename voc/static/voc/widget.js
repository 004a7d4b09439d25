// In the frame: tells the page around it how high the form is, and when Esc was pressed.
// The form works without this file; it is then scrolled inside its frame.
(() => {
  "use strict";
  if (window.parent === window) return;
  // Only sites that the survey names can be the parent (frame-ancestors); nothing secret is told.
  const tell = (message) => window.parent.postMessage(message, "*");
  let last = 0;
  const height = () => {
    const now = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (now !== last) tell({ voc: "height", height: (last = now) });
  };
  if (window.ResizeObserver) new ResizeObserver(height).observe(document.documentElement);
  else ["load", "resize", "input"].forEach((name) => window.addEventListener(name, height));
  height();
  document.addEventListener("keydown", (event) => {
    // Esc that ends a composition belongs to the input method.
    if (event.key === "Escape" && !event.isComposing && event.keyCode !== 229) tell({ voc: "close" });
  });
})();
