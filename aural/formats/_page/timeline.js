"use strict";
/* The timeline: spectrogram, waveform, speakers and sounds over one time axis, and the map of the whole above it. */

const clockText = (ms, tenths) => {
  const t = Math.max(0, tenths ? Math.floor(ms / 100) / 10 : Math.floor(ms / 1000));
  const h = Math.floor(t / 3600), m = Math.floor(t / 60) % 60, s = t % 60;
  const seconds = tenths ? s.toFixed(1).padStart(4, "0") : String(s).padStart(2, "0");
  return (h ? h + ":" + String(m).padStart(2, "0") : m) + ":" + seconds;
};

const bytesOf = (text) => {
  const raw = atob(text), out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
};

/* First index in a sorted list whose value lies above t. */
const above = (list, t) => {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= t) low = middle + 1; else high = middle;
  }
  return low;
};

class Timeline {
  constructor(data, seek) {
    this.data = data;
    this.seek = seek;
    this.length = Math.max(1, data.duration);
    this.from = 0;
    this.to = this.length;
    this.at = 0;
    this.hits = [];
    this.peaks = data.peaks ? new Int8Array(bytesOf(data.peaks).buffer) : new Int8Array(0);
    this.stage = document.getElementById("stage");
    this.map = document.getElementById("map");
    this.picture = null;
    this.readTheme();
    this.layOut();
    this.loadPicture();
    this.listen();
  }

  /* Colors as the browser resolves them: canvases know no light-dark(). */
  readTheme() {
    const probe = document.createElement("i");
    document.body.append(probe);
    const color = (name) => { probe.style.color = ""; probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
    this.tones = this.data.names.map((_, i) => {
      probe.className = "s" + i;
      return color("--tone");
    });
    probe.className = "";
    for (const name of ["ink", "soft", "line", "card", "sunk", "accent", "sound", "doubt", "paper"]) this[name] = color("--" + name);
    probe.remove();
    this.dark = this.luma(this.ink) > 128;
    this.paintPicture();
  }

  luma(color) {
    const [r, g, b] = this.rgb(color);
    return 0.3 * r + 0.6 * g + 0.1 * b;
  }

  rgb(color) { return (color.match(/[\d.]+/g) || [0, 0, 0]).slice(0, 3).map(Number); }

  layOut() {
    const phone = matchMedia("(max-width: 640px)").matches;
    this.rows = [];
    let y = 0;
    const row = (kind, height, more) => { this.rows.push({ kind, y, height, ...more }); y += height; };
    row("axis", 30);
    if (this.data.picture) row("picture", phone ? 64 : 96);
    if (this.peaks.length) row("wave", phone ? 44 : 58);
    // On a phone the name stands above its bar, else beside the lane.
    const lane = phone ? 32 : this.data.names.length > 8 ? 18 : 26;
    this.above = phone ? 15 : 0;
    this.data.names.forEach((_, i) => row("voice", lane, { voice: i }));
    for (const layer of this.data.layers) if (layer.name !== "overlap") row("layer", phone ? 20 : 26, { layer });
    y += 8;
    this.height = y;
    const names = document.getElementById("names");
    names.replaceChildren();
    for (const r of this.rows) {
      const text = { picture: "Spectrum", wave: "Waveform", voice: this.data.names[r.voice] }[r.kind]
        || (r.kind === "layer" ? ({ sound: "Sounds", segment: "Segments" }[r.layer.name] || r.layer.name) : "");
      if (!text) continue;
      const name = document.createElement("span"), dot = document.createElement("i"), label = document.createElement("bdi");
      label.textContent = text;
      if (r.kind === "voice") { name.className = "voice"; dot.style.background = this.tones[r.voice]; name.append(dot); }
      name.append(label);
      name.style.top = r.y + (phone ? 1 : (r.height - 20) / 2) + "px";
      names.append(name);
    }
    this.draw();
  }

  loadPicture() {
    if (!this.data.picture) return;
    const image = new Image();
    image.onload = () => { this.image = image; this.paintPicture(); this.draw(); };
    image.src = "data:image/png;base64," + this.data.picture;
  }

  /* A grey picture (255 = most energy) takes the colors of the theme; a colored one stays as it is. */
  paintPicture() {
    if (!this.image) return;
    const canvas = document.createElement("canvas");
    canvas.width = this.image.naturalWidth;
    canvas.height = this.image.naturalHeight;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(this.image, 0, 0);
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height), p = pixels.data;
    const stops = this.dark
      ? [[28, 30, 37], [48, 42, 92], [134, 58, 122], [232, 104, 92], [255, 214, 140]]
      : [[255, 255, 255], [226, 222, 240], [160, 140, 205], [98, 60, 130], [40, 18, 52]];
    const table = new Uint8Array(256 * 3);
    for (let v = 0; v < 256; v++) {
      const x = v / 255 * (stops.length - 1), i = Math.min(stops.length - 2, Math.floor(x));
      for (let c = 0; c < 3; c++) table[v * 3 + c] = stops[i][c] + (stops[i + 1][c] - stops[i][c]) * (x - i);
    }
    for (let i = 0; i < p.length; i += 4) {
      if (p[i] !== p[i + 1] || p[i] !== p[i + 2]) continue;
      const v = p[i] * 3;
      p[i] = table[v]; p[i + 1] = table[v + 1]; p[i + 2] = table[v + 2];
    }
    pen.putImageData(pixels, 0, 0);
    this.picture = canvas;
  }

