// Keeps each answer as it is given, over lost connections and closed pages.
// The form is complete without this file.
(() => {
  "use strict";
  const form = document.querySelector("form[data-n]");
  if (!form || !window.fetch) return;
  const fields = form.elements;
  const status = form.querySelector("[role=status]");
  const here = location.pathname;
  const query = new URLSearchParams(location.search);
  const key = fields.key.value;
  const place = "voc:" + here;
  // The next person at a kiosk must not find the answers of the one before.
  const keeps = query.get("k") !== "kiosk";
  const ours = ["", "key", "t", "v", "p", "s", "website"];
  // Question → its answers that the server has not confirmed.
  let unsaved = {};
  let serial = +form.dataset.n;
  let busy = false;
  let typing = false;
  let waits = false;
  let pause = 2e3;
  let timer;

  const said = document.createElement("input");
  said.type = "hidden";
  said.name = "s";
  form.append(said);

  const store = (value) => {
    try {
      if (value && keeps) localStorage.setItem(place, JSON.stringify({ k: key, at: Date.now(), ...value }));
      else localStorage.removeItem(place);
    } catch {} // a frame or a private window may forbid it
  };
  const stored = () => {
    try {
      const found = JSON.parse(localStorage.getItem(place));
      return found && Date.now() - found.at < 6048e5 ? found : null;
    } catch {
      return null;
    }
  };
  const tell = (what) => {
    const words = status.dataset[what] || "";
    if (status.textContent !== words) status.textContent = words;
    status.className = words && "notice";
  };
  const named = (name) => [...fields].filter((e) => e.name === name || e.name.startsWith(name + "."));
  const first = () => Object.keys(unsaved)[0];

  // The answer as the server stores it; null while two ranks are the same.
  const given = (q) => {
    const out = { [q]: null };
    const ranks = [];
    for (const e of named(q)) {
      const part = e.name.split(".")[1];
      if (/radio|checkbox/.test(e.type)) {
        if (!e.checked) continue;
        if (part) (out[q] ||= {})[part] = e.value;
        else if (e.type === "checkbox" && e.closest(".choice")) (out[q] ||= []).push(e.value);
        else out[q] = e.value;
      } else if (e.value.trim()) {
        if (e.tagName === "SELECT") ranks[e.value] = ranks[e.value] ? (ranks.twice = 1) : part;
        else out[e.name] = e.value;
      }
    }
    if (ranks.twice) return null;
    if (ranks.length) out[q] = ranks.filter(Boolean);
    return out;
  };
  const put = (name, value) => {
    const list = [].concat(value ?? []);
    for (const e of named(name)) {
      const part = e.name.split(".")[1];
      if (/radio|checkbox/.test(e.type)) e.checked = part ? value?.[part] === e.value : list.includes(e.value);
      else if (e.tagName === "SELECT") e.value = list.indexOf(part) + 1 || "";
      else if (e.name === name) e.value = value ?? "";
    }
  };

  const note = (e) => {
    const q = e.target.name.split(".")[0];
    if (typing || e.isComposing || ours.includes(q)) return;
    const answers = given(q);
    if (!answers) return;
    unsaved[q] = answers;
    store({ u: unsaved });
    soon(700);
  };
  const soon = (after) => {
    clearTimeout(timer);
    timer = setTimeout(save, after);
  };
  // Words leave this device's memory with the form; the key stays, in case the way there fails.
  const leave = () => {
    said.value = serial;
    store({ s: 1 });
  };

  async function save() {
    clearTimeout(timer);
    if (busy || typing) return;
    const q = first();
    if (!q) {
      if (waits && navigator.onLine) {
        waits = false;
        leave();
        HTMLFormElement.prototype.submit.call(form);
      }
      return;
    }
    const answers = unsaved[q];
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), 15e3);
    busy = true;
    let failed = "lost";
    let after = pause;
    try {
      const reply = await fetch(here + "save/" + location.search, {
        method: "POST",
        keepalive: true,
        signal: stop.signal,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ key, t: fields.t.value, v: +fields.v.value, serial: ++serial, answers }),
      });
      // What is refused for good is left to the form itself: its page says why.
      failed = reply.status > 499 || reply.status === 429 ? "full" : "";
      after = reply.headers.get("Retry-After") * 1e3 || pause;
    } catch {}
    clearTimeout(limit);
    busy = false;
    tell(failed);
    if (failed) {
      pause = Math.min(pause * 2, 3e4);
      return soon(after);
    }
    pause = 2e3;
    if (unsaved[q] === answers) delete unsaved[q];
    store({ u: unsaved });
    save();
  }

  form.addEventListener("compositionstart", () => {
    typing = true;
  });
  form.addEventListener("compositionend", (e) => {
    typing = false;
    note(e);
  });
  form.addEventListener("focusout", () => {
    typing = false;
  });
  form.addEventListener("input", note);
  form.addEventListener("change", (e) => {
    note(e);
    if (!typing) save();
  });
  form.addEventListener("submit", (e) => {
    typing = false;
    // A second press goes through, whatever this script is waiting for.
    if (navigator.onLine && (waits || (!busy && !first()))) return leave();
    e.preventDefault();
    waits = true;
    if (!navigator.onLine) tell("lost");
    save();
  });
  addEventListener("offline", () => tell("lost"));
  addEventListener("online", () => {
    pause = 2e3;
    tell("");
    save();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) save();
  });
  addEventListener("pageshow", () => {
    waits = false;
  });

  const kept = keeps && stored();
  if (!kept) return;
  if (kept.k !== key && query.get("r") !== kept.k && !here.includes("/i/")) {
    query.set("r", kept.k);
    location.replace("?" + query);
    return;
  }
  // Sent, and not open any more: done. Never sent: its words go on under the key of this page.
  if (kept.k !== key && kept.s) return store();
  unsaved = kept.u || {};
  store({ u: unsaved });
  for (const q in unsaved) for (const name in unsaved[q]) put(name, unsaved[q][name]);
  save();
})();
