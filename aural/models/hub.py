"""Checkpoints of the transformers library: from a hub's cache, a hub, or a folder; safetensors only, no code of others."""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, final

import numpy as np

from aural.errors import AuralError, ExtraMissing, ModelRefused, UsageError, reason
from aural.files import sha256_of
from aural.models import hub_folder as folders
from aural.models.card import Card
from aural.models.engines._whisper import Marks, Whisper
from aural.models.engines.whisper import MelEar
from aural.models.face import Model
from aural.models.hub_cache import cached, folder_of, located, shown, split
from aural.models.hub_errors import no_warnings, translated
from aural.models.hub_faces import Clips, Frames, Net, Spelled, Stepped, Tongues, Vocabulary, Voices, Written
from aural.models.hub_folder import Checkpoint
from aural.models.hub_languages import codes_of
from aural.models.hub_speaking import SPEAKING, speaks
from aural.models.hub_whisper import Decoder, Encoder, alignment_heads
from aural.models.runtime import Runtime
from aural.progress import Progress
from aural.results import Question
from aural.text.byte_pairs import BytePairs

_INSTALL = "pip install 'aural[hub]'"
_RATE = 16000
_WHISPER, _WHISPER_WINDOW = "WhisperForConditionalGeneration", 1500  # encoder frames of 30 s
_WRITERS = ("moonshine",)
_CLIPS, _FRAMES = ("ForSequenceClassification", "ForAudioClassification"), ("ForAudioFrameClassification",)
_TRANSDUCERS = ("ForTDT", "ForRNNT")
_LONGEST = 30.0  # s at once for nets whose attention has no bound of its own
_WINDOW, _VOICE_WINDOW, _VOICE_HOP = 10.0, 3.0, 1.5  # s, for nets that name none: sounds, and traits of voices
_TOKENS_A_SECOND = 8.0, 25.0  # English; scripts whose characters take several tokens
# Parts of a net that are only for training, or that no output hangs on: that they are new after loading does no harm.
_IDLE = re.compile(
    r"masked_spec_embed|quantizer|project_(hid|q)|num_batches_tracked|position_ids|mask_token|\.rotary|inv_freq|posterior_encoder"
)
# Cosine from which two voices are the same. Two published heads name it (0.86 and 0.7); means of hidden states lie
# close together, so their bound is a cautious guess that `--threshold` replaces.
_SAME = {"WavLMForXVector": 0.86}
_SAME_HEAD, _SAME_MEAN = 0.7, 0.95
_FEMALE, _MALE = ("female", "f", "woman", "women", "feminine"), ("male", "m", "man", "men", "masculine")
_MANY_SOUNDS = ("Speech", "Music")  # AudioSet's labels hold together: each is answered on its own


def open(name: str, role: str, runtime: Runtime, progress: Progress) -> Model:
    """The checkpoint `name` (org/name, org/name@revision, or a folder) for a role; fetched first when it is not here.

    Raises: ExtraMissing, ModelMissing, ModelRefused (pickles only, code, another architecture, damaged), UsageError
    (a role that the checkpoint does not fill, a device that is not there).
    """
    torch, transformers = _libraries(name)
    device = _device(torch, runtime)
    with _quiet(transformers):
        point = folders.checked(shown(name), located(name, progress))
        _known(transformers, point)
        return _opened(_Loader((torch, transformers), point, device, runtime, name, progress), role)


def fetch(name: str, progress: Progress) -> Path:
    """The folder of a checkpoint whose files are all here, fetched now where they are not.

    Raises: ExtraMissing, ModelMissing (offline, no such checkpoint, no permission), ModelRefused (pickles only, code).
    """
    _, transformers = _libraries(name)
    with _quiet(transformers):
        return folders.checked(shown(name), located(name, progress)).folder


def is_here(name: str) -> bool:
    """True when the checkpoint lies whole in a folder or in the hub's cache, and the extra is installed."""
    try:
        _libraries(name)
        folder = folder_of(name) or cached(*split(name))
        return folder is not None and folders.is_whole(folder)
    except AuralError:
        return False


