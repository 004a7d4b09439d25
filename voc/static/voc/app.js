// What the pages do beyond links and forms. Every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const text = (key) => document.getElementById("words")?.dataset[key] || "";
  root.classList.add("js");

  // ---- announcements and toasts
  function say(words, tone = "") {
    const loud = tone === "error";
    const place = document.querySelector(`[data-live="${loud ? "assertive" : "polite"}"]`);
    if (!place || !words) return;
    const toast = document.createElement("div");
    toast.className = loud ? "toast toast--error" : "toast";
    const span = document.createElement("span");
    span.textContent = words;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", text("close"));
    close.addEventListener("click", () => toast.remove());
    toast.append(span, close);
    place.append(toast);
    // What went wrong stays until it is read.
    if (!loud) setTimeout(() => toast.remove(), 10_000);
  }
  document.addEventListener("toast", (event) => {
    const detail = event.detail || {};
    say(detail.text || detail.value || "", detail.tone);
  });

  // ---- htmx: token, failures, waiting
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]');
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    const plain = (answer.getResponseHeader("Content-Type") || "").startsWith("text/plain");
    const own = plain && answer.responseText.length < 200 ? answer.responseText : "";
    const known = { 403: text("forbidden"), 404: text("gone"), 429: text("slower") };
    say(own || known[answer.status] || text("failed"), "error");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => say(text("offline"), "error"));
  }
  const waiting = new Map();
  let word = null;
  function tellWaiting() {
    if (word) return;
    word = document.createElement("div");
    word.className = "waiting-word";
    word.setAttribute("role", "status");
    document.body.append(word);
    word.textContent = text("loading");
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { target, xhr } = event.detail;
    waiting.set(xhr, [
      target,
      setTimeout(() => {
        target.classList.add("is-waiting");
        target.setAttribute("aria-busy", "true");
      }, 300),
      setTimeout(tellWaiting, 1000),
    ]);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const [target, ...timers] = waiting.get(event.detail.xhr) || [];
    if (!target) return;
    timers.forEach(clearTimeout);
    waiting.delete(event.detail.xhr);
    target.classList.remove("is-waiting");
    target.removeAttribute("aria-busy");
    if (!waiting.size && word) {
      word.remove();
      word = null;
    }
  });

  // ---- light, dark or as the device says; a cookie, so that the server draws it right at once
  function showTheme(chosen) {
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
    all("[data-themes] input").forEach((input) => (input.checked = input.value === chosen));
  }
  showTheme(root.dataset.theme || "");
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.closest("[data-themes]")) {
      const age = input.value ? 31536000 : 0;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${input.value}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
      showTheme(input.value);
    }
    const form = input.closest("form[data-autosubmit]");
    if (form) form.requestSubmit();
  });

  // ---- dialogs and menus
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
    const closer = event.target.closest("[data-close]");
    if (closer?.closest("dialog")) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
    // A click on the backdrop reaches the dialog itself.
    if (event.target.matches?.("dialog") && !event.target.querySelector("[data-keep]")) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX > box.left && event.clientX < box.right
        && event.clientY > box.top && event.clientY < box.bottom;
      if (!inside) event.target.close();
    }
    all("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // ---- forms that must not be lost
  const dirty = new Set();
  const draftKey = (form) => `draft:${form.dataset.draft}`;
  function draftField(form) {
    return form.querySelector("textarea");
  }
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (!form) return;
    dirty.add(form);
    if (form.dataset.draft && event.target === draftField(form)) {
      sessionStorage.setItem(draftKey(form), event.target.value);
    }
  });
  document.addEventListener("submit", (event) => dirty.delete(event.target));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (form.matches?.("form[data-keep]")) {
      if (!event.detail.successful) dirty.add(form);
      else if (form.dataset.draft) sessionStorage.removeItem(draftKey(form));
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
  function restoreDrafts(from = document) {
    all("form[data-draft]", from).forEach((form) => {
      const field = draftField(form);
      const kept = sessionStorage.getItem(draftKey(form));
      if (field && kept && !field.value) field.value = kept;
    });
  }
  document.addEventListener("htmx:load", (event) => restoreDrafts(event.detail.elt));
  restoreDrafts();

  // ---- keys; silent while Japanese is being composed and while text is being typed
  function step(by) {
    const links = all(".tickets .ticket, .rows .row-title[href]");
    const here = links.indexOf(document.activeElement);
    const open = links.findIndex((link) => link.hasAttribute("aria-current"));
    links[Math.max(0, Math.min(links.length - 1, (here < 0 ? open : here) + by))]?.focus();
  }
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const field = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field?.form) {
      event.preventDefault();
      field.form.requestSubmit(field.form.querySelector(".btn--main") || undefined);
      return;
    }
    if (event.key === "Escape") all("details.menu[open]").forEach((menu) => (menu.open = false));
    if (field || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const shortcut = all("[data-shortcut]").find((it) => it.dataset.shortcut === event.key);
    if (event.key === "/") document.querySelector("[data-search]")?.focus();
    else if (event.key === "?") document.getElementById("keys")?.showModal();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (shortcut) shortcut.click();
    else return;
    event.preventDefault();
  });
})();
