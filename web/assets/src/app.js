// What script adds to pages that work without it: clocks that run, a scan that
// finds its field, word of news, and a cover over an idle terminal. It changes
// nothing that a person typed and never reloads a page by itself.
"use strict";

(() => {
  const body = document.body;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // The server's time: what the page was made with, and what has passed since
  // by a clock that nobody can set.
  const made = Number(body.dataset.now);
  const loaded = performance.now();
  const now = () => made + (performance.now() - loaded);

  const two = (n) => String(n).padStart(2, "0");
  const clock = (ms) => {
    const s = Math.max(0, Math.ceil(ms / 1000));
    return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  };
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const local = (ms) => {
    const t = new Date(ms + Number(body.dataset.offset) * 1000);
    return `${t.getUTCDate()} ${months[t.getUTCMonth()]} ${t.getUTCFullYear()} ` +
      `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} ${body.dataset.zone}`;
  };

  // The same words as the server's, from the same figures.
  const timer = (at, since, from, until) => {
    if (until && at > until) return "over by " + clock(at - until);
    if (from && at < from) return "wait " + clock(from - at) + " more";
    if (until) return clock(until - at) + " left";
    if (from) return "long enough";
    return clock(at - since) + " so far";
  };

  const tick = () => {
    const at = now();
    for (const e of all("[data-clock]")) e.textContent = local(at);
    for (const e of all("[data-timer]")) {
      const [since, from, until] = [e.dataset.since, e.dataset.from, e.dataset.until].map(Number);
      if (!since && !until) continue; // a clock that stands still
      e.textContent = timer(at, since, from, until);
      e.closest("li")?.classList.toggle("cs-over", Boolean(until && at > until));
    }
  };
  if (made && !body.dataset.still) {
    tick();
    setInterval(tick, 1000);
  }

  // What was refused is read out first.
  find("[data-focus]")?.focus();

  // A button pressed twice sends once; the server would do it once anyway.
  document.addEventListener("submit", (event) => {
    const button = find("[data-once]", event.target);
    if (!button) return;
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    setTimeout(() => button.removeAttribute("aria-disabled"), 5000);
  });
  addEventListener("pageshow", (event) => {
    all("[data-once]").forEach((b) => b.removeAttribute("aria-disabled"));
    if (event.persisted) news();
  });

  // News: the page says that the batch has moved on, and stays as it is.
  const bar = find("[data-news]");
  const news = () => {
    if (bar) bar.hidden = false;
  };
  find("[data-news-show]")?.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(location.pathname + location.search.replace(/([?&])done=[a-z]*/, "$1"));
  });
  const ear = find("[data-server]");
  let source = null;
  const listen = () => {
    if (!body.dataset.events) return;
    source = new EventSource(body.dataset.events);
    source.addEventListener("open", () => { if (ear) ear.textContent = "Server hears us"; });
    source.addEventListener("error", () => { if (ear) ear.textContent = "The server does not answer"; });
    source.addEventListener("version", (event) => {
      if (Number(event.data) > Number(body.dataset.version)) news();
    });
    source.addEventListener("locked", cover);
  };
  addEventListener("pagehide", () => source?.close());

  // Progress of a long work.
  const progress = find("[data-progress]");
  if (progress) {
    const work = new EventSource(progress.dataset.progress);
    work.addEventListener("progress", (event) => {
      const [done, total] = event.data.split(" ").map(Number);
      progress.max = Math.max(1, total);
      progress.value = done;
      const words = find("[data-progress-words]");
      if (words) words.textContent = `${done} of ${total} entries`;
    });
    work.addEventListener("end", () => {
      work.close();
      location.replace(location.pathname);
    });
  }

  // A scanner is a keyboard that types faster than a hand and ends with Enter.
  // Wherever the cursor is, the code goes to the first scan field.
  const fast = 35; // milliseconds between two keys of a scanner
  const shortest = 4;
  let run = { text: "", last: 0, field: null, before: "" };
  addEventListener("keydown", (event) => {
    const at = event.timeStamp;
    const field = event.target;
    if (event.key === "Enter") {
      const code = run.text;
      const scanned = code.length >= shortest && at - run.last < fast * 3;
      const was = run;
      run = { text: "", last: 0, field: null, before: "" };
      if (!scanned || field.matches?.("[data-scan]") || field.type === "password") return;
      const target = all("[data-scan]").find((e) => !e.value) ?? find("[data-scan]");
      if (!target) return;
      event.preventDefault();
      if (was.field) was.field.value = was.before; // the code was not meant for it
      target.value = code;
      target.focus();
      // Something half typed elsewhere would be lost: then the person sends.
      const half = all("input[name=text], textarea[name=text]").some((e) => e.type !== "radio" && e.value !== e.defaultValue);
      if (!half && target.form && all("[data-scan]", target.form).length === 1) target.form.requestSubmit();
      return;
    }
    if (event.key.length !== 1 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (at - run.last > fast) {
      const typing = field.matches?.("input, textarea") && field.type !== "radio" && field.type !== "checkbox";
      run = { text: "", last: at, field: typing ? field : null, before: typing ? field.value : "" };
    }
    run.text += event.key;
    run.last = at;
  });
  // On a form with several scan fields, Enter goes on to the next one.
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-scan]")) return;
    const fields = all("[data-scan]", event.target.form ?? document);
    if (fields.length < 2) return;
    event.preventDefault();
    (fields.slice(fields.indexOf(event.target) + 1).find((e) => !e.value) ?? event.target).focus();
  });

  // The cover of an idle terminal. Under it the page stays as it was.
  const shade = find("[data-cover]");
  const idle = Number(body.dataset.idle);
  function cover() {
    if (!shade || !shade.hidden) return;
    source?.close();
    shade.hidden = false;
    for (const e of [...body.children]) if (e !== shade) e.inert = true;
    find("input", shade).focus();
  }
  let due = null;
  const restart = () => {
    if (!idle || !shade) return;
    clearTimeout(due);
    due = setTimeout(cover, idle);
  };
  restart();
  // The server's own clock of idleness runs from this page's request: only it
  // decides, so moving the pointer does not put the cover off.
  find("[data-unlock]")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const problem = find("[data-unlock-problem]", form);
    const say = (sentence) => {
      problem.textContent = sentence;
      problem.hidden = !sentence;
    };
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      form.reset();
      if (answer.status !== 204) {
        say((await answer.json()).sentence);
        return;
      }
    } catch {
      say("The server does not answer. What was typed is still here.");
      return;
    }
    say("");
    shade.hidden = true;
    for (const e of [...body.children]) e.inert = false;
    restart();
    listen();
  });
  listen();
})();