def _opened(load: _Loader, role: str) -> Model:
    """The face that the role asks for over what the checkpoint is. Raises: UsageError where it has none."""
    point, made = load.point, load.point.architecture
    if role not in (serves := roles_of(point)):
        what = f"{point.name} holds {made or point.family or 'a net of no named kind'}, which cannot serve as a {role}"
        if role == "synthesizer" and made in load.speaking():
            raise UsageError(f"{what}: transformers speaks with it, aural does not", fix=f"Served are {', '.join(SPEAKING)}")
        raise UsageError(what, fix=f"It may serve as: {', '.join(serves) or 'nothing that aural asks for'}")
    if made == _WHISPER and role != "speaker_embedding":
        return _whisper(load)
    if role == "recognizer":
        return _spelled(load) if made.endswith("ForCTC") else _stepped(load) if made.endswith(_TRANSDUCERS) else _written(load)
    if role == "speaker_embedding":
        return _voices(load)
    if role == "synthesizer":
        return speaks(load)
    return _frames(load) if made.endswith(_FRAMES) else _clips(load, role)


def roles_of(point: Checkpoint) -> tuple[str, ...]:
    """What a checkpoint may serve as, by the class that wrote it."""
    made = point.architecture
    if made == _WHISPER:
        return "recognizer", "language"
    if made in SPEAKING:
        return ("synthesizer",)
    roles: tuple[str, ...] = ()
    if made.endswith(("ForCTC", *_TRANSDUCERS)) or (point.family in _WRITERS and made.endswith("ForConditionalGeneration")):
        roles = ("recognizer",)
    elif made.endswith(_CLIPS):
        roles = ("tagger", "language", "gender")
    elif made.endswith(_FRAMES):
        roles = ("tagger",)
    # Any net over samples gives hidden states whose mean tells voices apart, better or worse.
    return (*roles, "speaker_embedding") if made.endswith("ForXVector") or "conv_stride" in point.config else roles


def _whisper(load: _Loader) -> Whisper:
    """Whisper, read by aural's own reader: its times, its rules against loops, its hot words."""
    point = load.point
    folders.check_vocabulary(point)
    if point.config.get("max_source_positions") != _WHISPER_WINDOW:
        raise ModelRefused("this Whisper does not hear 30 s at once", where=point.name, fix="Choose one with 1500 source positions")
    try:
        plain = json.loads(load.tokenizer().backend_tokenizer.to_str())
        pairs = BytePairs.read(plain)
        at = pairs.special
        never, not_first = (_ids(point, n) for n in ("suppress_tokens", "begin_suppress_tokens"))
        codes = {
            m[1]: i for text, i in sorted(at.items(), key=lambda pair: pair[1]) if (m := re.fullmatch(r"<\|([a-z]{2,3})\|>", text))
        }
        no_speech = at.get("<|nospeech|>", at.get("<|nocaptions|>", at["<|notimestamps|>"] - 1))
        marks = Marks(
            at["<|startoftranscript|>"], at["<|endoftext|>"], at["<|transcribe|>"], at["<|translate|>"], no_speech,
            at["<|notimestamps|>"], codes, never, not_first,
        )  # fmt: skip
    except (AttributeError, KeyError, ValueError, TypeError) as error:
        raise ModelRefused(
            f"this is no vocabulary of Whisper ({reason(error)})", where=point.name, fix="Fetch the checkpoint again"
        ) from error
    many = point.generation.get("is_multilingual", int(point.config.get("vocab_size", 0)) >= 51865)
    languages = tuple(marks.languages) if many else ("en",)
    # Offsets of word times as they were fitted for Whisper base, see models/borrowed/whisper_base.py.
    card = replace(
        load.card("recognizer", Question("sequence", "class")), languages=languages,
        input=f"Whisper's log-mel, {point.config.get('num_mel_bins')} bands, 30 s", longest_input=30.0,
        calibration={"start": -0.044, "end": -0.056, "silence": 0.1},
    )  # fmt: skip
    model = load.model("AutoModelForSpeechSeq2Seq")
    config = model.config
    heads = alignment_heads(point.generation.get("alignment_heads"), config.decoder_layers, config.decoder_attention_heads)
    ear: Any = Encoder(load.torch, model)
    decoder: Any = Decoder(load.torch, model, heads)
    return Whisper(card, MelEar(ear), decoder, pairs, marks)


def _spelled(load: _Loader) -> Spelled:
    """wav2vec 2.0, HuBERT, WavLM, Parakeet ... with a CTC head."""
    vocabulary = load.vocabulary("pad_token_id")
    card = load.card("recognizer", Question("sequence", "class"))
    hop, window = load.grid()
    batch: Literal["exact", "one"] = "exact" if load.masked and hop else "one"
    card = replace(card, languages=load.point.languages, longest_input=_LONGEST, batch=batch, hop=hop, window=window)
    return Spelled(card, load.net("AutoModelForCTC"), vocabulary, load.together)


