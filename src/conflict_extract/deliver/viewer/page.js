window.conflictExtract = () => {
  "use strict";
  if (window.conflictExtractStop) window.conflictExtractStop.abort();
  const stop = (window.conflictExtractStop = new AbortController());
  const until = { signal: stop.signal };
  const cards = [...document.querySelectorAll(".claim")];
  const marks = [...document.querySelectorAll(".text [data-claims]")];
  const byId = new Map(cards.map((card) => [card.dataset.id, card]));
  const marksOf = new Map();
  for (const mark of marks) {
    for (const id of mark.dataset.claims.split(" ")) {
      if (!marksOf.has(id)) marksOf.set(id, []);
      marksOf.get(id).push(mark);
    }
  }
  let current = null;

  function choose(id, scroll) {
    document.querySelectorAll(".on").forEach((node) => node.classList.remove("on"));
    current = id;
    if (!id || !byId.has(id)) return;
    byId.get(id).classList.add("on");
    const own = marksOf.get(id) || [];
    own.forEach((mark) => mark.classList.add("on"));
    if (scroll === "card") byId.get(id).scrollIntoView({ block: "nearest" });
    if (scroll === "text" && own.length) own[0].scrollIntoView({ block: "nearest" });
  }

  cards.forEach((card) => {
    card.addEventListener("click", (event) => {
      if (!event.target.closest("a, summary")) choose(card.dataset.id, "text");
    });
    card.addEventListener("focus", () => choose(card.dataset.id, "text"));
  });
  // The innermost claim of a word is the one with the fewest marked words; a further click goes outwards.
  marks.forEach((mark) => {
    mark.addEventListener("click", () => {
      const ids = mark.dataset.claims.split(" ").filter((id) => !byId.get(id)?.hidden);
      ids.sort((a, b) => marksOf.get(a).length - marksOf.get(b).length);
      const at = ids.indexOf(current);
      choose(ids[(at + 1) % ids.length], "card");
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "Escape") choose(null);
    if (event.key !== "j" && event.key !== "k") return;
    const shown = cards.filter((card) => !card.hidden);
    const at = shown.findIndex((card) => card.dataset.id === current);
    const next = shown[event.key === "j" ? Math.min(at + 1, shown.length - 1) : Math.max(at - 1, 0)];
    if (next) next.focus();
  }, until);

  const arcs = document.querySelector(".arcs");
  function draw() {
    if (!arcs) return;
    arcs.replaceChildren();
    const top = arcs.getBoundingClientRect().top;
    const width = arcs.getBoundingClientRect().width;
    for (const card of cards) {
      for (const link of card.dataset.links.split(" ").filter(Boolean)) {
        const [kind, to] = link.split(":");
        const other = byId.get(to);
        if (!other || card.hidden || other.hidden) continue;
        const a = card.getBoundingClientRect();
        const b = other.getBoundingClientRect();
        const y1 = a.top - top + 14;
        const y2 = b.top - top + 14;
        const x = kind === "denies" || kind === "disagrees" ? 4 : width * 0.55;
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        path.setAttribute("d", `M${width - 2} ${y1}C${x} ${y1} ${x} ${y2} ${width - 2} ${y2}`);
        path.setAttribute("class", kind);
        arcs.append(path);
      }
    }
  }

  const form = document.querySelector(".filters");
  function filter() {
    if (!form) return;
    const actor = form.actor.value;
    const act = form.act.value;
    const event = form.event.value;
    const words = form.words.value.trim().toLowerCase();
    let shown = 0;
    for (const card of cards) {
      const data = card.dataset;
      card.hidden =
        (actor && !JSON.parse(data.actors).includes(actor)) || (act && data.act !== act) || (event && data.event !== event) ||
        (words && !card.textContent.toLowerCase().includes(words)) ? true : false;
      if (!card.hidden) shown += 1;
    }
    for (const mark of marks) {
      mark.classList.toggle("dim", mark.dataset.claims.split(" ").every((id) => byId.get(id)?.hidden));
    }
    form.shown.value = shown === cards.length ? "" : `${shown} of ${cards.length}`;
    draw();
  }
  if (form) {
    form.addEventListener("input", filter);
    form.addEventListener("change", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  window.addEventListener("resize", draw, until);
  document.querySelectorAll("details").forEach((node) => node.addEventListener("toggle", draw));
  window.addEventListener("hashchange", () => choose(location.hash.replace("#claim-", ""), "text"), until);
  draw();
};
if (document.querySelector("main")) window.conflictExtract();
