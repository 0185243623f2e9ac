"use strict";
// The desk's behaviour: parts of a page that follow a form, tables that sort and filter, keys.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const one = (query, within = document) => within.querySelector(query);
  const all = (query, within = document) => [...within.querySelectorAll(query)];
  const token = () => one("meta[name=csrf]")?.content ?? "";

  const fields = (form) => {
    const data = new URLSearchParams(new FormData(form));
    all("[data-not-live]", form).forEach((field) => field.name === "pasted" && data.delete(field.name));
    return data;
  };

  async function send(url, form, into, words) {
    const place = one(into);
    const turn = (place.turn = (place.turn ?? 0) + 1);
    const late = setTimeout(() => {
      if (words && place.turn === turn) place.innerHTML = `<p class="busy" role="status">${words}</p>`;
    }, 300);
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, {
        method: "POST", body: fields(form),
        headers: { "X-CSRF-Token": token(), "X-Part": "yes" },
      });
      const text = await answer.text();
      if (place.turn === turn) put(place, text);
    } catch {
      if (place.turn === turn) put(place, '<p class="problem" role="alert">The desk does not answer. What you typed is kept; try again.</p>');
    } finally {
      clearTimeout(late);
      if (place.turn === turn) place.removeAttribute("aria-busy");
    }
  }

  function put(place, text) {
    const part = document.createElement("template");
    part.innerHTML = text;
    const rows = one("[data-rows-to]", part.content);
    if (rows) {
      const target = one(rows.dataset.rowsTo);
      target.before_repair = target.innerHTML;
      target.values_before = all("input, select", target).map((field) => field.value);
      target.replaceChildren(...one("tbody", rows).children);
      rows.remove();
    }
    all("[data-to]", part.content).forEach((piece) => {
      one(piece.dataset.to)?.replaceChildren(...piece.childNodes);
      piece.remove();
    });
    place.replaceChildren(part.content);
    ready(place);
  }

  // forms that are followed as one types
  const waits = new WeakMap();
  function follow(form, now = false) {
    clearTimeout(waits.get(form));
    waits.set(form, setTimeout(() => send(form.dataset.live, form, form.dataset.into), now ? 0 : 220));
  }
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-live]");
    if (form && !event.target.hasAttribute("data-not-live")) follow(form);
    if (event.target.dataset.filter) filter(event.target);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button, a");
    if (!button) return;
    const data = button.dataset;
    if (data.post) send(data.post, button.form ?? button.closest("form"), data.into, data.busy);
    else if (data.addRow) addRow(one(data.addRow));
    else if ("remove" in data) removeRow(button.closest("tr"));
    else if ("undo" in data) undo();
    else if (data.trade) remedy(Number(data.trade), data.quantity);
    else if ("more" in data) { button.table.whole = true; shorten(button.table); }
    else if (data.copy) copy(one(data.copy), button);
    else if (data.line) { event.preventDefault(); toLine(one("#text"), Number(data.line)); }
    else if ("column" in data) sort(button.closest("table"), Number(data.column));
  });
  document.addEventListener("submit", (event) => {
    const words = event.target.dataset.busy;
    if (!words) return;
    const place = document.createElement("p");
    place.className = "busy"; place.setAttribute("role", "status"); place.textContent = words;
    event.target.append(place);
    setTimeout(() => all("button", event.target).forEach((button) => (button.disabled = true)));
  });

  // the trade list
  const lines = (body) => all("tr", body);
  function renumber(body) {
    lines(body).forEach((row, i) => {
      row.cells[0].textContent = i + 1;
      one(".gate", row).id = `gate-${i + 1}`;
      all("[aria-label]", row).forEach((field) => field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, i + 1)));
    });
  }
  function addRow(body) {
    const last = lines(body).at(-1);
    const row = last.cloneNode(true);
    all("input", row).forEach((field) => (field.value = ""));
    one("select", row).value = one("select", last).value;
    one(".gate", row).replaceChildren();
    body.append(row); renumber(body); one("select", row).focus();
  }
  function removeRow(row) {
    const body = row.parentElement;
    if (lines(body).length === 1) all("input", row).forEach((field) => (field.value = ""));
    else row.remove();
    renumber(body); follow(one("#list"), true);
  }
  function undo() {
    const body = one("#rows");
    body.innerHTML = body.before_repair;
    all("input, select", body).forEach((field, i) => (field.value = body.values_before[i]));
    follow(one("#list"), true);
  }
  function remedy(number, quantity) {
    let seen = 0;
    const row = lines(one("#rows")).find((line) => one(".gate .mark", line) && ++seen === number);
    if (!row) return;
    one("[name=quantity]", row).value = quantity;
    if (!quantity) one("[name=symbol]", row).value = "";
    follow(one("#list"), true); one("[name=quantity]", row).focus();
  }
  function toLine(area, number) {
    const before = area.value.split("\n").slice(0, number - 1).join("\n").length;
    area.focus(); area.setSelectionRange(before + (number > 1), before + (number > 1) + (area.value.split("\n")[number - 1] ?? "").length);
    area.scrollTop = (number - 4) * parseFloat(getComputedStyle(area).lineHeight);
  }

  // tables
  const amount = (cell) => {
    const text = (cell.dataset.value ?? cell.textContent).trim();
    const value = Number(text.replaceAll(",", "").replace("−", "-").replace(/[%A-Z ].*$/, ""));
    return text === "" || text === "–" ? null : Number.isNaN(value) ? text.toLowerCase() : value;
  };
  function sort(table, column) {
    const head = table.tHead.rows[0].cells[column];
    const down = head.getAttribute("aria-sort") === "ascending";
    all("th", table.tHead).forEach((cell) => cell.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = [...table.tBodies[0].rows].map((row) => [amount(row.cells[column]), row]);
    keyed.sort(([a], [b]) => (a === null) - (b === null) || (typeof a === typeof b ? (a < b ? -1 : a > b) : typeof a < typeof b ? -1 : 1) * (down ? -1 : 1));
    table.tBodies[0].append(...keyed.map(([, row]) => row));
    shorten(table);
  }
  function filter(field) {
    const table = one(field.dataset.filter), words = field.value.toLowerCase().split(/\s+/);
    table.whole = table.whole || field.value !== "";
    all("tbody tr", table).forEach((row) => (row.out = !words.every((word) => row.textContent.toLowerCase().includes(word))));
    shorten(table);
  }
  function shorten(table) {
    const most = table.whole ? Infinity : Number(table.dataset.first || Infinity);
    let shown = 0;
    all("tbody tr", table).forEach((row) => (row.hidden = row.out || ++shown > most));
    if (table.more) table.more.hidden = shown <= most;
  }
  async function copy(table, button) {
    const rows = [...table.rows].filter((row) => !row.out);
    const text = rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim().replace(/\s+/g, " ").replace("−", "-")).join("\t")).join("\n");
    await navigator.clipboard.writeText(text);
    const was = button.textContent;
    button.textContent = `${rows.length - 1} rows copied`;
    setTimeout(() => (button.textContent = was), 1800);
  }
  // what scrolls sideways is reached by Tab and scrolled by the arrow keys
  function reach(within) {
    all(".scroll, #findings, .top nav", within).forEach((box) => {
      if (box.scrollWidth > box.clientWidth || (box.scrollHeight > box.clientHeight && box.id === "findings")) {
        box.tabIndex = 0;
        if (box.matches(".scroll")) { box.setAttribute("role", "group"); box.setAttribute("aria-label", "Table, wider than the page"); }
      } else box.removeAttribute("tabindex");
    });
  }

  function ready(within) {
    requestAnimationFrame(() => reach(document));
    all("table[data-first]", within).forEach((table) => {
      const count = table.tBodies[0].rows.length;
      if (table.more || count <= Number(table.dataset.first)) return;
      const more = document.createElement("button");
      more.type = "button"; more.dataset.more = ""; more.table = table; more.textContent = `Show all ${count}`;
      table.parentElement.after(more); table.more = more; shorten(table);
    });
    all("table[data-sort]", within).forEach((table) => {
      if (table.tBodies[0].rows.length < 2 || table.ready) return;
      table.ready = true;
      [...table.tHead.rows[0].cells].forEach((cell, i) => {
        if (!cell.textContent.trim() || one(".hidden", cell)) return;
        const button = document.createElement("button");
        button.type = "button"; button.dataset.column = i; button.append(...cell.childNodes); cell.append(button);
      });
    });
  }

  // keys
  let gone = 0;
  function move(step) {
    const rows = all("table[data-rows] tbody tr").filter((row) => !row.hidden && row.offsetParent);
    const at = rows.findIndex((row) => row.classList.contains("here"));
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
    all("tr.here").forEach((row) => row.classList.remove("here"));
    next?.classList.add("here"); next?.scrollIntoView({ block: "nearest" }); (one("a", next ?? document.createElement("tr")))?.focus({ preventScroll: true });
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return event.target.form?.requestSubmit(one("button.main", event.target.form));
    if (event.key === "Escape" && typing) return event.target.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const went = Date.now() - gone < 1200;
    gone = 0;
    if (went) { const item = one(`nav [data-key="${CSS.escape(event.key)}"]`); if (item) location.href = item.href; return; }
    if (event.key === "g") gone = Date.now();
    else if (event.key === "?") location.href = "/desk/keys";
    else if (event.key === "/") { const field = one("input[type=search]"); if (field) { event.preventDefault(); field.focus(); } }
    else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "Enter" && !event.target.matches("a, button, summary")) one("tr.here a")?.click();
  });
  ready(document);
  addEventListener("resize", () => reach(document));
  one("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
})();
