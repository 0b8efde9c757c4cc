"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const tell = (text, bad = false) => { $("status").textContent = text; $("status").classList.toggle("bad", bad); };
  const headers = () => ($("token").value ? { Authorization: `Bearer ${$("token").value}` } : {});
  const language = () => $("language").value.trim();
  let busy = null;

  // A recording: the words as they settle, then the whole page about it.
  async function hear(blob, name) {
    if (busy) busy.abort();
    const own = busy = new AbortController();
    const form = new FormData();
    form.append("file", blob, name);
    form.append("format", "html");
    form.append("stream", "true");
    if (language()) form.append("language", language());
    show(name);
    tell(`Sending ${name} ...`);
    try {
      const answer = await fetch("v1/listen", { method: "POST", body: form, headers: headers(), signal: own.signal });
      if (answer.status === 401) { $("token-label").hidden = false; $("token").focus(); }
      if (!answer.ok) throw new Error((await answer.json()).error.message);
      for await (const event of events(answer.body)) {
        if (event.error) throw new Error(event.error.message);
        if (event.type === "progress") progress(event);
        if (event.type === "segment") { $("captions").hidden = false; line(event.text); }
        if (event.type === "done") open(event.answer, name);
      }
    } catch (error) {
      if (own.signal.aborted) return;
      tell(error.message, true);
    } finally {
      if (busy === own) { busy = null; $("bar").hidden = true; }
    }
  }

  function show(name) {
    $("result").hidden = true;
    $("captions").hidden = true;
    $("lines").replaceChildren();
    $("lag").textContent = "";
    $("name").textContent = name;
    $("bar").hidden = false;
    $("bar").removeAttribute("value");
  }

  const STAGES = { transcribe: "Words", sounds: "Sounds", voices: "Voices", diarize: "Speakers", speakers: "Speakers" };
  function progress(event) {
    tell(`${STAGES[event.stage] || event.stage}: ${clock(event.done)}${event.total ? ` of ${clock(event.total)}` : ""}`);
    if (event.total) $("bar").value = Math.min(1, event.done / event.total); else $("bar").removeAttribute("value");
  }

  function open(page, name) {
    const url = URL.createObjectURL(new Blob([page], { type: "text/html" }));
    if ($("frame").src.startsWith("blob:")) URL.revokeObjectURL($("frame").src);
    $("frame").src = $("page").href = $("apart").href = url;
    $("page").download = `${name.replace(/\.\w+$/, "")}.html`;
    $("result").hidden = false;
    $("captions").hidden = true;
    tell("Done.");
    document.body.dataset.done = "yes";
  }

  async function* events(stream) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      held += value;
      const parts = held.split("\n\n");
      held = parts.pop();
      for (const part of parts) yield JSON.parse(part.slice(6));
    }
  }

  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

  // Captions: final lines stay, the open one has words that stay and words that may change.
  function line(text) {
    const p = document.createElement("p");
    p.textContent = text;
    const last = $("lines").querySelector(".open");
    if (last) last.replaceWith(p); else $("lines").append(p);
    $("lines").scrollTop = $("lines").scrollHeight;
  }

  function partial(text, stable) {
    let p = $("lines").querySelector(".open");
    if (!p) { p = document.createElement("p"); p.className = "open"; $("lines").append(p); }
    const words = text.split(" "), loose = document.createElement("span");
    loose.className = "loose";
    loose.textContent = words.slice(stable).join(" ");
    p.replaceChildren(words.slice(0, stable).join(" ") + (stable ? " " : ""), loose);
    $("lines").scrollTop = $("lines").scrollHeight;
  }

  const said = () => [...$("lines").querySelectorAll("p:not(.open)")].map((p) => p.textContent).join("\n");
  $("copy").onclick = () => navigator.clipboard.writeText(said()).then(() => tell("Copied."), () => tell("The browser does not let this page copy.", true));
  $("save").onclick = () => {
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob([`${said()}\n`], { type: "text/plain" }));
    a.download = "captions.txt";
    a.click();
    URL.revokeObjectURL(a.href);
  };

  // The microphone at its own rate: samples go to the server as they come, and are kept here until it stops.
  const WORKLET = `registerProcessor("tap", class extends AudioWorkletProcessor {
    process(inputs) { if (inputs[0][0]) this.port.postMessage(inputs[0][0].slice()); return true; } });`;
  const MOST = 3600; // s that are kept for the second hearing
  let live = null;

  async function start() {
    if (!navigator.mediaDevices) { tell("A browser gives the microphone to https and to localhost only.", true); return; }
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false } });
    } catch (error) { tell(`There is no microphone for this page (${error.message}).`, true); return; }
    const context = new AudioContext(), rate = context.sampleRate;
    const url = URL.createObjectURL(new Blob([WORKLET], { type: "text/javascript" }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    const query = new URLSearchParams({ rate, form: "f32le" });
    if (language()) query.set("language", language());
    const place = new URL("v1/stream", location.href);
    place.protocol = place.protocol === "https:" ? "wss:" : "ws:";
    const token = $("token").value, names = token ? ["aural", `openai-insecure-api-key.${token}`] : ["aural"];
    const socket = new WebSocket(`${place}?${query}`, names);
    socket.binaryType = "arraybuffer";
    const own = live = { stream, context, socket, rate, kept: [], count: 0, held: [], size: 0 };
    show("microphone");
    $("bar").hidden = true;
    $("captions").hidden = false;
    $("mic").setAttribute("aria-pressed", "true");
    $("mic-text").textContent = "Stop";
    tell("Opening the models ...");
    const source = context.createMediaStreamSource(stream), tap = new AudioWorkletNode(context, "tap");
    tap.port.onmessage = ({ data }) => take(own, data);
    source.connect(tap).connect(context.destination);
    socket.onmessage = ({ data }) => update(JSON.parse(data));
    socket.onclose = (event) => { if (live === own) stop(event.code === 1000 ? "" : "The connection ended."); };
    socket.onerror = () => { $("token-label").hidden = false; };
  }

  function take(own, samples) {
    if (own.count < MOST * own.rate) { own.kept.push(samples); own.count += samples.length; }
    own.held.push(samples);
    own.size += samples.length;
    if (own.socket.readyState !== 1 || own.size < own.rate / 10) return;
    const block = new Float32Array(own.size);
    let at = 0;
    for (const part of own.held) { block.set(part, at); at += part.length; }
    own.held = []; own.size = 0;
    own.socket.send(block);
  }

  function update(event) {
    if (event.type === "ready") { tell("Listening."); document.body.dataset.live = "yes"; }
    if (event.type === "partial") partial(event.text, event.stable);
    if (event.type === "final") { if (event.text) line(event.text); else $("lines").querySelector(".open")?.remove(); }
    if (event.type === "final") $("lag").textContent = `${event.lag.toFixed(1)} s behind the speaker`;
    if (event.type === "error") stop(event.error.message);
  }

  function stop(message) {
    const own = live;
    if (!own) return;
    live = null;
    own.stream.getTracks().forEach((track) => track.stop());
    own.context.close();
    if (own.socket.readyState === 1) own.socket.send('{"type": "end"}');
    $("mic").setAttribute("aria-pressed", "false");
    $("mic-text").textContent = "Use the microphone";
    if (message) tell(message, true);
    if (!message && own.count) hear(wav(own), "microphone.wav");
  }

  // 16-bit mono, with the head that says so.
  function wav({ kept, count, rate }) {
    const data = new DataView(new ArrayBuffer(44 + 2 * count));
    const text = (at, letters) => [...letters].forEach((c, i) => data.setUint8(at + i, c.charCodeAt(0)));
    text(0, "RIFF"); data.setUint32(4, 36 + 2 * count, true); text(8, "WAVEfmt "); data.setUint32(16, 16, true);
    data.setUint16(20, 1, true); data.setUint16(22, 1, true); data.setUint32(24, rate, true); data.setUint32(28, 2 * rate, true);
    data.setUint16(32, 2, true); data.setUint16(34, 16, true); text(36, "data"); data.setUint32(40, 2 * count, true);
    let at = 44;
    for (const part of kept) for (const x of part) { data.setInt16(at, Math.max(-1, Math.min(1, x)) * 32767, true); at += 2; }
    return new Blob([data], { type: "audio/wav" });
  }

  $("mic").onclick = () => (live ? stop("") : start());
  $("file").onchange = () => { const file = $("file").files[0]; if (file) hear(file, file.name); $("file").value = ""; };
  for (const kind of ["dragover", "dragenter"]) $("drop").addEventListener(kind, (e) => { e.preventDefault(); $("drop").classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) $("drop").addEventListener(kind, () => $("drop").classList.remove("over"));
  $("drop").addEventListener("drop", (e) => { e.preventDefault(); const file = e.dataTransfer.files[0]; if (file) hear(file, file.name); });
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (e) => e.preventDefault());
  document.body.dataset.ready = "yes";
})();
