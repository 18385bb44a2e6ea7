// What is recorded on a step's page while the server cannot be reached is kept
// here, in the browser's own store, as an append-only chain: each entry holds the
// digest of the one before it (EXE-14). It is no signature and counts for nothing
// before whoever recorded it has signed it on the server. Once the connection is
// back, the chain is handed in as it is. Where a browser has no store or no
// digest, nothing is kept and the page works as it does without script.
"use strict";

(() => {
  const body = document.body;
  const bar = document.querySelector("[data-offline]");
  if (!bar || !body.dataset.person || !window.isSecureContext || !window.indexedDB || !navigator.locks) return;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  const patience = 6000; // milliseconds until a server that does not answer counts as not reached
  const pause = 5000; // between two questions whether it is back
  const atOnce = 20; // entries handed in together

  // The store: the notes, and of each batch where its chain has got to, which
  // stays when the notes are handed in.
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const opened = (() => {
    const request = indexedDB.open("countersign-kept", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("notes", { keyPath: ["batch", "number"] });
      request.result.createObjectStore("chains", { keyPath: "batch" });
      request.result.createObjectStore("terminal", { keyPath: "key" });
    };
    return asked(request);
  })();
  const done = (work) => new Promise((resolve, reject) => {
    work.oncomplete = () => resolve();
    work.onerror = work.onabort = () => reject(work.error);
  });
  const write = async (stores, how) => {
    const work = (await opened).transaction(stores, "readwrite", { durability: "strict" });
    how(work);
    return done(work);
  };
  const get = async (store, key) => asked((await opened).transaction(store).objectStore(store).get(key));
  const notes = async () => asked((await opened).transaction("notes").objectStore("notes").getAll());

  const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const random = (n) => hex(crypto.getRandomValues(new Uint8Array(n)));
  const terminal = async () => {
    const known = await get("terminal", "id");
    if (known) return known.id;
    const id = random(16);
    await write(["terminal"], (work) => work.objectStore("terminal").put({ key: "id", id }));
    return id;
  };

  // Members in the order of their names and no white space: canonical JSON, as
  // the server writes it too.
  const members = ["act", "at", "batch", "before", "field", "item", "name", "number", "person", "salt", "step", "terminal", "text", "to"];
  const digest = async (note) => {
    const raw = JSON.stringify(Object.fromEntries(members.map((m) => [m, note[m]])));
    return hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(raw)));
  };

  // One entry more, whatever tab it comes from.
  const keep = (batch, what) => navigator.locks.request("kept", async () => {
    const chain = (await get("chains", batch)) ?? { batch, number: 0, digest: "" };
    const note = {
      act: "", step: "", field: "", text: "", item: "", to: "", ...what,
      batch, number: chain.number + 1, person: body.dataset.person, name: body.dataset.name, at: new Date().toISOString(),
      salt: random(16), before: chain.digest, terminal: await terminal(),
    };
    note.digest = await digest(note);
    await write(["notes", "chains"], (work) => {
      work.objectStore("notes").add(note);
      work.objectStore("chains").put({ batch, number: note.number, digest: note.digest });
    });
    return note;
  });

  // Whether the server is there.
  let lost = null; // since when it is not
  const reached = async () => {
    try {
      return (await fetch("/reached", { cache: "no-store", signal: AbortSignal.timeout(patience) })).ok;
    } catch {
      return false;
    }
  };
  const away = () => {
    lost ??= new Date();
    show();
  };
  const back = async () => {
    lost = null;
    await handIn();
    show();
  };
  const ask = async () => ((await reached()) ? back() : away());
  setInterval(() => { if (lost) ask(); }, pause);
  addEventListener("offline", away);
  addEventListener("online", ask);

  // What the page says of it, in words.
  let said = []; // of what was handed in, or why it was not
  const element = (name, words, kind) => {
    const e = document.createElement(name);
    e.textContent = words ?? "";
    if (kind) e.className = kind;
    return e;
  };
  const time = (at) => new Date(at).toLocaleTimeString("en-GB");
  const counted = (n) => (n === 1 ? "1 entry" : `${n} entries`);
  const what = (note) => ({
    begin: `step ${note.step} begins`, perform: `step ${note.step} is done`, scan: `${note.field} scanned in step ${note.step}, not compared with the batch yet`,
    move: `${note.item}: ${note.to}`, record: `${note.field} of step ${note.step}: ${note.text}`,
  })[note.act];
  async function show() {
    const kept = await notes();
    const parts = [];
    if (lost) {
      parts.push(element("h2", `No connection since ${time(lost)}`));
      parts.push(element("p", `What you record on this page is kept on this terminal: ${counted(kept.length)}. Nothing is signed until the connection is back: where you would sign, it is kept that the step is done, and you sign later. ` +
        `What the page shows is as of ${body.dataset.made}. A code that is scanned now is not compared with the batch: compare it yourself, with a second person. Do not close this page: it is all that this terminal holds.`));
    } else if (kept.length > 0) {
      parts.push(element("h2", `${counted(kept.length)} kept on this terminal ${kept.length === 1 ? "is" : "are"} not handed in yet`));
    }
    if (parts.length > 0 && kept.length > 0) {
      const list = element("ol");
      for (const note of kept) list.append(element("li", `${time(note.at)}, ${note.name}: ${what(note)} (batch ${note.batch})`));
      parts.push(list);
    }
    for (const one of said) {
      const line = element("p", one.words);
      if (one.to) {
        const link = element("a", "Read and sign", "nhsuk-button cs-act nhsuk-u-margin-bottom-0");
        link.href = one.to;
        line.append(document.createElement("br"), link);
      }
      parts.push(line);
    }
    bar.classList.toggle("cs-panel--bad", Boolean(lost));
    bar.classList.toggle("cs-panel--now", !lost);
    bar.replaceChildren(...parts);
    bar.hidden = parts.length === 0;
  }

  // Handing in. The server's answer names what stands in the record; only that
  // is forgotten here. An answer that is lost is asked for again, and what is
  // there already is not taken twice.
  const handIn = () => navigator.locks.request("kept-hand-in", async () => {
    const kept = await notes();
    if (kept.length === 0) return;
    said = [];
    for (const batch of new Set(kept.map((note) => note.batch))) {
      const mine = kept.filter((note) => note.batch === batch);
      const count = mine.length;
      let answer = null;
      while (mine.length > 0) {
        const some = mine.splice(0, atOnce);
        answer = await send(batch, some);
        if (!answer) break;
        const there = new Set(answer.digests);
        await write(["notes"], (work) => {
          for (const note of some) if (there.has(note.digest)) work.objectStore("notes").delete([note.batch, note.number]);
        });
      }
      if (answer) said.push({ words: `The connection is back. ${counted(count)} of batch ${batch} that this terminal kept ${count === 1 ? "is" : "are"} handed in, and ${answer.waiting} wait to be signed.`, to: answer.to });
    }
  });
  const send = async (batch, some) => {
    const plain = some.map((note) => {
      const rest = { ...note };
      delete rest.batch;
      delete rest.terminal;
      return rest;
    });
    try {
      const answer = await fetch("/kept", {
        method: "POST", redirect: "error", signal: AbortSignal.timeout(30000), headers: { Accept: "application/json" },
        body: new URLSearchParams({ key: random(16), batch, terminal: some[0].terminal, clock: new Date().toISOString(), notes: JSON.stringify(plain) }),
      });
      const words = (answer.headers.get("Content-Type") ?? "").startsWith("application/json") ? await answer.json() : {};
      if (answer.ok && words.digests) return words;
      said.push({ words: words.sentence ?? "What this terminal kept could not be handed in. It stays kept here; sign in, and it is handed in then." });
    } catch {
      said.push({ words: "What this terminal kept could not be handed in yet. It stays kept here." });
    }
    return null;
  };

  // What a form would have recorded, as notes; a sentence where it cannot be
  // kept.
  const place = (form) => form.action.match(/\/batches\/([^/]+)\/(do|sign)$/);
  const keepable = (form) => {
    const act = form.elements.act?.value;
    const [, , room] = place(form) ?? [];
    return room === "do" ? ["begin", "scan", "record", "move"].includes(act) : room === "sign" && act === "perform";
  };
  const noteOf = (form, data, submitter) => {
    const [act, step] = [data.get("act"), data.get("step") ?? ""];
    if (data.get("done") || data.get("doer") || data.get("paper")) return "Without a connection only what is done now, and by you, is kept. Write the rest down on paper.";
    switch (act) {
      case "begin": case "perform": return [{ act, step }];
      case "scan": return data.get("raw") ? [{ act, step, field: data.get("field"), text: data.get("raw") }] : "Scan the code first.";
      case "move": return [{ act, item: data.get("item"), to: data.get("direction") }];
    }
    if (submitter?.name === "row") return "Another row can be chosen once the connection is back.";
    const values = all("[data-field]", form).map((key) => ({ act, step, field: key.dataset.field, text: (data.get("text-" + key.name.slice(4)) ?? "").trim() })).filter((note) => note.text);
    if (submitter?.name === "then") values.push({ act: "perform", step });
    return values.length > 0 ? values : "Enter the value first.";
  };

  // Where a value was kept, its field takes no second one.
  const mark = (note) => {
    if (note.step && !location.pathname.endsWith("/steps/" + encodeURIComponent(note.step))) return;
    let where = null;
    if (note.act === "record") where = all("[data-field]").find((e) => e.dataset.field === note.field)?.closest("section, td");
    if (note.act === "scan") where = all("form").find((f) => f.elements.act?.value === "scan" && f.elements.field?.value === note.field);
    if (note.act === "begin" || note.act === "perform") where = all("form").find((f) => f.elements.act?.value === note.act);
    if (note.act === "perform") where ??= all("button[name=then]")[0]?.parentElement;
    if (!where) return;
    const room = where.closest("section");
    const unit = where.querySelector(".cs-unit")?.textContent ?? "";
    const limits = note.act === "record" ? all(".nhsuk-hint [data-limit]", where) : [];
    if (note.act === "scan" && room) for (const e of all("[data-typing], [data-by-hand]", room)) e.hidden = true;
    for (const e of all("input:not([type=hidden]), textarea, button, label, legend, .nhsuk-hint, .cs-unit, .nhsuk-details", where)) e.hidden = true;
    for (const e of all("input:not([type=hidden]), textarea", where)) {
      if (e.type === "radio") e.checked = false;
      else e.value = "";
      e.required = false;
    }
    if (note.act === "record") where.append(element("p", `${note.text} ${unit}`.trim(), "cs-value"));
    for (const limit of limits) where.append(element("p", limit.textContent, "cs-quiet"));
    const which = note.act === "record" ? (where.querySelector("[data-limit]") ? ", not compared with its limit" : "") : ": " + what(note);
    where.append(element("p", `Kept on this terminal at ${time(note.at)}, not signed${which}.`, "cs-kept-here"));
  };

  // A form goes its ordinary way while the server is there. On a step's page
  // none is sent into the void: the page would be lost with what is typed in it.
  let busy = false;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !document.querySelector(".cs-step")) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      await sent(form, event.submitter);
    } finally {
      busy = false;
    }
  });
  async function sent(form, submitter) {
    const data = new FormData(form, submitter);
    if (await reached()) {
      if (lost) await back();
      if (submitter?.name) {
        const pressed = Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value });
        form.append(pressed);
        setTimeout(() => pressed.remove());
      }
      HTMLFormElement.prototype.submit.call(form);
      return;
    }
    all("[data-once]", form).forEach((b) => b.removeAttribute("aria-disabled"));
    submitter?.removeAttribute("aria-disabled");
    const found = keepable(form) ? noteOf(form, data, submitter) : "There is no connection, and without it this cannot be done. What is typed here stays.";
    said = [];
    if (typeof found === "string") said.push({ words: found });
    else for (const one of found) mark(await keep(decodeURIComponent(place(form)[1]), one));
    away();
    bar.scrollIntoView({ block: "nearest" });
  }

  // A page that cannot be had is not left for.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!lost || event.defaultPrevented || !link || link.getAttribute("href").startsWith("#") || link.origin !== location.origin) return;
    event.preventDefault();
    if (await reached()) {
      await back();
      location.assign(link.href);
      return;
    }
    said = [{ words: "There is no connection, and that page cannot be had. This page is all that this terminal holds." }];
    away();
    bar.scrollIntoView({ block: "nearest" });
  });

  (async () => {
    const kept = await notes();
    if (kept.length === 0) return;
    for (const note of kept) if (location.pathname.startsWith(`/batches/${encodeURIComponent(note.batch)}/`)) mark(note);
    await ask();
  })();
})();