def _stepped(load: _Loader) -> Stepped:
    """Parakeet and other transducers."""
    point = load.point
    vocabulary = load.vocabulary("blank_token_id")
    step = dict(point.config.get("encoder_config") or {}).get("subsampling_factor", 8)
    hop = float(step) * point.number("hop_length", 160) / point.number("sampling_rate", _RATE)
    card = replace(
        load.card("recognizer", Question("sequence", "class")), languages=point.languages, longest_input=_LONGEST, hop=hop
    )
    return Stepped(card, load.net("AutoModelForTDT" if point.architecture.endswith("ForTDT") else "AutoModelForRNNT"), vocabulary)


def _written(load: _Loader) -> Written:
    """Moonshine, and other nets that write token by token."""
    point = load.point
    folders.check_vocabulary(point)
    tokenizer = load.tokenizer()
    languages = point.languages
    english = languages in ((), ("en",))
    card = replace(load.card("recognizer", Question("sequence", "class")), languages=languages, longest_input=_LONGEST)

    def spell(ids: Sequence[int]) -> str:
        return str(tokenizer.decode(list(ids), skip_special_tokens=True))

    return Written(card, load.net("AutoModelForSpeechSeq2Seq"), spell, _TOKENS_A_SECOND[0 if english else 1])


def _clips(load: _Loader, role: str) -> Clips | Tongues:
    """A classifier of whole clips."""
    point = load.point
    labels = point.labels
    problem = point.config.get("problem_type")
    if problem == "regression" or len(labels) < 2:
        raise UsageError(f"{point.name} gives a number, not classes", fix="Choose a checkpoint with at least two labels")
    codes = codes_of(labels)
    if role == "language" and codes is None:
        raise UsageError(f"{point.name} tells no languages: its labels are {_few(labels)}", fix="Its labels must be languages")
    if role == "gender":
        labels = tuple("female" if x.lower() in _FEMALE else "male" if x.lower() in _MALE else x for x in labels)
        if not {"female", "male"} <= set(labels):
            raise UsageError(
                f"{point.name} tells no gender: its labels are {_few(labels)}", fix="Its labels must be female and male"
            )
    several = problem == "multi_label_classification" or (problem is None and set(_MANY_SOUNDS) <= set(labels))
    window, hop = (_VOICE_WINDOW, _VOICE_HOP) if role == "gender" else (_WINDOW, None)
    if point.family == "audio-spectrogram-transformer":
        window = point.number("max_length", 1024) * 0.01
    elif point.family == "whisper":
        window = point.number("chunk_length", 30)
    fixed = point.family in ("audio-spectrogram-transformer", "whisper")
    net = load.net("AutoModelForAudioClassification")
    card = replace(
        load.card(role, Question("clip", "set" if several else "class")), labels=labels, window=window,
        hop=min(hop or window, window), batch="exact" if fixed or load.masked else "one",
    )  # fmt: skip
    clips = Clips(card, net, load.together)
    return Tongues(clips, codes) if role == "language" and codes is not None else clips


def _frames(load: _Loader) -> Frames:
    """A classifier of frames."""
    hop, window = load.grid()
    if hop is None:
        raise ModelRefused("it is not told where its frames lie", where=load.point.name)
    card = replace(load.card("tagger", Question("frame", "set")), labels=load.point.labels, hop=hop, window=window)
    return Frames(card, load.net("AutoModelForAudioFrameClassification"))


def _voices(load: _Loader) -> Voices:
    """An x-vector head, or the mean of the hidden states of any net over samples."""
    point = load.point
    head = point.architecture.endswith("ForXVector")
    net = load.net("AutoModelForAudioXVector" if head else "AutoModel")
    same = _SAME.get(point.architecture, _SAME_HEAD) if head else _SAME_MEAN
    hashes = {name: sha256_of(point.folder / name) for name in point.weights}  # what voice books remember a model by
    card = replace(load.card("speaker_embedding", None), operating_points={"same_speaker": same}, files=hashes)
    return Voices(card, net, "embeddings" if head else "last_hidden_state")


