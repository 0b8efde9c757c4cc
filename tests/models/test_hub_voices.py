"""Checkpoints of the transformers library that speak: as the library itself says it, with every character accounted for."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

import hub_checkpoints as make  # noqa: E402

import aural  # noqa: E402
from aural.errors import ModelMissing, ModelRefused, UsageError  # noqa: E402
from aural.models import store  # noqa: E402
from aural.models.face import LetterReader, Prosody, Utterance  # noqa: E402

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning"), pytest.mark.filterwarnings("ignore::FutureWarning"),
              pytest.mark.filterwarnings("ignore::UserWarning")]  # fmt: skip

GERMAN = "kabcdefghijlmnopqrstuvwxyzäöüß "


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Any]]:
    """Each checkpoint once: its folder, and the net that was saved there."""
    makers = {
        "vits": make.vits, "german": lambda f: make.vits(f, language="deu", letters=GERMAN, speakers=3),
        "uroman": lambda f: make.vits(f, language="kor", is_uroman=True),
        "bark": make.bark,
        "phonemes": lambda f: make.vits(f, phonemize=True),
    }  # fmt: skip
    if importlib.util.find_spec("sentencepiece"):
        makers["speecht5"] = make.speecht5
    return make.each(tmp_path_factory.mktemp("voices"), makers)


def opened(shelf: dict[str, tuple[Path, Any]], name: str) -> Any:
    return store.open_model(str(shelf[name][0]), "synthesizer")


def said(speaks: Any, words: str, **prosody: Any) -> Any:
    (block,) = speaks.speak(Utterance(tuple(words.split())), Prosody(**prosody))
    return block


def scaled(samples: np.ndarray) -> np.ndarray:
    """As `peaks.bounded` leaves them."""
    return samples * min(1.0, 0.99 / np.abs(samples).max())


def test_vits_says_what_the_library_says(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder, net = shelf["vits"]
    voice = opened(shelf, "vits")
    assert isinstance(voice, LetterReader) and voice.card.sample_rate == 8000 and voice.card.languages == ("en",)
    block = said(voice, "Hello kind sir", seed=5)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(5)
    with torch.no_grad():
        wanted = net(**tokenizer("hello kind sir", return_tensors="pt")).waveform[0].numpy()
    np.testing.assert_allclose(block.samples, scaled(wanted), atol=1e-5)
    again, other = said(voice, "Hello kind sir", seed=5), said(voice, "Hello kind sir", seed=6)
    np.testing.assert_array_equal(block.samples, again.samples)
    assert len(other.samples) != len(block.samples) or not np.allclose(other.samples, block.samples)


def test_vits_tells_when_its_words_are_said(shelf: dict[str, tuple[Path, Any]]) -> None:
    block = said(opened(shelf, "vits"), "no more kinks here")
    assert [w.text for w in block.words] == ["no", "more", "kinks", "here"]
    assert {w.timed for w in block.words} == {"measured"}
    edges = [t for w in block.words for t in (w.start, w.end)]
    assert edges == sorted(edges) and edges[-1] <= len(block.samples) / 8000
    assert all(round(t * 8000) % 64 == 0 for t in edges), "frames of 64 samples"


def test_a_faster_vits_is_shorter(shelf: dict[str, tuple[Path, Any]]) -> None:
    voice = opened(shelf, "vits")
    slow, plain, fast = (len(said(voice, "some plain words", speed=s).samples) for s in (0.5, 1.0, 2.0))
    assert slow > plain > fast


def test_draws_are_the_nets_own(shelf: dict[str, tuple[Path, Any]]) -> None:
    voice = opened(shelf, "vits")
    torch.manual_seed(1)
    wanted = torch.rand(3)
    torch.manual_seed(1)
    said(voice, "hello")
    torch.testing.assert_close(torch.rand(3), wanted)


def test_speakers_of_a_german_voice(shelf: dict[str, tuple[Path, Any]]) -> None:
    voice = opened(shelf, "german")
    assert voice.card.languages == ("de",) and voice.card.voices["2"] == "de, speaker 2 of 3"
    first, third = said(voice, "gute nacht", voice="0"), said(voice, "gute nacht", voice="2")
    assert len(first.samples) != len(third.samples) or not np.allclose(first.samples, third.samples)
    with pytest.raises(UsageError, match="no voice '3'"):
        said(voice, "nacht", voice="3")
    with pytest.raises(UsageError, match="no voice 'anna'"):
        said(opened(shelf, "vits"), "night", voice="anna")


def test_english_is_written_out_before_it_is_said(shelf: dict[str, tuple[Path, Any]]) -> None:
    speech = aural.speak("Dr. Smith paid $3 to the FBI.", model=str(shelf["vits"][0]))
    assert [w.spoken for w in speech.words if w.spoken] == ["Doctor", "three dollars", "F B I"]
    assert speech.sample_rate == 8000 and speech.result.language == "en" and not speech.notes


def test_other_languages_are_said_as_written(shelf: dict[str, tuple[Path, Any]]) -> None:
    speech = aural.speak("„Größe“ über 5 Kühe — Señor!", model=str(shelf["german"][0]), voice="1")
    assert [w.text.strip("„“ —!") for w in speech.words] == ["Größe", "über 5", "Kühe", "Señor"]
    assert speech.result.language == "de" and speech.notes == ("not said: 5 (1 characters)",)


@pytest.mark.parametrize(
    ("text", "note"),
    [("hello 日本", "not said: 日本 (2 characters)"), ("well, naïve", None), ("helloж", "not said: ж (1 characters)"),
     ("hello жжжk", "not said: жжжk (4 characters)")],
)  # fmt: skip
def test_what_the_tokenizer_lacks_is_named(shelf: dict[str, tuple[Path, Any]], text: str, note: str | None, tmp_path: Path) -> None:
    make.vits(tmp_path, language="und")
    assert aural.speak(text, model=str(tmp_path)).notes == ((note,) if note else ())


def test_texts_for_uroman(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder = str(shelf["uroman"][0])
    assert aural.speak("annyeong", model=folder).result.language == "ko"
    with pytest.raises(UsageError, match="reads texts that uroman romanized"):
        aural.speak("안녕", model=folder)


def test_what_a_reader_of_letters_does_not_do(shelf: dict[str, tuple[Path, Any]]) -> None:
    folder = str(shelf["vits"][0])
    for told, what in (({"pitch": 1.2}, "one pitch"), ({"timbre": 1.2}, "one timbre"), ({"phonemes": "hˈA"}, "reads letters")):
        with pytest.raises(UsageError, match=what):
            aural.speak("hello", model=folder, **told)
    told = aural.speak('<speak>say <phoneme alphabet="ipa" ph="təˈmeɪtoʊ">tomato</phoneme></speak>', model=folder)
    assert told.words[-1].text == "tomato" and "phonemes in the text are not followed" in told.notes[0]
    with pytest.raises(UsageError, match="no word to say"):
        aural.speak("日本", model=folder)


def test_speecht5_says_what_the_library_says(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    if "speecht5" not in shelf:
        pytest.skip("its tokenizer needs sentencepiece")
    folder, (net, vocoder) = shelf["speecht5"]
    vector = np.random.default_rng(0).standard_normal(6).astype(np.float32)
    np.save(tmp_path / "her.npy", vector)
    block = said(opened(shelf, "speecht5"), "Hello big dog", voice=str(tmp_path / "her.npy"), seed=4)
    ids = transformers.AutoTokenizer.from_pretrained(folder)("Hello big dog", return_tensors="pt")["input_ids"]
    torch.manual_seed(4)
    wanted = net.generate_speech(ids, speaker_embeddings=torch.from_numpy(vector)[None], vocoder=vocoder).numpy()
    np.testing.assert_allclose(block.samples, scaled(wanted), atol=1e-4)
    assert {w.timed for w in block.words} == {"guessed"} and block.words[-1].end <= len(wanted) / 16000 + 1e-3


def test_the_speaker_of_speecht5_is_a_vector(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    if "speecht5" not in shelf:
        pytest.skip("its tokenizer needs sentencepiece")
    folder = str(shelf["speecht5"][0])
    speech = aural.speak("Hello, ш dog.", model=folder)
    assert "a vector of zeros, which is nobody's voice" in speech.notes[0] and speech.notes[1].startswith("not said: ш")
    np.save(tmp_path / "her.npy", np.ones(6))
    speech = aural.speak("Hello. " + "the dog jumps over the fox " * 20, model=folder, voice=str(tmp_path / "her.npy"))
    assert speech.result.made_by["voice"] == "her.npy" and not speech.notes
    starts = [w.start for w in speech.words]
    assert starts == sorted(starts) and len(starts) == 121
    np.save(tmp_path / "short.npy", np.ones(5))
    np.save(tmp_path / "pickled.npy", np.array([{}]), allow_pickle=True)
    for name, what in (("short.npy", "holds no 6 numbers"), ("none.npy", "there is no file"), ("pickled.npy", "cannot be read")):
        with pytest.raises(UsageError, match=what):
            aural.speak("Hello", model=folder, voice=str(tmp_path / name))
    with pytest.raises(UsageError, match="one speed"):
        aural.speak("Hello", model=folder, speed=1.2)


def test_speecht5_without_a_vocoder(shelf: dict[str, tuple[Path, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "speecht5" not in shelf:
        pytest.skip("its tokenizer needs sentencepiece")
    for path in shelf["speecht5"][0].iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    with pytest.raises(ModelMissing, match="microsoft/speecht5_hifigan is not on this machine"):
        store.open_model(str(tmp_path), "synthesizer")


@pytest.mark.parametrize("voice", ["", "de_speaker_1"])
def test_bark_says_what_the_library_says(shelf: dict[str, tuple[Path, Any]], voice: str) -> None:
    folder, net = shelf["bark"]
    speaks = opened(shelf, "bark")
    assert speaks.card.sample_rate == 24000 and dict(speaks.card.voices) == {"de_speaker_1": "de, preset"}
    block = said(speaks, "hello dog", voice=voice, seed=4)
    told = transformers.AutoTokenizer.from_pretrained(folder)(
        "hello dog", return_tensors="pt", padding="max_length", max_length=64, add_special_tokens=False,
        return_attention_mask=True, return_token_type_ids=False,
    )  # fmt: skip
    files = json.loads((folder / "speaker_embeddings_path.json").read_text()).get(voice, {})
    prompt = {name: torch.from_numpy(np.load(folder / file)) for name, file in files.items()} or None
    torch.manual_seed(4)
    wanted = net.generate(**told, history_prompt=prompt).detach().numpy().reshape(-1)
    np.testing.assert_allclose(block.samples, scaled(wanted), atol=1e-4)
    assert {w.timed for w in block.words} == {"guessed"}


def test_bark_from_text_and_presets_that_are_no_arrays(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    folder = shelf["bark"][0]
    speech = aural.speak("Guten Tag, 日.", model=str(folder))
    assert speech.result.language == "de" and speech.notes == ("not said: 日 (1 characters)",)
    shutil.copytree(folder, tmp_path / "own")
    array = tmp_path / "own" / "speaker_embeddings" / "de_speaker_1_fine_prompt.npy"
    np.save(array, np.array([{}]), allow_pickle=True)
    with pytest.raises(ModelRefused, match=r"fine_prompt\.npy cannot be read"):
        aural.speak("Tag", model=str(tmp_path / "own"))
    array.unlink()
    with pytest.raises(ModelMissing, match=r"fine_prompt\.npy is not on this machine"):
        aural.speak("Tag", model=str(tmp_path / "own"))
    for file in ("../a.npy", "/etc/a.npy", "a.pt"):
        listed = dict.fromkeys(("semantic_prompt", "coarse_prompt", "fine_prompt"), file)
        (tmp_path / "own" / "speaker_embeddings_path.json").write_text(json.dumps({"x": listed}))
        with pytest.raises(ModelRefused, match="no array within the checkpoint"):
            opened({"own": (tmp_path / "own", None)}, "own")


def test_refusals(shelf: dict[str, tuple[Path, Any]], tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="reads phonemes as espeak writes them"):
        opened(shelf, "phonemes")
    with pytest.raises(UsageError, match=r"VitsModel, which cannot serve as a recognizer.*synthesizer"):
        store.open_model(str(shelf["vits"][0]), "recognizer")
    assert store.is_here(str(shelf["vits"][0]))
    for path in shelf["vits"][0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    plain = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(plain | {"architectures": ["SeamlessM4TForTextToSpeech"]}))
    with pytest.raises(UsageError, match="transformers speaks with it, aural does not"):
        store.open_model(str(tmp_path), "synthesizer")
    (tmp_path / "vocab.json").unlink()
    assert not store.is_here(str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps(plain))
    with pytest.raises(ModelMissing, match="vocabulary is missing"):
        store.open_model(str(tmp_path), "synthesizer")
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelRefused, match="pickle"):
        store.open_model(str(tmp_path), "synthesizer")
