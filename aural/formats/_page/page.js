/* The page: plays, follows the words, searches, renames and saves. Text enters the page as text, never as HTML. */

(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement, data = JSON.parse($("page").textContent);
  const words = [...document.querySelectorAll("#text .say > span")];
  const paragraphs = [...document.querySelectorAll("#text .par")];
  const firsts = paragraphs.map((p) => +p.dataset.w);
  const { start, end, sure, guessed } = data.words;
  const isGuessed = new Set(guessed);
  const numbers = new Map(words.map((word, i) => [word, i]));
  const inTime = start.map((_, i) => i).sort((a, b) => start[a] - start[b]);
  const starts = inTime.map((i) => start[i]);
  const audio = $("audio");
  const keep = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } }, set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* private windows */ } } };
  let at = 0, touched = 0, now = [];

  if (keep.get("aural-theme")) root.dataset.theme = keep.get("aural-theme");
  const timeline = new Timeline(data, (ms) => seek(ms));
  // A long recording begins with its first minutes, in which single turns can be seen.
  if (data.duration > 600000) timeline.show(0, 300000);

  /* ---- playing ---- */
  const sound = $("sound");
  let ready = false;
  const prepare = () => {
    if (ready) return true;
    const text = sound.textContent.trim();
    if (!text) return false;
    audio.src = URL.createObjectURL(new Blob([bytesOf(text)], { type: sound.dataset.type }));
    sound.textContent = "";
    return (ready = true);
  };
  if (!sound.textContent.trim()) $("chooser").hidden = false;
  $("file").addEventListener("change", () => {
    if (!$("file").files.length) return;
    audio.src = URL.createObjectURL($("file").files[0]);
    ready = true;
    $("chooser").hidden = true;
    seek(at);
  });
  const seek = (ms, play) => {
    at = Math.min(Math.max(0, ms), data.duration);
    if (prepare()) {
      audio.currentTime = at / 1000;
      if (play && audio.paused) audio.play().catch(() => {});
    } else if (play) $("chooser").classList.add("asked");
    moved(true);
  };
  const toggle = () => {
    if (!prepare()) { $("file").focus(); return; }
    if (Math.abs(audio.currentTime * 1000 - at) > 250) audio.currentTime = at / 1000;
    if (audio.paused) audio.play().catch(() => {}); else audio.pause();
  };
  $("play").addEventListener("click", toggle);
  audio.addEventListener("play", () => { document.body.classList.add("playing"); $("play").setAttribute("aria-label", "Pause"); tick(); });
  audio.addEventListener("pause", () => { document.body.classList.remove("playing"); $("play").setAttribute("aria-label", "Play"); });
  const tick = () => {
    if (audio.paused) return;
    at = audio.currentTime * 1000;
    moved(false);
    requestAnimationFrame(tick);
  };
  const rates = [1, 1.25, 1.5, 2, 0.75];
  const faster = () => {
    audio.playbackRate = audio.defaultPlaybackRate = rates[(rates.indexOf(audio.playbackRate) + 1) % rates.length];
    $("rate").textContent = audio.playbackRate + "×";
  };
  $("rate").addEventListener("click", faster);

  const moved = (jumped) => {
    $("now").textContent = clockText(at);
    $("map").setAttribute("aria-valuenow", Math.round(at / 1000));
    $("map").setAttribute("aria-valuetext", clockText(at));
    timeline.move(at, true);
    const last = above(starts, at), current = [];
    for (let k = last - 1; k >= 0 && k > last - 60 && current.length < 4; k--) {
      const i = inTime[k];
      if (end[i] > at || (!current.length && at - end[i] < 250 && k === last - 1)) current.push(i);
    }
    if (current.join() === now.join()) return;
    for (const i of now) words[i].classList.remove("now");
    for (const i of current) words[i].classList.add("now");
    now = current;
    if (current.length && (jumped || Date.now() - touched > 4000) && !audio.paused) keepInView(words[current[0]]);
  };
  const keepInView = (word) => {
    const box = word.getBoundingClientRect(), high = innerHeight;
    if (box.top < 170 || box.bottom > high - 140) word.scrollIntoView({ block: "center", behavior: Math.abs(box.top) < 2 * high ? "smooth" : "instant" });
  };
  for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });

  /* ---- the words ---- */
  $("text").addEventListener("click", (e) => {
    const word = e.target.closest(".say > span");
    if (word && !String(getSelection())) { seek(start[numbers.get(word)], true); return; }
    const go = e.target.closest(".go");
    if (go) { seek(start[+go.closest(".par").dataset.w], true); return; }
    const heard = e.target.closest(".heard button");
    if (heard) { seek(+heard.dataset.at * 1000, true); return; }
    const name = e.target.closest(".who b");
    if (name) { const field = document.querySelector(`aside input[data-voice="${name.dataset.voice}"]`); field.focus(); field.select(); }
  });
  const tip = $("tip");
  const tell = (text, x, y) => {
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    tip.style.left = Math.max(8, Math.min(innerWidth - tip.offsetWidth - 8, x)) + "px";
    tip.style.top = (y > 60 ? y - tip.offsetHeight - 10 : y + 18) + "px";
  };
  $("text").addEventListener("pointerover", (e) => {
    const word = e.pointerType === "mouse" && e.target.closest(".say > span");
    if (!word) { tell(""); return; }
    const i = numbers.get(word), box = word.getBoundingClientRect();
    const facts = [clockText(start[i], true)];
    if (sure[i] >= 0) facts.push(sure[i] + " % sure");
    if (isGuessed.has(i)) facts.push("time guessed");
    tell(facts.join(" · "), box.left, box.top);
  });
  $("text").addEventListener("pointerleave", () => tell(""));
  $("stage").addEventListener("pointermove", (e) => { if (e.pointerType === "mouse" && !e.buttons) tell(timeline.under(e.offsetX, e.offsetY), e.clientX + 12, e.clientY); });
  $("stage").addEventListener("pointerleave", () => tell(""));

  const goTo = (i) => {
    touched = 0;
    words[i].scrollIntoView({ block: "center" });
    at = start[i];
    if (ready) audio.currentTime = at / 1000;
    moved(true);
  };
  let doubt = -1;
  const nextDoubt = () => {
    const n = sure.length;
    for (let k = 1; k <= n; k++) {
      const i = (doubt + k) % n;
      if (sure[i] >= 0 && words[i].matches(".u, .d")) { doubt = i; goTo(i); return; }
    }
  };
  if ($("doubts")) $("doubts").addEventListener("click", nextDoubt);

  /* ---- search ---- */
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  let pool = null, places = [], hits = [], here = -1;
  const search = () => {
    for (const [first, last] of hits) for (let i = first; i <= last; i++) words[i].classList.remove("hit", "here");
    hits = [];
    here = -1;
    const wanted = plain($("query").value.trim()).replace(/\s+/g, " ");
    if (wanted) {
      if (!pool) {
        const parts = words.map((w) => plain(w.textContent));
        let length = 0;
        places = parts.map((p) => { const place = length; length += p.length + 1; return place; });
        pool = parts.join(" ");
      }
      for (let from = pool.indexOf(wanted); from >= 0 && hits.length < 20000; from = pool.indexOf(wanted, from + wanted.length)) {
        hits.push([above(places, from) - 1, above(places, from + wanted.length - 1) - 1]);
      }
      for (const [first, last] of hits) for (let i = first; i <= last; i++) words[i].classList.add("hit");
    }
    timeline.hits = hits.map(([first]) => start[first]);
    timeline.draw();
    const near = hits.findIndex(([first]) => words[first].getBoundingClientRect().top > 100);
    if (hits.length) jump(near < 0 ? 0 : near); else count(wanted);
  };
  const count = (wanted) => {
    $("count").textContent = hits.length ? here + 1 + " / " + hits.length : wanted ? "none" : "";
    $("before").hidden = $("after").hidden = hits.length < 2;
  };
  const jump = (n) => {
    if (!hits.length) return;
    const mark = (on) => { for (let i = hits[here][0]; i <= hits[here][1]; i++) words[i].classList.toggle("here", on); };
    if (here >= 0) mark(false);
    here = (n + hits.length) % hits.length;
    mark(true);
    count(true);
    goTo(hits[here][0]);
  };
  let typing = 0;
  $("query").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(search, words.length > 5000 ? 180 : 40); });
  $("search").addEventListener("submit", (e) => e.preventDefault());
  $("query").addEventListener("keydown", (e) => {
    if (e.key === "Enter") { e.preventDefault(); jump(here + (e.shiftKey ? -1 : 1)); }
    if (e.key === "Escape") { $("query").value = ""; search(); $("query").blur(); }
  });
  $("before").addEventListener("click", () => jump(here - 1));
  $("after").addEventListener("click", () => jump(here + 1));

  /* ---- speakers ---- */
  for (const bar of document.querySelectorAll("[data-share]")) bar.style.width = bar.dataset.share * 100 + "%";
  const rename = (voice, name) => {
    data.names[voice] = name;
    for (const shown of document.querySelectorAll(`.who b[data-voice="${voice}"]`)) shown.textContent = name;
    timeline.layOut();
    drawVoices();
  };
  for (const field of document.querySelectorAll("aside input[data-voice]")) {
    field.addEventListener("change", () => {
      const name = field.value.trim().replace(/\s+/g, " ");
      if (name) rename(+field.dataset.voice, name); else field.value = data.names[+field.dataset.voice];
    });
    field.addEventListener("keydown", (e) => { if (e.key === "Enter") field.blur(); });
  }
  for (const row of document.querySelectorAll(".voice-row")) {
    row.addEventListener("pointerenter", () => lift(+row.dataset.voice));
    row.addEventListener("pointerleave", () => lift(-1));
  }
  const lift = (voice) => {
    const map = $("voices");
    if (!map) return;
    map.classList.toggle("one", voice >= 0);
    for (const group of map.children) group.classList.toggle("on", +group.dataset.voice === voice);
  };
  const drawVoices = () => {
    const map = $("voices");
    if (!map || !data.voices.length) return;
    map.replaceChildren();
    const xs = data.voices.map((v) => v[1]), ys = data.voices.map((v) => v[2]);
    const low = [Math.min(...xs), Math.min(...ys)], wide = Math.max(Math.max(...xs) - low[0], Math.max(...ys) - low[1], 1e-9);
    const shift = [(wide - (Math.max(...xs) - low[0])) / 2, (wide - (Math.max(...ys) - low[1])) / 2];
    const place = (v) => [34 + (v[1] - low[0] + shift[0]) / wide * 232, 26 + (1 - (v[2] - low[1] + shift[1]) / wide) * 216];
    const draw = (kind, attributes, parent) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", kind);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      parent.append(node);
      return node;
    };
    for (const voice of new Set(data.voices.map((v) => v[0]))) {
      const own = data.voices.filter((v) => v[0] === voice).map(place);
      const group = draw("g", { "data-voice": voice, fill: timeline.tones[voice] || timeline.soft }, map);
      for (const [x, y] of own) draw("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 4 }, group);
      const middle = [0, 1].map((k) => own.reduce((sum, p) => sum + p[k], 0) / own.length);
      const top = Math.min(...own.map((p) => p[1]));
      draw("text", { x: Math.max(40, Math.min(260, middle[0])).toFixed(1), y: Math.max(16, top - 9).toFixed(1) }, group).textContent = data.names[voice] || "";
    }
  };
  drawVoices();
  const nextSound = new Map();
  for (const row of document.querySelectorAll("[data-sound]")) {
    row.addEventListener("click", () => {
      const events = data.layers.filter((l) => l.name === "sound").flatMap((l) => l.events).filter((e) => e[2] === row.dataset.sound);
      const n = nextSound.get(row) || 0;
      nextSound.set(row, (n + 1) % events.length);
      seek(events[n][0], true);
    });
  }

  /* ---- saving ---- */
  const srtClock = (ms) => new Date(ms % 3600000).toISOString().slice(14, 23).replace(".", ",").padStart(12, String(Math.floor(ms / 3600000)).padStart(2, "0") + ":");
  const savers = {
    txt: () => paragraphs.map((p) => {
      const name = p.querySelector(".who b");
      return (name ? name.textContent + ": " : "") + p.querySelector(".say").textContent;
    }).join("\n\n") + "\n",
    srt: () => data.cues.map(([from, to, voice, lines], i) =>
      `${i + 1}\n${srtClock(from)} --> ${srtClock(to)}\n${voice >= 0 ? "[" + data.names[voice].replace(/[\\\]]/g, "\\$&") + "]: " : ""}${lines.join("\n")}\n`).join("\n"),
    json: () => {
      const result = JSON.parse($("result").textContent);
      const known = new Map((result.speakers || []).map((s) => [s.label, s]));
      data.names.forEach((name, voice) => {
        for (const label of data.labels[voice]) {
          const speaker = known.get(label) || { label };
          if ((speaker.name || label) === name) continue;
          speaker.name = name;
          delete speaker.score;
          known.set(label, speaker);
        }
      });
      if (known.size) result.speakers = [...known.values()];
      return JSON.stringify(result, null, 1) + "\n";
    },
  };
  $("save").addEventListener("click", (e) => {
    const kind = e.target.closest("button")?.dataset.save;
    if (!kind) return;
    $("save").open = false;
    if (kind === "print") { print(); return; }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([savers[kind]()], { type: kind === "json" ? "application/json" : "text/plain" }));
    link.download = (data.title.split(/[\\/]/).pop().replace(/\.\w{2,4}$/, "") || "recording") + "." + kind;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  addEventListener("click", (e) => { if (!e.target.closest("#save")) $("save").open = false; });

  /* ---- theme, zoom, help, keys ---- */
  const repaint = () => { timeline.readTheme(); timeline.layOut(); drawVoices(); };
  const theme = () => {
    root.dataset.theme = timeline.dark ? "light" : "dark";
    keep.set("aural-theme", root.dataset.theme);
    repaint();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  $("theme").addEventListener("click", theme);
  $("in").addEventListener("click", () => timeline.zoom(0.5));
  $("out").addEventListener("click", () => timeline.zoom(2));
  $("fit").addEventListener("click", () => timeline.show(0, data.duration));
  $("ask").addEventListener("click", () => $("help").showModal());
  const step = (by) => {
    let n = above(firsts.map((f) => start[f]), at + 1) - 1;
    n = Math.min(paragraphs.length - 1, Math.max(0, n + by));
    if (paragraphs.length) { goTo(firsts[n]); }
  };
  const keys = {
    " ": toggle, ArrowLeft: () => seek(at - 5000), ArrowRight: () => seek(at + 5000), ArrowUp: () => step(-1), ArrowDown: () => step(1),
    "/": () => { $("query").focus(); $("query").select(); }, "?": () => $("help").showModal(), "+": () => timeline.zoom(0.5), "=": () => timeline.zoom(0.5),
    "-": () => timeline.zoom(2), 0: () => timeline.show(0, data.duration), t: theme, u: nextDoubt, s: faster,
    Escape: () => { $("save").open = false; },
  };
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || $("help").open) return;
    if (e.target.closest("input")) return;
    if (e.key === " " && e.target.closest("button, summary, a")) return;
    const act = keys[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (act) { e.preventDefault(); act(); }
  });
  document.body.dataset.ready = "1";
})();