@final
class _Loader:
    """Loads the parts of one checkpoint; whatever goes wrong in the libraries becomes aural's own error."""

    def __init__(
        self, libraries: tuple[Any, Any], point: Checkpoint, device: str, runtime: Runtime, name: str, progress: Progress
    ) -> None:
        torch, transformers = self._libraries = libraries
        self.torch, self.point, self.together = torch, point, runtime.rows(device)
        self.name, self.progress, self._runtime = name, progress, runtime
        self._transformers, self._device = transformers, device
        if runtime.threads > 0:
            torch.set_num_threads(runtime.threads)
        front = point.front
        # Nets with a layer norm in their first layers were trained with a mask; the others hear padding.
        self.masked = bool(front.get("return_attention_mask")) and point.config.get("feat_extract_norm") == "layer"

    def card(self, role: str, question: Question | None) -> Card:
        """The card from the checkpoint's own settings."""
        point = self.point
        rate = int(point.number("sampling_rate", _RATE))
        if role in ("recognizer", "speaker_embedding") and rate != _RATE:
            raise ModelRefused(f"it hears sound at {rate} Hz; voices are heard at {_RATE} Hz here", where=point.name)
        source = f"{point.name} ({point.architecture or point.family}), through transformers {self._transformers.__version__}"
        return Card(point.name, role, "hub", point.licences, source, question=question, sample_rate=rate)

    def grid(self) -> tuple[float | None, float | None]:
        """Hop and window (s) of a net over samples, from its first layers; None for others."""
        steps, widths = self.point.config.get("conv_stride"), self.point.config.get("conv_kernel")
        if (
            not isinstance(steps, list)
            or not isinstance(widths, list)
            or len(steps) != len(widths)
            or self.point.config.get("add_adapter")
        ):
            return None, None
        step, window = 1, 1
        for width, stride in zip(widths, steps, strict=True):
            window += (int(width) - 1) * step
            step *= int(stride)
        rate = self.point.number("sampling_rate", _RATE)
        return step / rate, window / rate

    def beside(self, point: Checkpoint) -> _Loader:
        """The loader of another checkpoint, for the same device."""
        return _Loader(self._libraries, point, self._device, self._runtime, point.name, self.progress)

    def speaking(self) -> frozenset[str]:
        """The classes that the installed transformers knows to speak."""
        from transformers.models.auto import modeling_auto as known

        tables = [getattr(known, f"MODEL_FOR_TEXT_TO_{what}_MAPPING_NAMES", {}) for what in ("WAVEFORM", "SPECTROGRAM")]
        return frozenset(str(name) for table in tables for name in table.values())

    def tokenizer(self) -> Any:
        """The vocabulary. Raises: ModelRefused."""
        with translated(self.point.name, "its vocabulary cannot be read"):
            return self._transformers.AutoTokenizer.from_pretrained(self.point.folder, **_SAFE)

    def vocabulary(self, blank_name: str) -> Vocabulary:
        """The vocabulary of a net with a blank. Raises: ModelMissing, ModelRefused."""
        folders.check_vocabulary(self.point)
        tokenizer = self.tokenizer()
        blank = self.point.config.get(blank_name)
        if not isinstance(blank, int):
            blank = tokenizer.pad_token_id
        if blank is None:
            raise ModelRefused(f"it is not told which output is the blank ({blank_name})", where=self.point.name)
        classes = int(self.point.config.get("vocab_size", len(tokenizer)))
        pieces = tuple(str(piece) for piece in tokenizer.convert_ids_to_tokens(list(range(min(classes, len(tokenizer))))))
        space = getattr(tokenizer, "word_delimiter_token", None)
        # The mark between words counts as special in some versions; it is what words are cut at.
        silent = frozenset({i for i in tokenizer.all_special_ids if i >= len(pieces) or pieces[i] != space} | {blank})

        def spell(ids: Sequence[int]) -> str:
            kept = [i for i in ids if i not in silent and i < len(pieces)]
            return str(tokenizer.decode(kept, skip_special_tokens=True, group_tokens=False)) if kept else ""

        return Vocabulary(pieces, silent, blank, space, spell)

    def model(self, kind: str) -> Any:
        """The net with all its weights, in float32. Raises: ModelRefused when the checkpoint lacks some."""
        maker = getattr(self._transformers, kind, None)
        if maker is None:
            what = f"the installed transformers {self._transformers.__version__} has no {kind}"
            raise ModelRefused(what, where=self.point.name, fix="A newer one may: pip install -U transformers")
        with translated(self.point.name, "it cannot be loaded"):
            model, told = maker.from_pretrained(self.point.folder, use_safetensors=True, output_loading_info=True, **_SAFE)
        lacking = [key for key in sorted(told["missing_keys"]) if not _IDLE.search(key)]
        if lacking or told.get("mismatched_keys"):
            what = f"the checkpoint has no weights for {_few(lacking or [str(k) for k in told['mismatched_keys']])}"
            raise ModelRefused(what, where=self.point.name, fix="It was trained for something else, or it is damaged")
        return model.float().eval().to(self._device)

    def net(self, kind: str) -> _TorchNet:
        """The net with its front end. Raises: ModelRefused."""
        with translated(self.point.name, "its front end cannot be made"):
            front = self._transformers.AutoFeatureExtractor.from_pretrained(self.point.folder, **_SAFE)
        padded = {"padding": True} if type(front).__name__ == "Wav2Vec2FeatureExtractor" else {}
        return _TorchNet(self.torch, self.model(kind), front, padded, self.point.name)


