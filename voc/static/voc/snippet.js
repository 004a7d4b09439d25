/* Shows a survey of this host inside the page. No cookie, no other host, one global: voc. */
(() => {
  "use strict";
  const w = window, d = document, script = d.currentScript;
  if (!script || !w.fetch || (w.voc && w.voc.on)) return;
  const base = new URL(script.src).origin;
  const slug = script.getAttribute("data-voc");
  const trial = script.hasAttribute("data-voc-try");
  const queue = (w.voc && w.voc.q) || [];
  const given = {};
  let past = [], off = [], done, rules, box, frame, before;

  // What this browser keeps: when the survey was last shown, and its lot for the share.
  const store = `voc:${slug}`;
  const kept = () => {
    try { return JSON.parse(localStorage.getItem(store)) || {}; } catch (e) { return {}; }
  };
  const keep = (more) => {
    try { localStorage.setItem(store, JSON.stringify(Object.assign(kept(), more))); } catch (e) {}
  };

  // Without a regular expression: nobody's pattern can hold up the page.
  const like = (pattern, path) => {
    const parts = pattern.split("*"), last = parts.pop();
    if (!parts.length) return last === path;
    let at = 0;
    return parts.every((part, i) => {
      const found = path.indexOf(part, at);
      at = found + part.length;
      return i ? found >= 0 : found === 0;
    }) && path.length - last.length >= at && path.endsWith(last);
  };
  const fits = (rule) => {
    if (done) return false;
    const said = Object.keys(rule.attributes);
    if (!said.every((name) => rule.attributes[name].includes(String(given[name])))) return false;
    if (trial) return true;
    let path = location.pathname;
    try { path = decodeURI(path); } catch (e) {}
    const here = (pattern) => like(pattern, path);
    if (rule.pages.length && !rule.pages.some(here) || rule.not_pages.some(here)) return false;
    let { shown, lot } = kept();
    if (shown && Date.now() - shown < rule.again_days * 864e5) return false;
    if (rule.share > 99) return true;
    if (!(lot >= 0)) keep({ lot: lot = Math.floor(Math.random() * 100) });
    return lot < rule.share;
  };

  const on = (target, name, run) => {
    target.addEventListener(name, run);
    off.push(() => target.removeEventListener(name, run));
  };
  const later = (run, seconds) => {
    const timer = setTimeout(run, seconds * 1000);
    off.push(() => clearTimeout(timer));
  };
  const arm = () => {
    done = off.splice(0).forEach((stop) => stop());
    rules.show.forEach((rule) => {
      let busy;
      const fire = rule.fire = () => {
        if (busy) return;
        busy = true;
        later(() => {
          busy = false;
          // Once on a page, whatever the days between say.
          if (fits(rule)) done = !open(rule.position);
        }, rule.delay);
      };
      if (rule.seconds !== null) later(fire, rule.seconds);
      if (rule.scroll) on(w, "scroll", () => {
        const seen = w.pageYOffset + w.innerHeight;
        if (seen * 100 >= rule.scroll * d.documentElement.scrollHeight) fire();
      });
      if (rule.leaving) {
        on(d, "mouseout", (e) => e.relatedTarget || e.clientY > 0 || fire());
        on(d, "visibilitychange", () => d.hidden && fire());
      }
      if (rule.events.some((name) => past.includes(name))) fire();
    });
  };

  const make = (parent, tag, style, attributes) => {
    const element = d.createElement(tag);
    element.style.cssText = style;
    Object.keys(attributes).forEach((name) => element.setAttribute(name, attributes[name]));
    return parent.appendChild(element);
  };
  const open = (position) => {
    if (box) return;
    // Nobody is looking: shown when they are back.
    if (d.hidden) return on(d, "visibilitychange", () => d.hidden || open(position));
    if (!trial) keep({ shown: Date.now() });
    const modal = position === "modal" && w.HTMLDialogElement, { title, lang, style } = rules;
    const query = new URLSearchParams({ lang });
    if (trial) query.set("try", 1);
    rules.hidden.forEach((name) => name in given && query.set(name, given[name]));
    before = d.activeElement;
    box = make(d.body, "div", "", { "data-voc-box": "" });
    const root = box.attachShadow ? box.attachShadow({ mode: "open" }) : box;
    const panel = make(root, modal ? "dialog" : "div", style.panel + style[position],
      { role: "dialog", "aria-label": title, lang });
    const bar = make(panel, "div", style.bar, {});
    const word = make(bar, "span", style.word, { role: "status" });
    const shut = make(bar, "button", style.close, { type: "button", "aria-label": rules.close });
    shut.textContent = "×";
    shut.onclick = panel.onclose = close;
    panel.onkeydown = (e) => {
      if (e.key !== "Escape" || e.isComposing) return;
      e.stopPropagation();
      close();
    };
    frame = make(panel, "iframe", style.frame, { title, src: `${base}/w/${slug}/?${query}` });
    if (modal) panel.showModal();
    // Said aloud: a live region speaks only of what changes after it is there.
    setTimeout(() => word.textContent = rules.label, 100);
  };
  const close = () => {
    if (!box) return;
    const inside = d.activeElement === box;
    box.remove();
    box = frame = null;
    if (inside && before) before.focus();
  };

  w.addEventListener("message", (e) => {
    if (e.origin !== base || !e.data) return;
    const all = [frame, ...d.querySelectorAll("iframe")];
    const from = all.find((one) => one && one.contentWindow === e.source);
    const { voc, height } = e.data;
    if (from && voc === "height") from.style.height = `${Math.min(+height || 0, 5000)}px`;
    if (from && from === frame && voc === "close") close();
  });

  const voc = w.voc = (what, value) => {
    if (what === "set") Object.assign(given, value);
    if (what === "event") past.push(value);
    if (what === "page") past = [];
    if (what === "close") close();
    if (!rules) return;
    if (what === "page") arm();
    if (what === "open") open(value || "corner");
    if (what === "event") rules.show.forEach((rule) => rule.events.includes(value) && rule.fire());
  };
  voc.on = true;
  queue.forEach((call) => voc(...call));
  if (slug) fetch(`${base}/w/${slug}/rules.json?lang=${d.documentElement.lang.slice(0, 2)}`, { credentials: "omit" })
    .then((answer) => answer.json()).then((found) => { rules = found; arm(); })
    .catch(() => {}); // The site goes on without it.
})();
