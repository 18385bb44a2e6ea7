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

  // News: the page says that what it shows has changed, and stays as it is. Only
  // a list that nobody has a hand on is put up to date by itself.
  const bar = find("[data-news]");
  const news = () => {
    if (bar) bar.hidden = false;
  };
  find("[data-news-show]")?.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(location.pathname + location.search.replace(/([?&])done=[a-z]*/, "$1"));
  });
  const ear = find("[data-server]");
  const hears = (words) => { if (ear) ear.textContent = words; };
  let source = null;
  const listen = () => {
    if (!body.dataset.events) return;
    source?.close();
    source = new EventSource(body.dataset.events);
    source.addEventListener("open", () => hears("Server hears us"));
    source.addEventListener("error", () => hears("The server does not answer"));
    source.addEventListener("stamp", (event) => {
      if (body.dataset.stamp) {
        if (event.data !== body.dataset.stamp) fresh();
      } else if (Number(event.data) > Number(body.dataset.version)) news();
    });
    source.addEventListener("locked", cover);
    source.addEventListener("full", () => {
      source.close();
      hears("Too many pages are open to tell this one of news");
    });
  };
  addEventListener("pagehide", () => source?.close());

  // The list that keeps itself up to date. It is fetched from its own address,
  // and put in place unless somebody types in it or has a finger on it.
  const live = find("[data-live]");
  let asked = 0;
  const busy = () => live.matches(":hover, :focus-within");
  const rows = (from) => new Set(all("tbody tr", from).map((row) => find("a", row)?.href + " " + row.cells[2]?.textContent));
  async function fresh() {
    if (!live) return news();
    const turn = ++asked;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return news();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = find("[data-live]", page);
      if (turn !== asked || !next) return;
      const before = rows(live);
      if ([...rows(next)].some((row) => !before.has(row))) alert();
      if (busy()) return news();
      live.replaceChildren(...next.childNodes);
      all(".cs-lists a").forEach((link, i) => { link.textContent = all(".cs-lists a", page)[i]?.textContent ?? link.textContent; });
      body.dataset.stamp = page.body.dataset.stamp;
    } catch {
      news();
    }
  }

  // A tone for what is new, for who asked for it here. A browser lets a page
  // sound only after a touch; until then, and for who does not hear, the list
  // shows it and the page's title says it.
  const tone = find("[data-tone]");
  let voice = null;
  const wake = () => {
    if (!tone?.checked) return;
    voice ??= new AudioContext();
    if (voice.state === "suspended") voice.resume();
  };
  if (tone) {
    find("[data-tone-choice]").hidden = false;
    tone.checked = localStorage.getItem("tone") === "yes";
    tone.addEventListener("change", () => {
      localStorage.setItem("tone", tone.checked ? "yes" : "no");
      wake();
      if (tone.checked) sound();
    });
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wake, { once: true });
  }
  function sound() {
    if (!tone?.checked || voice?.state !== "running") return;
    for (const [at, pitch] of [[0, 880], [0.25, 660]]) {
      const [note, loud] = [voice.createOscillator(), voice.createGain()];
      note.frequency.value = pitch;
      loud.gain.setValueAtTime(0.2, voice.currentTime + at);
      loud.gain.exponentialRampToValueAtTime(0.001, voice.currentTime + at + 0.2);
      note.connect(loud).connect(voice.destination);
      note.start(voice.currentTime + at);
      note.stop(voice.currentTime + at + 0.2);
    }
  }
  const title = document.title;
  function alert() {
    sound();
    document.title = "● " + title;
    live.classList.remove("cs-fresh");
    void live.offsetWidth; // so that it shows again
    live.classList.add("cs-fresh");
  }
  const seen = () => {
    document.title = title;
    live?.classList.remove("cs-fresh");
  };
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, seen);

  // A group of rooms closes when the hand goes elsewhere.
  addEventListener("pointerdown", (event) => {
    for (const e of all(".cs-bar__nav details[open]")) if (!e.contains(event.target)) e.open = false;
  });

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
  // Where a code can be typed with a reason, the box for scans takes no typing: a
  // hand is slower than any scanner. This is help for the hand alone; the server
  // cannot tell the two apart, and does not ask. Where one only practises, the page
  // has no word for it, and typing does.
  const slow = 120; // milliseconds between two keys that no scanner needs
  for (const field of all(".cs-step [data-scan]")) {
    const panel = field.closest("section");
    const typing = find("[data-typing]", panel);
    const word = find("[data-by-hand]", panel);
    if (!typing || !word) continue;
    let gaps = [];
    let last = 0;
    let pasted = false;
    field.addEventListener("keydown", (event) => {
      if (event.key.length !== 1 || event.ctrlKey || event.metaKey) return;
      if (!field.value) [gaps, last, pasted] = [[], 0, false];
      if (last) gaps.push(event.timeStamp - last);
      last = event.timeStamp;
    });
    field.addEventListener("paste", () => { pasted = true; });
    field.form.addEventListener("submit", (event) => {
      const byHand = gaps.filter((gap) => gap > slow).length * 2 > Math.max(1, gaps.length);
      if (!field.value || !pasted && !byHand) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      typing.open = true;
      find("[data-typed]", typing).value = field.value;
      field.value = "";
      [gaps, last, pasted] = [[], 0, false];
      word.hidden = false;
      find("[data-typed]", typing).focus();
    });
  }
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
