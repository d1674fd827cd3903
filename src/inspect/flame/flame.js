// Zooms into frames, and finds them by their names.
"use strict";

(() => {
  const svg = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const [details, matched, reset, search] = ["details", "matched", "reset", "search"].map(byId);
  const MARGIN = 10;
  const CHARACTER = 6.8;
  const inside = svg.viewBox.baseVal.width - 2 * MARGIN;

  const frames = [...byId("frames").children].map((element) => ({
    element,
    start: Number(element.dataset.start),
    count: Number(element.dataset.count),
    row: Number(element.dataset.row),
    name: element.dataset.name,
    rect: element.querySelector("rect"),
    text: element.querySelector("text"),
    title: element.querySelector("title").textContent,
  }));
  const all = frames[0];

  const shortened = (name, width) => {
    const room = Math.max(0, Math.floor((width - 6) / CHARACTER));
    const characters = [...name];
    if (characters.length <= room) return name;
    return room < 3 ? "" : characters.slice(0, room - 1).join("") + "…";
  };

  const zoom = (to) => {
    const scale = inside / to.count;
    const end = to.start + to.count;
    for (const frame of frames) {
      const isOuter = frame.row < to.row && frame.start <= to.start && frame.start + frame.count >= end;
      const isInner = frame.row >= to.row && frame.start >= to.start && frame.start + frame.count <= end;
      frame.element.style.display = isOuter || isInner ? "" : "none";
      frame.element.classList.toggle("outer", isOuter);
      if (!isOuter && !isInner) continue;
      const x = isOuter ? MARGIN : MARGIN + (frame.start - to.start) * scale;
      const width = isOuter ? inside : frame.count * scale;
      frame.rect.setAttribute("x", x.toFixed(2));
      frame.rect.setAttribute("width", width.toFixed(2));
      frame.text.setAttribute("x", (x + 3).toFixed(2));
      frame.text.textContent = shortened(frame.name, width);
    }
    svg.classList.toggle("zoomed", to !== all);
  };

  // Samples are counted once, however many frames of a stack are found.
  const find = (word) => {
    let sum = 0;
    let end = 0;
    const ordered = [...frames].sort((a, b) => a.start - b.start || a.row - b.row);
    for (const frame of ordered) {
      const isFound = word !== "" && frame !== all && frame.name.includes(word);
      frame.element.classList.toggle("found", isFound);
      if (!isFound || frame.start < end) continue;
      sum += frame.count;
      end = frame.start + frame.count;
    }
    matched.textContent = word === "" ? " " : `found in ${((100 * sum) / all.count).toFixed(2)} %`;
  };

  const ask = () => find(prompt("Find functions whose name contains:") ?? "");

  for (const frame of frames) {
    frame.element.addEventListener("click", () => zoom(frame));
    frame.element.addEventListener("mouseover", () => (details.textContent = frame.title));
    frame.element.addEventListener("mouseout", () => (details.textContent = " "));
  }
  reset.addEventListener("click", () => zoom(all));
  search.addEventListener("click", ask);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") zoom(all);
    if (event.key === "/" || (event.key === "f" && event.ctrlKey)) {
      event.preventDefault();
      ask();
    }
  });
})();
