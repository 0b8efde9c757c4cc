"use strict";
const page = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg", EDGE = 34;
const color = (group) => `var(--g${(group - 1) % 10})`;
const maps = page.maps;
const sound = new Audio();
let map = 0, only = 0, here = -1, playing = -1, dots = [], rows = [], spots = [], size = [1, 1], url = "";

function made(kind, attributes, text) {
  const svg = ["circle", "text"].includes(kind);
  const node = svg ? document.createElementNS(SVG, kind) : document.createElement(kind);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}
function tint(node, property, group) { node.style[property] = color(group); return node; }

function place() {
  const raw = page.members.map((m) => m.places[maps[map]]);
  const low = [0, 1].map((a) => Math.min(...raw.map((p) => p[a]))), high = [0, 1].map((a) => Math.max(...raw.map((p) => p[a])));
  size = [Math.max(at("stage").clientWidth, 200), Math.max(at("stage").clientHeight, 200)];
  spots = raw.map((p) => [0, 1].map((a) => {
    const share = high[a] > low[a] ? (p[a] - low[a]) / (high[a] - low[a]) : 0.5;
    return EDGE + (a ? 1 - share : share) * (size[a] - 2 * EDGE);
  }));
}
function draw() {
  place();
  const stage = at("stage");
  stage.setAttribute("viewBox", `0 0 ${size[0]} ${size[1]}`);
  stage.replaceChildren();
  const radius = page.members.length > 600 ? 4 : page.members.length > 200 ? 6 : 7.5;
  dots = page.members.map((m, k) => {
    const dot = made("circle", { class: "dot", cx: spots[k][0], cy: spots[k][1], r: radius, role: "button", tabindex: k === Math.max(here, 0) ? 0 : -1,
      "aria-label": `${m.name}, group ${m.group}` });
    tint(dot, "fill", m.group).addEventListener("click", () => go(k));
    dot.addEventListener("focus", () => { here = k; });
    stage.append(dot);
    return dot;
  });
  for (const group of page.groups) {
    const own = page.members.map((m, k) => k).filter((k) => page.members[k].group === group.number);
    const middle = [0, 1].map((a) => own.map((k) => spots[k][a]).sort((x, y) => x - y)[own.length >> 1]);
    stage.append(made("text", { class: "name", x: Math.min(Math.max(middle[0], 70), size[0] - 70), y: Math.max(middle[1] - 16, 20) }, `${group.number} ${group.words[0] || ""}`));
  }
  at("map").querySelector("b").textContent = maps[map] || "";
  shade();
}
function shade() {
  const asked = at("find").value.trim().toLowerCase();
  let count = 0;
  page.members.forEach((m, k) => {
    const found = (!only || m.group === only) && (!asked || `${m.name} ${m.words.join(" ")}`.toLowerCase().includes(asked));
    dots[k].classList.toggle("off", !found);
    rows[k].hidden = !found;
    count += found;
  });
  at("listed").textContent = count === page.members.length ? "Recordings" : `${count} of ${page.members.length} recordings`;
  for (const button of at("groups").querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.dataset.group) === only));
}
function show(group) { only = only === group ? 0 : group; shade(); }
function go(k) {
  here = k;
  dots.forEach((dot, j) => dot.setAttribute("tabindex", j === k ? 0 : -1));
  const m = page.members[k], words = page.groups.find((g) => g.number === m.group).words.join(", ");
  at("now").replaceChildren(made("b", {}, m.name), made("small", {}, ` group ${m.group}: ${words} · ${m.seconds.toFixed(1)} s${m.words.length ? " · heard: " + m.words.join(", ") : ""}${m.audio ? "" : " · no preview in this page"}`));
  if (playing === k && !sound.paused) { stop(); return; }
  stop();
  playing = k;
  dots[k].classList.add("on");
  rows[k].firstChild.classList.add("on");
  if (m.audio) {
    const bytes = Uint8Array.from(atob(m.audio), (c) => c.charCodeAt(0));
    url = URL.createObjectURL(new Blob([bytes], { type: "audio/mpeg" }));
    sound.src = url;
    sound.play().catch(() => { at("now").append(made("small", {}, " · this browser did not play it")); });
  }
}
function stop() {
  sound.pause();
  if (url) URL.revokeObjectURL(url);
  url = "";
  if (playing >= 0) { dots[playing].classList.remove("on"); rows[playing].firstChild.classList.remove("on"); }
  playing = -1;
}
function toward(dx, dy) {
  const from = Math.max(here, 0);
  let best = -1, least = Infinity;
  spots.forEach((p, k) => {
    if (k === from || dots[k].classList.contains("off")) return;
    const x = p[0] - spots[from][0], y = p[1] - spots[from][1], along = x * dx + y * dy, beside = Math.abs(x * dy) + Math.abs(y * dx);
    if (along <= 0 || along + 2.5 * beside >= least) return;
    least = along + 2.5 * beside;
    best = k;
  });
  if (here < 0) best = 0;
  if (best >= 0) { go(best); dots[best].focus(); }
}
function next() {
  const group = here >= 0 ? page.members[here].group : 1, own = page.members.map((m, k) => k).filter((k) => page.members[k].group === group);
  const k = own[(own.indexOf(here) + 1) % own.length];
  go(k);
  dots[k].focus();
}
function theme() {
  const dark = (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}
function again() { draw(); if (playing >= 0) dots[playing].classList.add("on"); }
function otherMap() { map = (map + 1) % maps.length; again(); }

for (const group of page.groups) {
  const button = made("button", { type: "button", "data-group": group.number, "aria-pressed": "false" });
  const number = made("i", {}, group.number);
  tint(number, "background", group.number);
  button.append(number, made("b", {}, group.words.join(", ")), made("span", {}, group.size));
  button.addEventListener("click", () => show(group.number));
  const item = made("li");
  item.append(button);
  at("groups").append(item);
}
rows = page.members.map((m, k) => {
  const item = made("li"), button = made("button", { type: "button" });
  button.append(tint(made("i"), "background", m.group), made("span", {}, m.name));
  button.addEventListener("click", () => go(k));
  item.append(button);
  at("members").append(item);
  return item;
});
at("find").addEventListener("input", shade);
at("map").addEventListener("click", otherMap);
at("theme").addEventListener("click", theme);
at("keys").addEventListener("click", () => at("help").showModal());
sound.addEventListener("ended", stop);
addEventListener("resize", again);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || at("help").open) return;
  if (event.target === at("find")) { if (event.key === "Escape") { at("find").value = ""; shade(); at("find").blur(); } return; }
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const dot = dots.includes(event.target), onButton = event.target.tagName === "BUTTON";
  if (arrows[event.key]) toward(...arrows[event.key]);
  else if ((event.key === " " || event.key === "Enter") && !onButton && (dot || here >= 0)) go(Math.max(here, 0));
  else if (/^[0-9]$/.test(event.key)) { only = 0; if (event.key !== "0" && Number(event.key) <= page.groups.length) only = Number(event.key); shade(); }
  else if (event.key === "n") next();
  else if (event.key === "m") otherMap();
  else if (event.key === "t") theme();
  else if (event.key === "?") at("help").showModal();
  else if (event.key === "/") at("find").focus();
  else if (event.key === "Escape") stop();
  else return;
  event.preventDefault();
});
draw();
document.body.dataset.ready = "1";