  pen(canvas, height) {
    const scale = devicePixelRatio || 1, width = canvas.clientWidth;
    if (height && canvas.style.height !== height + "px") canvas.style.height = height + "px";
    const tall = height || canvas.clientHeight;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(tall * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(tall * scale);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, tall);
    return [pen, width, tall];
  }

  x(ms) { return (ms - this.from) / (this.to - this.from) * this.width; }

  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.drawStage(); this.drawMap(); });
  }

  drawStage() {
    const [pen, width] = this.pen(this.stage, this.height);
    this.width = width;
    if (!width) return;
    const draw = { axis: "drawAxis", picture: "drawPicture", wave: "drawWave", voice: "drawVoice", layer: "drawLayer" };
    for (const r of this.rows) this[draw[r.kind]](pen, r);
    this.overlaps(pen);
    const x = this.x(this.at);
    if (x >= 0 && x <= width) {
      pen.fillStyle = this.accent;
      pen.fillRect(Math.round(x) - 1, 22, 2, this.height - 22);
      pen.beginPath();
      pen.moveTo(x - 5, 20); pen.lineTo(x + 5, 20); pen.lineTo(x, 27);
      pen.fill();
    }
    document.getElementById("range").textContent = this.to - this.from >= this.length - 1 ? "" : clockText(this.from) + " to " + clockText(this.to);
  }

  drawAxis(pen) {
    const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
    const wanted = (this.to - this.from) / 1000 / this.width * 84;
    const step = (steps.find((s) => s >= wanted) || 36000) * 1000;
    pen.font = "11.5px system-ui, sans-serif";
    pen.textBaseline = "middle";
    for (let t = Math.ceil(this.from / step) * step; t <= this.to; t += step) {
      const x = Math.round(this.x(t));
      pen.fillStyle = this.line;
      pen.fillRect(x, 24, 1, this.height - 24);
      if (x > this.width - (this.to - this.from < this.length - 1 ? 225 : 130)) continue;
      pen.fillStyle = this.soft;
      pen.fillText(clockText(t, step < 1000), x + 4, 14);
    }
  }

  drawWave(pen, r) {
    const count = this.peaks.length / 2, middle = r.y + r.height / 2, half = r.height / 2 - 4;
    const perMs = count / (this.data.length || this.length);
    pen.fillStyle = this.soft;
    pen.globalAlpha = 0.75;
    const step = 1 / (devicePixelRatio || 1);
    for (let x = 0; x < this.width; x += step) {
      const t = this.from + x / this.width * (this.to - this.from), next = this.from + (x + step) / this.width * (this.to - this.from);
      let low = 127, high = -127;
      const first = Math.floor(t * perMs), last = Math.min(count, Math.max(first + 1, Math.ceil(next * perMs)));
      for (let i = Math.max(0, first); i < last; i++) {
        if (this.peaks[2 * i] < low) low = this.peaks[2 * i];
        if (this.peaks[2 * i + 1] > high) high = this.peaks[2 * i + 1];
      }
      if (high < low) continue;
      const top = middle - high / 127 * half, bottom = middle - low / 127 * half;
      pen.fillRect(x, top, step, Math.max(1, bottom - top));
    }
    pen.globalAlpha = 1;
  }

  drawPicture(pen, r) {
    if (!this.picture) return;
    const scale = this.picture.width / (this.data.length || this.length);
    const left = this.from * scale, wide = Math.max(1, (this.to - this.from) * scale);
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(this.picture, left, 0, wide, this.picture.height, 0, r.y, this.width, r.height);
  }

  drawVoice(pen, r) {
    pen.fillStyle = this.line;
    const lane = { y: r.y + this.above, height: r.height - this.above };
    pen.fillRect(0, lane.y + Math.floor(lane.height / 2), this.width, 1);
    pen.fillStyle = this.tones[r.voice];
    this.spans(pen, this.data.turns.filter((t) => t[2] === r.voice), lane, this.above ? 3 : 4);
  }

  /* Which share of each pixel from `left` on the spans cover: how a long recording is drawn as a whole. */
  shares(spans, from, to, width) {
    const found = new Float32Array(Math.max(1, Math.ceil(width))), scale = width / (to - from);
    for (const [start, end] of spans) {
      if (end < from || start > to) continue;
      const a = Math.max(0, (start - from) * scale), b = Math.min(found.length, (end - from) * scale);
      for (let x = Math.floor(a); x < b; x++) found[x] += Math.min(b, x + 1) - Math.max(a, x);
    }
    return found;
  }

  density(pen, shares, y, height, strongest = 1) {
    for (let x = 0; x < shares.length; x++) {
      if (!shares[x]) continue;
      pen.globalAlpha = strongest * Math.min(1, 0.12 + 0.88 * shares[x]);
      pen.fillRect(x, y, 1, height);
    }
    pen.globalAlpha = 1;
  }

  /* Spans as bars; what would be thinner than a pixel is drawn one wide, and no pixel twice. */
  spans(pen, spans, r, gap) {
    const seen = spans.filter((s) => s[1] >= this.from && s[0] <= this.to);
    if (seen.length > this.width / 9) {
      this.density(pen, this.shares(seen, this.from, this.to, this.width), r.y + gap, r.height - 2 * gap);
      return;
    }
    let drawn = -1;
    for (const [start, end] of seen) {
      const left = Math.max(-4, this.x(start)), right = Math.min(this.width + 4, this.x(end));
      if (right <= drawn) continue;
      pen.beginPath();
      pen.roundRect(left, r.y + gap, Math.max(1.5, right - left), r.height - 2 * gap, Math.min(5, (right - left) / 2));
      pen.fill();
      drawn = right;
    }
  }

  drawLayer(pen, r) {
    pen.font = "12px system-ui, sans-serif";
    pen.textBaseline = "middle";
    let taken = -1;
    const seen = r.layer.events.filter((e) => e[1] >= this.from && e[0] <= this.to);
    if (seen.length > this.width / 14) {
      pen.fillStyle = this.sound;
      const shares = this.shares(seen, this.from, this.to, this.width), most = Math.max(...shares) || 1;
      this.density(pen, shares.map((s) => s / most), r.y + 4, r.height - 8, 0.7);
      return;
    }
    for (const [start, end, label] of seen) {
      const left = Math.max(-4, this.x(start)), right = Math.min(this.width + 4, this.x(end));
      pen.fillStyle = this.sound;
      pen.globalAlpha = 0.22;
      pen.beginPath();
      pen.roundRect(left, r.y + 4, Math.max(2, right - left), r.height - 8, 4);
      pen.fill();
      pen.globalAlpha = 1;
      pen.fillRect(left, r.y + 4, 2, r.height - 8);
      const text = Math.max(left, 0) + 7;
      if (text < taken || text > this.width) continue;
      const wide = pen.measureText(label).width;
      const room = seen.find((e) => e[0] > start && this.x(e[0]) < text + wide);
      if (room && right - left < wide + 10) continue;
      pen.fillText(label, text, r.y + r.height / 2 + 0.5);
      taken = text + wide + 8;
    }
  }

  /* Where two speak at once: a band from the one's lane to the other's. */
  overlaps(pen) {
    const lanes = this.rows.filter((r) => r.kind === "voice");
    this.both = this.both || bothSpeak(this.data.turns);
    pen.fillStyle = this.ink;
    for (const [start, end, one, other] of this.both) {
      if (end < this.from || start > this.to || one < 0 || other < 0) continue;
      const left = Math.max(0, this.x(start)), right = Math.min(this.width, this.x(end));
      if (right - left < 2) continue;
      const first = lanes[Math.min(one, other)], last = lanes[Math.max(one, other)];
      const top = first.y + this.above + 1, bottom = last.y + last.height - 1;
      pen.globalAlpha = 0.1;
      pen.fillRect(left, top, right - left, bottom - top);
      pen.globalAlpha = 0.32;
      pen.fillRect(left, top, 1, bottom - top);
      pen.fillRect(right - 1, top, 1, bottom - top);
    }
    pen.globalAlpha = 1;
  }

  drawMap() {
    const [pen, width, height] = this.pen(this.map);
    if (!width) return;
    const x = (ms) => ms / this.length * width;
    pen.fillStyle = this.sunk;
    pen.fillRect(0, 0, width, height);
    const lanes = Math.max(1, Math.min(8, this.data.names.length)), tall = (height - 10) / lanes;
    const dense = this.data.turns.length > width / 4;
    const voices = dense ? [...new Set(this.data.turns.map((t) => t[2]))] : [];
    for (const voice of voices) {
      pen.fillStyle = voice < 0 ? this.soft : this.tones[voice];
      const key = voice + " " + Math.round(width);
      this.kept = this.kept || new Map();
      if (!this.kept.has(key)) this.kept.set(key, this.shares(this.data.turns.filter((t) => t[2] === voice), 0, this.length, width));
      this.density(pen, this.kept.get(key), 5 + (Math.max(0, voice) % lanes) * tall, Math.max(2, tall - 1.5));
    }
    for (const [start, end, voice] of dense ? [] : this.data.turns) {
      pen.fillStyle = voice < 0 ? this.soft : this.tones[voice];
      pen.fillRect(x(start), 5 + (Math.max(0, voice) % lanes) * tall, Math.max(1, x(end) - x(start)), Math.max(2, tall - 1.5));
    }
    pen.fillStyle = this.doubt;
    let last = -9;
    const mark = this.hits.length > 150 ? 6 : 12;
    for (const t of this.hits) {
      const at = Math.round(x(t));
      if (at - last < 3) continue;
      pen.fillRect(at - 1, height - mark, 2.5, mark);
      last = at;
    }
    if (this.to - this.from < this.length - 1) {
      pen.fillStyle = this.paper;
      pen.globalAlpha = 0.62;
      pen.fillRect(0, 0, x(this.from), height);
      pen.fillRect(x(this.to), 0, width - x(this.to), height);
      pen.globalAlpha = 1;
      pen.strokeStyle = this.soft;
      pen.lineWidth = 1.5;
      pen.strokeRect(x(this.from) + 0.75, 0.75, Math.max(3, x(this.to) - x(this.from) - 1.5), height - 1.5);
    }
    pen.fillStyle = this.accent;
    pen.fillRect(Math.round(x(this.at)) - 1, 0, 2.5, height);
  }

  show(from, to) {
    const span = Math.min(this.length, Math.max(Math.min(500, this.length), to - from));
    this.from = Math.min(Math.max(0, from), this.length - span);
    this.to = this.from + span;
    this.draw();
  }

  zoom(factor, around) {
    const at = around ?? (this.at >= this.from && this.at <= this.to ? this.at : (this.from + this.to) / 2);
    this.show(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  move(ms, follow) {
    this.at = ms;
    const span = this.to - this.from;
    if (follow && span < this.length && (ms < this.from || ms > this.to - span * 0.06)) this.show(ms - span * 0.1, ms + span * 0.9);
    this.draw();
  }

  /* What lies under a point of the stage, in words. */
  under(x, y) {
    const t = this.from + x / this.width * (this.to - this.from);
    const r = this.rows.find((row) => y >= row.y && y < row.y + row.height);
    if (!r) return clockText(t, true);
    const inside = (e) => t >= e[0] && t < e[1];
    if (r.kind === "voice" && this.data.turns.some((turn) => turn[2] === r.voice && inside(turn))) return this.data.names[r.voice] + ", " + clockText(t, true);
    if (r.kind === "layer") {
      const near = (this.to - this.from) / this.width * 4;
      const event = r.layer.events.find((e) => t >= e[0] - near && t < e[1] + near);
      if (event) return event[2] + (event[3] >= 0 ? " (" + event[3] + " %)" : "") + ", " + clockText(event[0], true) + " to " + clockText(event[1], true);
    }
    return clockText(t, true);
  }

  listen() {
    const points = new Map();
    let drag = null, pinch = 0;
    this.stage.addEventListener("pointerdown", (e) => {
      points.set(e.pointerId, e.offsetX);
      drag = { x: e.offsetX, from: this.from, to: this.to, moved: false };
      if (points.size === 2) pinch = Math.abs([...points.values()][0] - [...points.values()][1]);
      this.stage.setPointerCapture(e.pointerId);
    });
    this.stage.addEventListener("pointermove", (e) => {
      if (!drag || !points.has(e.pointerId)) return;
      points.set(e.pointerId, e.offsetX);
      if (points.size === 2) {
        const [a, b] = [...points.values()], wide = Math.max(8, Math.abs(a - b));
        this.zoom(pinch / wide, this.from + (a + b) / 2 / this.width * (this.to - this.from));
        pinch = wide;
        drag.moved = true;
        return;
      }
      const gone = e.offsetX - drag.x;
      if (Math.abs(gone) > 4) drag.moved = true;
      if (drag.moved) {
        const ms = -gone / this.width * (drag.to - drag.from);
        this.show(drag.from + ms, drag.to + ms);
      }
    });
    const up = (e) => {
      points.delete(e.pointerId);
      if (drag && !drag.moved && e.type === "pointerup") this.seek(this.from + e.offsetX / this.width * (this.to - this.from));
      if (!points.size) drag = null;
    };
    this.stage.addEventListener("pointerup", up);
    this.stage.addEventListener("pointercancel", up);
    this.stage.addEventListener("wheel", (e) => {
      const sideways = Math.abs(e.deltaX) > Math.abs(e.deltaY) || e.shiftKey;
      if (!e.ctrlKey && !e.metaKey && !sideways) return;
      e.preventDefault();
      const t = this.from + e.offsetX / this.width * (this.to - this.from);
      if (sideways && !e.ctrlKey) {
        const ms = (e.deltaX || e.deltaY) / this.width * (this.to - this.from);
        this.show(this.from + ms, this.to + ms);
      } else this.zoom(Math.exp(Math.max(-60, Math.min(60, e.deltaY)) * 0.006), t);
    }, { passive: false });
    const onMap = (e) => this.seek(e.offsetX / this.map.clientWidth * this.length);
    this.map.addEventListener("pointerdown", (e) => { this.map.setPointerCapture(e.pointerId); this.sliding = true; onMap(e); });
    this.map.addEventListener("pointermove", (e) => { if (this.sliding) onMap(e); });
    for (const kind of ["pointerup", "pointercancel"]) this.map.addEventListener(kind, () => { this.sliding = false; });
    new ResizeObserver(() => this.layOut()).observe(document.getElementById("timeline"));
  }
}

/* Spans in which at least two different speakers have a turn. */
const bothSpeak = (turns) => {
  const found = [], sorted = [...turns].sort((a, b) => a[0] - b[0]);
  let open = [];
  for (const turn of sorted) {
    open = open.filter((o) => o[1] > turn[0]);
    for (const o of open) if (o[2] !== turn[2]) found.push([turn[0], Math.min(o[1], turn[1]), o[2], turn[2]]);
    open.push(turn);
  }
  return found;
};
