"""Checkpoints of the transformers library: read as they should be, refused where they could run code, never fetched twice."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, final

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import hub_checkpoints as make  # noqa: E402

from aural.cli.main import main  # noqa: E402
from aural.errors import ExtraMissing, ModelMissing, ModelRefused, UsageError  # noqa: E402
from aural.models import hub_cache, store  # noqa: E402
from aural.models.face import Decoding, Embedder, LanguageGuesser, Recognizer, Scorer  # noqa: E402
from aural.models.hub_languages import code_of, codes_of  # noqa: E402
from aural.models.runtime import Runtime  # noqa: E402
from aural.sound.sound import Sound, load  # noqa: E402

# What torch and transformers say while the test itself makes checkpoints with them; aural's own calls keep them quiet,
# which `test_nothing_is_said` holds.
pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning"), pytest.mark.filterwarnings("ignore::FutureWarning"),
              pytest.mark.filterwarnings("ignore::UserWarning")]  # fmt: skip

ROOT = Path(__file__).parents[2]
RATE = make.RATE


@pytest.fixture(scope="module", autouse=True)
def quiet() -> None:
    transformers.utils.logging.disable_progress_bar()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever lies here is opened without a socket; the test of fetching runs in processes of its own."""

    def refuse(self: socket.socket, *_: object) -> None:
        raise AssertionError("a checkpoint that lies here asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Any]]:
    """Each checkpoint once: its folder, and the net that was saved there."""
    makers = {
        "whisper": make.whisper, "ctc": make.ctc, "moonshine": make.moonshine, "classes": make.classes, "frames": make.frames,
        "ast": make.ast, "xvector": make.xvector, "bare": make.bare,
        "english": lambda f: make.whisper(f, many=False, bands=128),
        "hubert": lambda f: make.ctc(f, "hubert", masked=False),
        "unmasked": lambda f: make.classes(f, masked=False),
        "tongues": lambda f: make.classes(f, ("eng", "deu", "English", "cmn")),
        "voices": lambda f: make.classes(f, ("F", "M")),
    }  # fmt: skip
    if hasattr(transformers, "ParakeetTokenizer"):  # before version 5 its front end wanted librosa
        makers["parakeet"] = make.parakeet
    for head in ("TDT", "RNNT"):
        if hasattr(transformers, f"ParakeetFor{head}"):
            makers[head] = lambda f, head=head: make.parakeet(f, head)
    return make.each(tmp_path_factory.mktemp("hub"), makers)


def rows() -> tuple[np.ndarray, np.ndarray]:
    """Two rows of unequal length, the shorter one padded with what must not be heard."""
    long, short = make.noise(3.0), make.noise(1.7, 1)
    samples = np.full((2, len(long)), 0.5, np.float32)
    samples[0], samples[1, : len(short)] = long, short
    return samples, np.array([len(long), len(short)])


def opened(shelf: dict[str, tuple[Path, Any]], name: str, role: str) -> Any:
    return store.open_model(str(shelf[name][0]), role)


def greedy(net: Any, folder: Path, row: np.ndarray) -> np.ndarray:
    """The best token of each frame as the library itself tells it."""
    front = transformers.AutoFeatureExtractor.from_pretrained(folder)
    with torch.no_grad():
        return np.asarray(net(**front([row], sampling_rate=RATE, return_tensors="pt")).logits[0].argmax(-1))


# Recognizers


def test_whisper_graphs_give_what_the_library_gives(shelf: dict[str, tuple[Path, Any]]) -> None:
    """Encoder and decoder, read in one go and token by token, against the library's own pass over the same ids."""
    from aural.models.hub_whisper import Decoder, Encoder

    net = shelf["whisper"][1]
    mel = np.random.default_rng(0).standard_normal((1, 80, 3000)).astype(np.float32)
    ids = [[260, 261, 3, 5, 8]]
    with torch.no_grad():
        wanted = net.model(input_features=torch.from_numpy(mel), decoder_input_ids=torch.tensor(ids)).last_hidden_state
        wanted = net.proj_out(wanted)[0].numpy()
    encoder, decoder = Encoder(torch, net), Decoder(torch, net, [(0, 1), (1, 2)])
    cross = dict(zip(encoder.outputs, encoder.run({"mel": mel}), strict=True))
    past: dict[str, Any] = {n: np.zeros((1, 4, 0, 8), np.float32) for n in decoder.inputs if n.startswith("past")}
    mask = np.triu(np.full((5, 5), -1e9, np.float32), 1)
    feeds = {"tokens": np.array(ids), "positions": np.arange(5), "mask": mask, **past, **cross}
    logits, attention = decoder.run(feeds, ("logits", "attention"))
    np.testing.assert_allclose(logits[0], wanted, atol=2e-4)
    assert attention.shape == (1, 2, 5, 1500)
    np.testing.assert_allclose(attention.sum(-1), 1.0, atol=1e-4)
    for at, token in enumerate(ids[0]):
        feeds = {"tokens": np.array([[token]]), "positions": np.array([at]), "mask": np.zeros((1, at + 1), np.float32)}
        logits, *grown = decoder.run(feeds | past | cross, ("logits", *(n.replace("past", "present") for n in past)))
        past = dict(zip(past, grown, strict=True))
        np.testing.assert_allclose(logits[0, 0], wanted[at], atol=2e-4)


def test_whisper_writes_words_with_times_and_a_language(shelf: dict[str, tuple[Path, Any]]) -> None:
    model = opened(shelf, "whisper", "recognizer")
    assert isinstance(model, Recognizer)
    assert model.card.languages == ("en", "de", "fr") and model.card.name == "whisper"
    samples, lengths = rows()
    told = model.recognize(samples, lengths, Decoding())
    assert len(told) == 2
    for one, length in zip(told, lengths, strict=True):
        assert one.language in model.card.languages
        assert {"avg_logprob", "no_speech_prob", "language_probability"} <= set(one.scores)
        assert all(0 <= w.start < w.end <= length / RATE + 0.01 for w in one.words or ())
    assert any(one.words for one in told)
    assert model.recognize(samples, lengths, Decoding(language="fr"))[0].language == "fr"
    model.recognize(samples[:1], lengths[:1], Decoding(beam=3, hotwords=("the",), task="translate"))
    with pytest.raises(UsageError, match="does not know the language"):
        model.recognize(samples, lengths, Decoding(language="xx"))


def test_whisper_tells_languages(shelf: dict[str, tuple[Path, Any]]) -> None:
    model = opened(shelf, "whisper", "language")
    assert isinstance(model, LanguageGuesser)
    for told in model.languages(*rows()):
        assert set(told) == {"en", "de", "fr"} and sum(told.values()) == pytest.approx(1.0)


def test_an_english_whisper_of_128_bands(shelf: dict[str, tuple[Path, Any]]) -> None:
    model = opened(shelf, "english", "recognizer")
    assert model.card.languages == ("en",)
    assert model.recognize(*rows(), Decoding())[0].language == "en"
    with pytest.raises(UsageError, match="translate"):
        model.recognize(*rows(), Decoding(task="translate"))


@pytest.mark.parametrize("name", ["ctc", "hubert"])
def test_ctc_reads_what_the_library_reads(shelf: dict[str, tuple[Path, Any]], name: str) -> None:
    folder, net = shelf[name]
    model = opened(shelf, name, "recognizer")
    samples, lengths = rows()
    told = model.recognize(samples, lengths, Decoding())
    for row, length, one in zip(samples, lengths, told, strict=True):
        best = greedy(net, folder, row[:length])
        kept = [int(t) for t, before in zip(best, [-1, *best[:-1]], strict=True) if t != before and t != 0]
        # Ids 1 to 3 are marks that write nothing; "|" stands between words.
        wanted = "".join(make.LETTERS[t] for t in kept if t > 3).replace("|", " ").split()
        assert one.text.split() == wanted and wanted
        assert [w.text for w in one.words or ()] == wanted


def test_ctc_words_stand_at_the_frames_that_spell_them(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder, net = shelf["ctc"]
    row = make.noise(2.0)
    (told,) = opened(shelf, "ctc", "recognizer").recognize(row[None], np.array([len(row)]), Decoding())
    best, hop = greedy(net, folder, row), 0.02
    assert told.words is not None and len(told.words) > 2
    for word in told.words:
        inside = best[round(word.start / hop) : round(word.end / hop)]
        assert make.LETTERS[inside[0]] == word.text[0] and make.LETTERS[inside[-1]] == word.text[-1]
        assert 0 < (word.confidence or 0) <= 1
    starts = [w.start for w in told.words]
    assert starts == sorted(starts) and told.words[-1].end <= 2.0


def test_a_batch_reads_like_its_rows_where_the_card_says_so(shelf: dict[str, tuple[Path, Any]]) -> None:
    samples, lengths = rows()
    for name, batch in (("ctc", "exact"), ("hubert", "one")):
        model = opened(shelf, name, "recognizer")
        assert model.card.batch == batch
        both = model.recognize(samples, lengths, Decoding())
        alone = [model.recognize(samples[i : i + 1, :n], lengths[i : i + 1], Decoding())[0] for i, n in enumerate(lengths)]
        assert [b.text for b in both] == [a.text for a in alone]
        np.testing.assert_allclose(both[1].logprobs, alone[1].logprobs, atol=1e-4)


def test_moonshine_writes_without_times(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder, net = shelf["moonshine"]
    model = opened(shelf, "moonshine", "recognizer")
    row = make.noise(2.0)
    (told,) = model.recognize(row[None], np.array([len(row)]), Decoding())
    front = transformers.AutoFeatureExtractor.from_pretrained(folder)
    heard = front([row], sampling_rate=RATE, return_tensors="pt")
    with torch.no_grad():
        wanted = net.generate(**heard, max_new_tokens=28, do_sample=False)[0, 1:].tolist()
    assert list(told.tokens) == wanted[: len(told.tokens)] and (len(told.tokens) == len(wanted) or told.scores["looped"] == 1.0)
    assert told.words is None and told.scores["avg_logprob"] < 0
    assert all(v <= 0 for v in told.logprobs)
    for asked in (Decoding(task="translate"), Decoding(hotwords=("the",))):
        with pytest.raises(UsageError):
            model.recognize(row[None], np.array([len(row)]), asked)


def test_parakeet_reads_word_pieces(shelf: dict[str, tuple[Path, Any]]) -> None:
    if "parakeet" not in shelf:
        pytest.skip("this transformers has no Parakeet")
    folder, net = shelf["parakeet"]
    row = make.noise(3.0)
    (told,) = opened(shelf, "parakeet", "recognizer").recognize(row[None], np.array([len(row)]), Decoding())
    best = greedy(net, folder, row)
    assert len(told.tokens) == sum(t != before and t != 7 for t, before in zip(best, [-1, *best[:-1]], strict=True))
    assert told.text and "▁" not in told.text
    assert " ".join(w.text for w in told.words or ()) == told.text
    assert all(0 <= w.start < w.end <= 3.0 for w in told.words or ())


@pytest.mark.parametrize("name", ["TDT", "RNNT"])
def test_transducers_go_from_frame_to_frame(shelf: dict[str, tuple[Path, Any]], name: str) -> None:
    if name not in shelf:
        pytest.skip("this transformers has no such transducer")
    folder, net = shelf[name]
    row = make.noise(3.0)
    model = opened(shelf, name, "recognizer")
    (told,) = model.recognize(row[None], np.array([len(row)]), Decoding())
    front = transformers.AutoFeatureExtractor.from_pretrained(folder)
    with torch.no_grad():
        wanted = net.generate(**front([row], sampling_rate=RATE, return_tensors="pt"), return_dict_in_generate=True)
    ids, steps = wanted.sequences[0].tolist(), wanted.durations[0].tolist()
    assert list(told.tokens) == [t for t in ids if t not in (0, 7, 8)] and told.tokens
    assert model.card.hop == pytest.approx(0.08)
    assert told.words and " ".join(w.text for w in told.words) == told.text
    first = next(i for i, t in enumerate(ids) if t not in (0, 7, 8, 5))
    assert told.words[0].start == pytest.approx(min(sum(steps[:first]) * 0.08, 2.999))
    assert all(0 <= w.start < w.end <= 3.0 for w in told.words)


# Scorers


def test_classes_of_clips(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder, net = shelf["classes"]
    model = opened(shelf, "classes", "tagger")
    assert isinstance(model, Scorer) and model.card.labels == make.KINDS and model.card.batch == "exact"
    samples, lengths = rows()
    scores = model.score(samples, lengths)
    front = transformers.AutoFeatureExtractor.from_pretrained(folder)
    for row, length, got in zip(samples, lengths, scores, strict=True):
        with torch.no_grad():
            logits = net(**front([row[:length]], sampling_rate=RATE, return_tensors="pt")).logits[0]
        # Speech and Music among the labels: kinds of sound, each answered on its own.
        np.testing.assert_allclose(got, torch.sigmoid(logits).numpy(), atol=1e-4)
    assert opened(shelf, "unmasked", "tagger").card.batch == "one"


def test_one_class_of_all_adds_up_to_one(tmp_path: Path) -> None:
    make.classes(tmp_path, ("happy", "sad", "angry"))
    model = store.open_model(str(tmp_path), "tagger")
    assert isinstance(model, Scorer) and model.card.question is not None and model.card.question.answer == "class"
    np.testing.assert_allclose(model.score(*rows()).sum(-1), 1.0, atol=1e-5)
    assert model.score(np.zeros((1, 3), np.float32), np.array([3])).shape == (1, 3), "three samples are a clip too"


def test_ast_hears_windows_of_its_own_length(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder, net = shelf["ast"]
    model = opened(shelf, "ast", "tagger")
    assert model.card.window == model.card.hop == pytest.approx(1.28)
    row = make.noise(1.28)
    front = transformers.AutoFeatureExtractor.from_pretrained(folder)
    with torch.no_grad():
        wanted = torch.sigmoid(net(**front([row], sampling_rate=RATE, return_tensors="pt")).logits[0]).numpy()
    np.testing.assert_allclose(model.score(row[None], np.array([len(row)]))[0], wanted, atol=1e-5)


def test_frames_stand_at_their_hop(shelf: dict[str, tuple[Path, Any]]) -> None:
    model = opened(shelf, "frames", "tagger")
    assert model.card.question is not None and model.card.question.over == "frame"
    samples, lengths = rows()
    scores = model.score(samples, lengths)
    assert model.card.hop == pytest.approx(0.02) and scores.shape[2] == 2
    for row, length in zip(scores, lengths, strict=True):
        count = 1 + (length - round(model.card.window * RATE)) // 320
        assert np.all(row[:count] > 0) and np.all(row[count:] == 0)


def test_languages_and_voices_from_labels(shelf: dict[str, tuple[Path, Any]]) -> None:
    guesser = opened(shelf, "tongues", "language")
    assert guesser.card.languages == ("en", "de", "zh")
    for told in guesser.languages(*rows()):
        assert sum(told.values()) == pytest.approx(1.0), "two labels of English are one language"
    assert opened(shelf, "voices", "gender").card.labels == ("female", "male")
    with pytest.raises(UsageError, match=r"no gender.*Speech, Music"):
        opened(shelf, "classes", "gender")
    with pytest.raises(UsageError, match="no languages"):
        opened(shelf, "classes", "language")


@pytest.mark.parametrize(
    ("label", "code"),
    [("eng", "en"), ("English", "en"), ("en_us", "en"), ("zh-CN", "zh"), ("de: German", "de"), ("Chinese_China", "zh"),
     ("Haitian Creole", "ht"), ("cmn", "zh"), ("dog", None)],
)  # fmt: skip
def test_names_of_languages(label: str, code: str | None) -> None:
    assert code_of(label) == code


def test_words_are_no_languages() -> None:
    assert codes_of(("yes", "no", "up", "down")) is None
    assert codes_of(()) is None


# Embedders


def test_x_vectors_are_the_heads(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder, net = shelf["xvector"]
    model = opened(shelf, "xvector", "speaker_embedding")
    assert isinstance(model, Embedder) and model.card.files
    row = make.noise(2.0)
    front = transformers.AutoFeatureExtractor.from_pretrained(folder)
    with torch.no_grad():
        wanted = net(**front([row], sampling_rate=RATE, return_tensors="pt")).embeddings[0].numpy()
    (got,) = model.embed(row[None], np.array([len(row)]))
    np.testing.assert_allclose(got, wanted / np.linalg.norm(wanted), atol=1e-4)


def test_what_is_not_voiced_counts_little(shelf: dict[str, tuple[Path, Any]]) -> None:
    voice, other = make.noise(2.0), 0.3 * make.noise(2.0, 9)
    for name in ("xvector", "bare"):
        model = opened(shelf, name, "speaker_embedding")
        both = np.concatenate([voice, other])[None]
        (alone,) = model.embed(voice[None], np.array([len(voice)]))
        (told,) = model.embed(both, np.array([both.shape[1]]), [np.array([1.0, 0.0])])
        (untold,) = model.embed(both, np.array([both.shape[1]]))
        assert alone @ told > alone @ untold
        for vector in (alone, told, untold):
            assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_long_short_and_empty_rows_have_vectors_or_an_error(shelf: dict[str, tuple[Path, Any]]) -> None:
    for name in ("xvector", "bare"):
        model = opened(shelf, name, "speaker_embedding")
        long = make.noise(35.0)
        assert np.isfinite(model.embed(long[None], np.array([len(long)]))).all()
        assert np.isfinite(model.embed(long[None, :5], np.array([5]))).all()
        with pytest.raises(UsageError):
            model.embed(long[None], np.array([0]))


# Refusals


def copied(shelf: dict[str, tuple[Path, Any]], name: str, to: Path) -> Path:
    for path in shelf[name][0].iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def edited(folder: Path, name: str, **told: Any) -> None:
    plain = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps(plain | told))


def test_pickles_only_are_refused(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    folder = copied(shelf, "classes", tmp_path)
    torch.save(shelf["classes"][1].state_dict(), folder / "pytorch_model.bin")
    store.open_model(str(folder), "tagger").close()  # beside safetensors it is not looked at
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelRefused, match=r"pytorch_model\.bin.*pickle.*safetensors"):
        store.open_model(str(folder), "tagger")
    assert not store.is_here(str(folder))
    (folder / "model.safetensors").write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(ModelRefused, match="no safetensors file"):
        store.open_model(str(folder), "tagger")


@pytest.mark.parametrize("file", ["config.json", "preprocessor_config.json", "tokenizer_config.json"])
def test_code_of_others_is_refused(shelf: dict[str, tuple[Path, Any]], tmp_path: Path, file: str) -> None:
    folder = copied(shelf, "ctc", tmp_path)
    edited(folder, file, auto_map={"AutoModelForCTC": "mine.Net"})
    (folder / "mine.py").write_text("raise SystemExit('this ran')")
    with pytest.raises(ModelRefused, match=rf"{file} asks for code"):
        store.open_model(str(folder), "recognizer")


def test_a_file_that_runs_code_is_not_run(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    folder = copied(shelf, "classes", tmp_path)
    (folder / "configuration_wav2vec2.py").write_text("raise SystemExit('this ran')")
    store.open_model(str(folder), "tagger").close()


def test_unknown_architectures_are_refused(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    folder = copied(shelf, "classes", tmp_path)
    edited(folder, "config.json", model_type="voice_of_tomorrow", architectures=["VoiceOfTomorrowForCTC"])
    with pytest.raises(ModelRefused, match=r"knows no architecture 'voice_of_tomorrow'.*pip install -U transformers"):
        store.open_model(str(folder), "recognizer")


def test_a_checkpoint_of_another_role_says_what_it_is_for(shelf: dict[str, tuple[Path, Any]]) -> None:
    with pytest.raises(UsageError, match=r"ASTForAudioClassification.*cannot serve as a recognizer.*tagger"):
        opened(shelf, "ast", "recognizer")
    with pytest.raises(UsageError, match=r"cannot serve as a vad.*recognizer, language"):
        opened(shelf, "whisper", "vad")


def test_a_head_that_was_never_trained_is_refused(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    """A checkpoint without the head would get a random one, and write nonsense."""
    folder = copied(shelf, "ctc", tmp_path)
    shelf["ctc"][1].wav2vec2.save_pretrained(folder)
    edited(folder, "config.json", architectures=["Wav2Vec2ForCTC"])
    with pytest.raises(ModelRefused, match=r"no weights for lm_head"):
        store.open_model(str(folder), "recognizer")


@pytest.mark.parametrize(
    ("file", "error", "said"),
    [("preprocessor_config.json", ModelMissing, "how sound goes into"), ("vocab.json", ModelMissing, "vocabulary is missing"),
     ("model.safetensors", ModelMissing, "no weights")],
)  # fmt: skip
def test_missing_files_are_named(
    shelf: dict[str, tuple[Path, Any]], tmp_path: Path, file: str, error: type[Exception], said: str
) -> None:
    folder = copied(shelf, "ctc", tmp_path)
    (folder / file).unlink()
    with pytest.raises(error, match=said):
        store.open_model(str(folder), "recognizer")


@pytest.mark.parametrize(
    "file", ["config.json", "preprocessor_config.json", "model.safetensors", "vocab.json", "tokenizer_config.json"]
)
@pytest.mark.parametrize("damage", ["cut", "garbage", "list"])
def test_damaged_files_end_in_aurals_own_errors(shelf: dict[str, tuple[Path, Any]], tmp_path: Path, file: str, damage: str) -> None:
    folder = copied(shelf, "ctc", tmp_path)
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes({"cut": whole[: len(whole) // 2], "garbage": b"\xff\x00" * 50, "list": b"[1, 2]"}[damage])
    with pytest.raises((ModelRefused, ModelMissing)):
        store.open_model(str(folder), "recognizer")


def test_parts_of_weights_that_lead_out_of_the_folder(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    folder = copied(shelf, "ctc", tmp_path)
    (folder / "model.safetensors").unlink()
    for name in ("../model.safetensors", "pytorch_model.bin", "/etc/passwd"):
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
        with pytest.raises(ModelRefused):
            store.open_model(str(folder), "recognizer")


def test_weights_in_parts_are_one_model(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    folder = copied(shelf, "classes", tmp_path)
    (folder / "model.safetensors").unlink()
    shelf["classes"][1].save_pretrained(folder, max_shard_size="20KB")
    assert (folder / "model.safetensors.index.json").is_file()
    samples, lengths = rows()
    first, second = opened(shelf, "classes", "tagger"), store.open_model(str(folder), "tagger")
    assert isinstance(second, Scorer)
    np.testing.assert_allclose(first.score(samples, lengths), second.score(samples, lengths), atol=1e-6)
    next(folder.glob("model-00002*")).unlink()
    with pytest.raises(ModelMissing, match="model-00002"):
        store.open_model(str(folder), "tagger")


def test_devices(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder = str(shelf["classes"][0])
    with pytest.raises(UsageError, match="cpu, cuda or auto"):
        store.open_model(folder, "tagger", Runtime("directml"))
    if not torch.cuda.is_available():
        with pytest.raises(UsageError, match="no CUDA device"):
            store.open_model(folder, "tagger", Runtime("cuda"))
    before = torch.get_num_threads()
    try:
        store.open_model(folder, "tagger", Runtime("cpu", threads=1)).close()
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_missing_packages_name_the_extra(shelf: dict[str, tuple[Path, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'aural\[hub\]'"):
        opened(shelf, "classes", "tagger")
    assert not store.is_here(str(shelf["classes"][0]))


# Cards


def test_the_head_of_a_readme_is_the_license(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    folder = copied(shelf, "ctc", tmp_path)
    for head, weights, commercial, languages in (
        ("license: apache-2.0\nlanguage: en", "apache-2.0", True, ("en",)),
        ("language:\n- de\n- fr-FR\nlicense: cc-by-nc-4.0", "cc-by-nc-4.0", False, ("de", "fr")),
        ("license: other\nlanguage: [multilingual]", "other", None, ()),
        ("tags:\n- audio", "unknown", None, ()),
    ):
        (folder / "README.md").write_text(f"---\n{head}\n---\nlicense: mit")
        card = store.open_model(str(folder), "recognizer").card
        assert (card.licences.weights, card.licences.commercial, card.languages) == (weights, commercial, languages)
        assert card.licences.data == "unknown"
    assert card.source == f"{folder.name} (Wav2Vec2ForCTC), through transformers {transformers.__version__}"
    assert str(tmp_path.parent) not in repr(card), "no path of this machine in results"


def test_names_of_revisions() -> None:
    assert hub_cache.split("org/name@refs/pr/1") == ("org/name", "refs/pr/1")
    assert hub_cache.split("org/name") == ("org/name", None)
    assert store.is_hub_name("org/name@v1.0") and store.is_hub_name("org/name@refs/pr/1") and not store.is_hub_name("name@v1")


# The command line


@pytest.fixture()
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    Sound(make.noise(3.0)[None], RATE).save(path)
    return path


def test_nothing_is_said(shelf: dict[str, tuple[Path, Any]], clip: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    for name, role in (("whisper", "recognizer"), ("ctc", "recognizer"), ("moonshine", "recognizer"), ("ast", "tagger")):
        model = opened(shelf, name, role)
        model.recognize(*rows(), Decoding()) if role == "recognizer" else model.score(*rows())
    assert capfd.readouterr() == ("", "")


def test_tag_and_detect_from_the_command_line(
    shelf: dict[str, tuple[Path, Any]], clip: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["tag", str(clip), "-m", str(shelf["ast"][0]), "--top", "3"]) == 0
    out, err = capfd.readouterr()
    assert len(out.splitlines()) == 3 and {line.split("  ")[1] for line in out.splitlines()} <= set(make.KINDS) and err == ""
    for name in ("classes", "frames"):
        assert main(["detect", str(clip), "-m", str(shelf[name][0]), "-f", "json", "-o", "-"]) == 0
        plain = json.loads(capfd.readouterr().out)
        assert plain["made_by"]["tagger"] == name
        assert all(0 <= e["start"] < e["end"] <= 3.0 for e in plain["events"])


def test_refusals_from_the_command_line(
    shelf: dict[str, tuple[Path, Any]], tmp_path: Path, clip: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").mkdir()
    folder = copied(shelf, "ast", tmp_path / "x")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert main(["tag", str(clip), "-m", str(folder)]) == 4
    err = capfd.readouterr().err
    assert len(err.splitlines()) == 1 and "pickle" in err and "Traceback" not in err


def speech(data: Path) -> list[Path]:
    found = sorted(p for p in (data / "librispeech_mini").rglob("*") if p.suffix in (".flac", ".wav", ".ogg", ".opus", ".mp3"))
    if len(found) < 2:
        pytest.skip("there is no recording of speech here")
    return found


@pytest.mark.weights
@pytest.mark.parametrize("name", ["whisper", "ctc", "moonshine"])
def test_transcribe_from_the_command_line(
    shelf: dict[str, tuple[Path, Any]], data: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["transcribe", str(speech(data)[0]), "-m", str(shelf[name][0]), "--clip", "0-4", "-f", "json", "-o", "-"]
    assert main(command) == 0
    plain = json.loads(capfd.readouterr().out)
    assert plain["made_by"]["recognizer"] == name
    words = [w for s in plain["segments"] for w in s["words"]]
    assert all(w["start"] < w["end"] <= 4.01 for w in words)
    if name == "ctc":
        assert words and {w["timed"] for w in words} <= {"measured", "guessed"}


@pytest.mark.weights
def test_a_real_whisper_reads_the_same_either_way(data: Path, tmp_path: Path) -> None:
    """The borrowed whisper-base, and its arrays as a checkpoint of the library: the same words at the same times."""
    if not store.is_here("whisper-base"):
        pytest.skip("whisper-base was not fetched")
    make.whisper_of(tmp_path, store.where("whisper-base"))
    sound = load(speech(data)[0]).mono().resample(RATE).cut(0.0, 8.0)
    told = [
        store.open_model(name, "recognizer", Runtime("cpu", 1)).recognize(
            sound.samples, np.array([sound.samples.shape[1]]), Decoding()
        )[0]
        for name in ("whisper-base", str(tmp_path))
    ]
    assert told[0].text == told[1].text and len(told[0].text.split()) > 5
    assert told[0].language == told[1].language == "en"
    for one, other in zip(told[0].words or (), told[1].words or (), strict=True):
        assert one.text == other.text and (one.start, one.end) == pytest.approx((other.start, other.end), abs=0.021)
    for name in ("avg_logprob", "no_speech_prob", "language_probability"):
        assert told[0].scores[name] == pytest.approx(told[1].scores[name], abs=2e-3)


@pytest.mark.weights
def test_verify_and_language_from_the_command_line(
    shelf: dict[str, tuple[Path, Any]], data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    one, two = (str(path) for path in speech(data)[:2])
    assert main(["verify", one, two, "-m", str(shelf["xvector"][0])]) == 0
    assert "threshold 0.860" in capfd.readouterr().out
    assert main(["language", one, "-m", str(shelf["tongues"][0])]) == 0
    assert capfd.readouterr().out


# Fetching, from an imitation of a hub on this machine


class Hub(http.server.BaseHTTPRequestHandler):
    """What a hub's client asks for: the list of files, the head of a file, the file."""

    folder: Path
    asked: list[str]
    state: dict[str, Any]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        path = self.path.split("?")[0]
        commit = "c" * 40
        if self.state.get("drop", "\0") in path:
            self.close_connection = True
        elif self.state.get("refuse"):
            self._say(*self.state["refuse"])
        elif path.startswith("/api/models/org/tiny"):
            files = sorted(p for p in self.folder.iterdir() if p.is_file())
            named = [{"rfilename": p.name, "size": p.stat().st_size, "blobId": "0" * 40} for p in files]
            plain = {"id": "org/tiny", "modelId": "org/tiny", "sha": commit, "siblings": named, "private": False, "tags": []}
            self._say(200, {"Content-Type": "application/json"}, json.dumps(plain).encode())
        elif path.startswith("/org/tiny/resolve/") and (self.folder / path.rsplit("/", 1)[1]).is_file():
            data = (self.folder / path.rsplit("/", 1)[1]).read_bytes()
            head = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
            self._say(200, head, data)
        else:
            self._say(404, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}, b"{}")

    def _say(self, code: int, head: dict[str, str], body: bytes = b"") -> None:
        self.send_response(code)
        for name, value in head.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


SCRIPT = """
import os, sys, warnings
warnings.simplefilter("error")
from aural.errors import AuralError
from aural.models import store
from aural.models.runtime import Runtime
from aural.progress import Callback
for line in sys.stdin:
    name, offline = line.split()
    os.environ["AURAL_OFFLINE"] = offline
    told = []
    shown = Callback(lambda done, total, stage: told.append((done, total, stage)))
    try:
        model = store.open_model(name, "tagger", Runtime(), shown)
        print(model.card.name, model.card.licences.weights, store.is_here(name), *(told[-1][:2] if told else ()), flush=True)
    except AuralError as error:
        print(type(error).__name__, error, flush=True)
"""


@final
class Asked:
    """A process that opens checkpoints through an imitation of a hub: the client reads its settings once, when it is imported."""

    def __init__(self, page: type[Hub], child: subprocess.Popen[str], cache: Path) -> None:
        self.page, self._child, self.cache = page, child, cache

    def open(self, name: str = "org/tiny", *, offline: bool = False) -> str:
        """What the process says of a name: the card and the last step of progress, or the error."""
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.write(f"{name} {int(offline)}\n")
        self._child.stdin.flush()
        return self._child.stdout.readline().strip()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    root = tmp_path_factory.mktemp("served")
    page = type("Page", (Hub,), {"folder": root, "asked": [], "state": {}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "AURAL_")) and "proxy" not in k.lower()}
    told = {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HOME": str(root / "cache"), "HF_HUB_DISABLE_XET": "1",
        "NO_PROXY": "*",
    }  # fmt: skip
    command = [sys.executable, "-c", SCRIPT]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=kept | told, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        try:
            yield Asked(page, child, root / "cache")
        finally:
            _, said = child.communicate(timeout=60)
            server.shutdown()
            server.server_close()
    assert said == "", "nothing is said while fetching"


@pytest.fixture()
def asked(process: Asked, shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> Asked:
    """A hub that holds the checkpoint of classes as org/tiny, a pickle beside it, and an empty cache."""
    shutil.rmtree(process.cache, ignore_errors=True)
    process.page.folder = copied(shelf, "classes", tmp_path)
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    (tmp_path / "pytorch_model.bin").write_bytes(b"not asked for")
    process.page.asked.clear()
    process.page.state.clear()
    return process


def test_fetched_once_and_then_never_again(asked: Asked) -> None:
    size = (asked.page.folder / "model.safetensors").stat().st_size
    assert asked.open() == f"org/tiny mit True {size}.0 {size}"
    assert any("model.safetensors" in line for line in asked.page.asked)
    assert not any("pytorch_model.bin" in line for line in asked.page.asked), "a pickle is not even fetched"
    asked.page.asked.clear()
    assert asked.open() == "org/tiny mit True"
    assert asked.open(offline=True) == "org/tiny mit True"
    assert asked.page.asked == [], "what lies here is never asked for"


def test_a_revision_is_fetched_as_itself(asked: Asked) -> None:
    assert asked.open("org/tiny@v2").startswith("org/tiny@v2 mit True")
    assert all("v2" in line for line in asked.page.asked if "resolve" in line)
    assert asked.open("org/tiny", offline=True).startswith("ModelMissing"), "another revision is not taken for it"


def test_a_fetch_that_broke_off_is_finished(asked: Asked) -> None:
    asked.page.state["drop"] = "model.safetensors"
    assert asked.open().startswith("ModelMissing org/tiny is not on this machine and could not be fetched")
    asked.page.state.clear()
    assert asked.open().startswith("org/tiny mit True")


def test_what_a_hub_refuses(asked: Asked) -> None:
    assert asked.open(offline=True).startswith("ModelMissing org/tiny is not on this machine, and ")
    assert asked.page.asked == []
    assert asked.open("org/none").startswith("ModelMissing the hub has no org/none")
    asked.page.state["refuse"] = (403, {"X-Error-Code": "GatedRepo"}, b"{}")
    assert "accepted its terms" in asked.open()
    asked.page.state.clear()
    (asked.page.folder / "model.safetensors").unlink()
    told = asked.open()
    assert told.startswith("ModelRefused") and "pytorch_model.bin" in told


def test_code_is_refused_before_the_weights_are_fetched(asked: Asked) -> None:
    edited(asked.page.folder, "config.json", auto_map={"AutoModel": "x.Y"})
    assert asked.open().startswith("ModelRefused org/tiny: config.json asks for code")
    assert not any("model.safetensors" in line for line in asked.page.asked)