_SAFE = {"local_files_only": True, "trust_remote_code": False}


@final
class _TorchNet(Net):
    """A net of torch with its front end of transformers."""

    def __init__(self, torch: Any, model: Any, front: Any, padded: Mapping[str, Any], name: str) -> None:
        self._torch, self._model, self._front, self._padded, self._name = torch, model, front, padded, name

    def close(self) -> None:
        del self._model, self._front

    def run(self, rows: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        with translated(self._name, "it could not hear this recording"), self._torch.inference_mode(), no_warnings():
            told = self._model(**self._heard(rows), return_dict=True)
            return {name: value.float().cpu().numpy() for name, value in told.items() if self._torch.is_tensor(value)}

    def write(self, row: np.ndarray, most: int, beam: int) -> tuple[list[int], list[float]]:
        with translated(self._name, "it could not hear this recording"), self._torch.inference_mode(), no_warnings():
            told = self._model.generate(
                **self._heard([row]), max_new_tokens=most, num_beams=beam, do_sample=False, output_scores=True,
                return_dict_in_generate=True,
            )  # fmt: skip
            beams = getattr(told, "beam_indices", None)
            chances = self._model.compute_transition_scores(told.sequences, told.scores, beams, normalize_logits=beams is None)
            ids = told.sequences[0, -chances.shape[1] :].tolist()
            return ids, chances[0, : len(ids)].float().cpu().clamp(min=-1e4).tolist()

    def walk(self, row: np.ndarray) -> tuple[list[int], list[int]]:
        with translated(self._name, "it could not hear this recording"), self._torch.inference_mode(), no_warnings():
            told = self._model.generate(**self._heard([row]), do_sample=False, return_dict_in_generate=True)
            return told.sequences[0].tolist(), told.durations[0].tolist()

    def _heard(self, rows: Sequence[np.ndarray]) -> dict[str, Any]:
        told = self._front(list(rows), sampling_rate=self._front.sampling_rate, return_tensors="pt", **self._padded)
        return {name: value.to(self._model.device) for name, value in told.items()}


def _libraries(name: str) -> tuple[Any, Any]:
    """torch and transformers. Raises: ExtraMissing."""
    try:
        with no_warnings():
            import transformers
        with no_warnings():  # behind it: who lacks the first one need not wait for the second
            import torch
    except ImportError as error:
        missing = error.name or "torch or transformers"
        what = f"a model of a hub needs {missing}, which is not installed"
        if folder_of(name) is None:
            raise ExtraMissing(f"there is no folder {name}, and {what}", fix=f"Check the path, or {_INSTALL}") from error
        raise ExtraMissing(what, where=name, fix=f"Install the extra: {_INSTALL}") from error
    return torch, transformers


def _device(torch: Any, runtime: Runtime) -> str:
    """Where the net runs. Raises: UsageError when that is asked for and not there."""
    if runtime.device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if runtime.device not in ("cpu", "cuda"):
        raise UsageError(
            f"a model of a hub does not run on {runtime.device!r}", where="--device", fix="Use --device cpu, cuda or auto"
        )
    if runtime.device == "cuda" and not torch.cuda.is_available():
        fix = "Use --device cpu, or install a build of torch for this graphics card (pytorch.org tells which)"
        raise UsageError("the installed torch has no CUDA device", where="--device", fix=fix)
    return runtime.device


def _known(transformers: Any, point: Checkpoint) -> None:
    """Raises: ModelRefused when the installed transformers does not know the architecture."""
    if point.family not in transformers.CONFIG_MAPPING:
        what = f"the installed transformers {transformers.__version__} knows no architecture {point.family or 'without a name'!r}"
        raise ModelRefused(what, where=point.name, fix="A newer one may: pip install -U transformers")


def _ids(point: Checkpoint, name: str) -> tuple[int, ...]:
    """A list of ids out of the settings for writing, else out of the settings of the net."""
    told = point.generation.get(name) or point.config.get(name) or ()
    return tuple(i for i in told if isinstance(i, int) and i >= 0)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


@contextlib.contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """No warnings, log lines and bars of the libraries: what matters is raised."""
    import huggingface_hub as hub

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    hub.utils.disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    with no_warnings():
        yield
