"""Every page of a known corpus: rows from a small imitation, splits by group, what is kept back left out, licence stated."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import pytest

from aural import find
from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus
from aural.errors import CorpusError

FOLDER = Path(find.__file__).parent / "corpora" / "sets"
PAGES = find.names("corpora/sets")
# page -> files of an imitation: (usable, kept back or foreign, texts that lie beside them)
IMITATIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]] = {
    "an4": (
        ("wav/an4_clstk/fash/an251-fash-b.sph", "wav/an4_clstk/mblw/cen1-mblw-b.wav", *(
            f"wav/an4_clstk/s{k}/an1-s{k}-b.sph" for k in range(6))),
        ("wav/an4test_clstk/fcaw/an406-fcaw-b.sph", "wav/an4_clstk/fash/an999-fash-b.sph"),
        {
            "etc/an4_train.transcription": "<s> YES </s> (an251-fash-b)\nG L E N N (cen1-mblw-b)\n<s> </s> (an999-fash-b)\n"
            + "".join(f"<s> NO </s> (an1-s{k}-b)\n" for k in range(6)),
            "etc/an4_test.transcription": "RUBOUT G (an406-fcaw-b)\n",
        },
    ),
    "arabic_commands": (
        ("dataset/up/00000001_NO_01.wav", "dataset/zoom in/00000030_NO_10.wav", "dataset/up/00000002_NO_01.wav"),
        ("dataset/up/00000003_NO_01.wav", "dataset/up/00000028_NO_01.wav", "dataset/background_noise/rain.wav"),
        {},
    ),
    "audio_mnist": (
        ("data/01/0_01_0.wav", "data/60/9_60_49.wav", "two/2_08_3.wav"),
        ("data/01/0_61_0.wav", "data/01/1_00_0.wav", "data/01/0_jackson_0.wav"),
        {"data/audioMNIST_meta.txt": '{"01": {"accent": "German", "age": 30, "gender": "male"}}'},
    ),
    "berklee": (
        ("berklee/gong_1.mp3", "berklee/gong_2.mp3", "berklee/sitar4.mp3"),
        ("berklee/dog_bark_1.mp3", "berklee/fan_1.mp3", "berklee/car_horn_1.mp3", "berklee/birds_outside2.mp3"),
        {},
    ),
    "common_voice": (
        ("cv/de/clips/a_1.mp3", "cv/de/clips/a_2.mp3", "cv/de/clips/a_3.mp3"),
        ("cv/de/clips/a_4.mp3", "cv/de/clips/a_9.mp3"),
        {
            "cv/de/train.tsv": "client_id\tpath\tsentence\tage\tgender\tlocale\nu\ta_1.mp3\tGuten \"Tag.\tteens\t\tde\n"
            "u\ta_2.mp3\tJa.\t\tfemale\tde\n",
            "cv/de/dev.tsv": "client_id\tpath\tsentence\tlocale\nv\ta_3.mp3\tNein.\tde\nw\tgone.mp3\tFort.\tde\n",
            "cv/de/test.tsv": "client_id\tpath\tsentence\tlocale\nx\ta_4.mp3\tKept back.\tde\n",
        },
    ),
    "custom_commands": (
        ("custom_keywords/hadouken/0000.wav", "custom_keywords/joke/0000.wav", "custom_keywords/hey_archie/0001.wav"),
        ("custom_keywords/dracarys/0000.wav",),
        {},
    ),
    "dsp_speech": (
        ("speech_data/16307130194/16307130194-12-16.wav", "speech_data/16307130194/16307130194-06-01.wav", *(
            f"speech_data/1730713010{k}/1730713010{k}-19-20.wav" for k in range(7))),
        ("speech_data/16307130194/16307130194-20-16.wav", "speech_data/163/163-12-16.wav"),
        {},
    ),
    "esc10": (
        ("001 - Dog bark/1-100032-A.ogg", "002 - Rain/3-132852-B.ogg", "009 - Rooster/4-182395-A.ogg"),
        ("001 - Dog bark/5-203128-A.ogg", "cover.ogg"),
        {},
    ),
    "fsdd": (
        ("recordings/0_jackson_0.wav", "recordings/9_george_49.wav", "recordings/3_yweweler_7.wav"),
        ("recordings/0_theo_0.wav", "recordings/1_lucas_2.wav", "recordings/readme.wav"),
        {},
    ),
    "kathleen": (
        ("data/arctic_a0001_1.wav", "data/arctic_a0001_2.wav", "data/arctic_b0301_1.wav"),
        ("data/arctic_b0410_1.wav", "data/arctic_a0009_1.wav", "data/arctic_a0010_1.wav"),
        {
            "data/arctic_a0001_1.txt": "Author of the trail.", "data/arctic_a0001_2.txt": "Author of the trail.",
            "data/arctic_b0301_1.txt": "It was so.", "data/arctic_b0410_1.txt": "Kept, back.",
            "data/arctic_a0009_1.txt": "kept back", "data/arctic_a0010_1.txt": "",
        },
    ),
    "librispeech": (
        (
            "LibriSpeech/train-clean-100/19/198/19-198-0000.flac", "LibriSpeech/dev-other/84/121/84-121-0001.flac",
            "LibriSpeech/train-clean-100/26/1/26-1-0000.flac",
        ),
        ("LibriSpeech/test-clean/61/70/61-70-0000.flac", "LibriSpeech/train-clean-100/19/198/19-198-0009.flac"),
        {
            "LibriSpeech/train-clean-100/19/198/19-198.trans.txt": "19-198-0000 NORTHANGER ABBEY\n",
            "LibriSpeech/train-clean-100/26/1/26-1.trans.txt": "26-1-0000 ONE\n",
            "LibriSpeech/dev-other/84/121/84-121.trans.txt": "84-121-0001 BUT WITH FULL RAVISHMENT\n",
            "LibriSpeech/test-clean/61/70/61-70.trans.txt": "61-70-0000 KEPT BACK\n",
        },
    ),
    "lithuanian_commands": (
        ("dataset/taip/01_nohash_0.wav", "dataset/ne/01_nohash_0.wav", "dataset/ne/05_nohash_0.wav"),
        ("dataset/_background_noise_/01_nohash_0.wav", "raw/01.wav"),
        {},
    ),
    "mini_librispeech": (
        (
            "LibriSpeech/train-clean-5/19/198/19-198-0000.flac", "LibriSpeech/dev-clean-2/84/121/84-121-0001.flac",
            "LibriSpeech/train-clean-5/26/1/26-1-0000.flac",
        ),
        ("LibriSpeech/test-clean/61/70/61-70-0000.flac", "LibriSpeech/train-clean-5/19/198/19-198-0009.flac"),
        {
            "LibriSpeech/train-clean-5/19/198/19-198.trans.txt": "19-198-0000 NORTHANGER ABBEY\n",
            "LibriSpeech/train-clean-5/26/1/26-1.trans.txt": "26-1-0000 ONE\n",
            "LibriSpeech/dev-clean-2/84/121/84-121.trans.txt": "84-121-0001 BUT WITH FULL RAVISHMENT\n",
            "LibriSpeech/test-clean/61/70/61-70.trans.txt": "61-70-0000 KEPT BACK\n",
        },
    ),
    "nemo_pl": (
        ("samples/EB0_neutral_13.wav", "samples/KS0_happy_1.wav", "samples/MK0_sad_2.wav"),
        ("samples/KD0_sad_2.wav", "samples/WR0_sad_2.wav"),
        {
            "data.tsv": "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage\n" + "".join(
                f"{name}.wav\t{name.split('_')[1]}\tTak.\ttak\t        {name[:3]}\tfemale\t27\n"
                for name in ("EB0_neutral_13", "KS0_happy_1", "MK0_sad_2", "KD0_sad_2", "WR0_sad_2", "EB0_absent_1")
            )
        },
    ),
    "philharmonia": (
        ("audio/banjo/banjo_C3_very-long_forte_normal.mp3", "audio/banjo/banjo_E3_1_piano_normal.mp3",
         "audio/cor anglais/cor-anglais_Gs3_1_piano_normal.mp3"),
        ("audio/banjo/banjo_Gs3_1_piano_normal.mp3", "audio/cello/cello_C3_phrase_mezzo-forte_legato.mp3",
         "audio/percussion/gong/gong__long_forte_normal.mp3"),
        {},
    ),
    "precise_community": (
        ("athena/en/athena-en-1.wav", "not-wake-words/es/not-wakeword-es-2.wav", "android/en/x_android_3.wav"),
        ("amelia/en/amelia-4.wav", "heycomputer/es/wakeword-es-5.wav", "athena/en/athena-en-6.wav", "heysavant/en/h-7.wav"),
        {
            "licenses/license-20190801-el-tocino.txt": "Files:\nathena-en-1.wav\namelia/en/amelia-4.wav\nheysavant/en/h-7.wav\n",
            "licenses/license-20190815-adocampo.txt": "not-wake-words/es/not-wakeword-es-2.wav\nheycomputer/es/wakeword-es-5.wav\n",
            "licenses/license-20201215-jarbas.txt": "android/en/android-20201215-jarbas.tar.gz\n",
            "licenses/license-template.txt": "athena/en/athena-en-6.wav\n",
            "not-wake-words/es/metadata.csv": "not-wakeword-es-2.wav,copa,es,\n",
        },
    ),
    "ravdess": (
        ("speech/Actor_01/03-01-05-01-02-01-01.wav", "speech/Actor_14/03-01-01-01-01-01-14.wav",
         "speech/Actor_15/03-01-08-02-01-02-15.wav"),
        ("speech/Actor_19/03-01-05-01-02-01-19.wav", "speech/Actor_24/03-01-05-01-02-01-24.wav",
         "speech/Actor_02/03-02-05-01-02-01-02.wav"),
        {},
    ),
    "sonic_pi": (
        ("etc/samples/bd_808.flac", "etc/samples/bd_klub.flac", "etc/samples/guit_em9.flac"),
        ("etc/samples/bd_boom.flac", "etc/samples/loop_amen.flac", "etc/samples/ambi_sauna.flac", "etc/samples/misc_crow.flac"),
        {},
    ),
    "speech_commands": (
        ("bird/6a27a9bf_nohash_0.wav", "bird/6a27a9bf_nohash_1.wav", "down/563aa4e6_nohash_2.wav"),
        ("bird/2f813234_nohash_0.wav", "_background_noise_/running_tap.wav"),
        {},
    ),
    "speechocean762": (
        ("WAVE/SPEAKER0001/000010011.WAV", "WAVE/SPEAKER0001/000010035.WAV", "WAVE/SPEAKER0131/001310144.WAV"),
        ("WAVE/SPEAKER0003/000030012.WAV",),
        {
            "train/text": "000010011\tWE CALL IT BEAR\n000010035\tZERO\n001310144\tHADI FRIEND\n",
            "train/utt2spk": "000010011 0001\n000010035\t0001\n001310144\t0131\n000050003\t0005\n",
            "train/spk2gender": "0001\tm\n0131\tf\n", "train/spk2age": "0001\t6\n",
        },
    ),
    "wake_words": (
        ("audio/alexa/0.flac", "audio/computer/a-1.wav", "audio/smart mirror/b-2.wav"),
        ("audio/jarvis/c-3.wav", "audio/view glass/d-4.wav", "audio/multiple_keywords.wav"),
        {},
    ),
    "spoken_numbers": (
        ("audio_data/Numbers/R_1.wav", "audio_data/Numbers/R_8.wav", "audio_data/Numbers/R_4shv1y28wS6SaPv.wav"),
        ("audio_data/Names/R_1.wav", "audio_data/Names/R_2.wav", "audio_data/Numbers/R_14L9qNxUlipFmsF.wav",
         "audio_data/Numbers/R_3.wav", "audio_data/Numbers/R_absent.wav"),
        {
            "metadata.csv": "Response_ID,file_name,Gender,Native Language,Number\n" + "".join(
                f"{who},audio_data/{kind}/{who}.wav,Female,Hindi,{'none' if who == 'R_3' else '123456789'}\n"
                for who in ("R_1", "R_14L9qNxUlipFmsF", "R_2", "R_3", "R_4shv1y28wS6SaPv", "R_5", "R_6", "R_8")
                for kind in ("Names", "Numbers")
            )
        },
    ),
    "web_drums": (
        ("drum-samples/LINN/kick.wav", "drum-samples/LINN/tom3.wav", "drum-samples/KPR77/hihat.wav"),
        ("impulse-responses/kick.wav", "src/sounds/loops/break12.wav"),
        {},
    ),
}  # fmt: skip
BY_ACCOUNT = {"common_voice"}  # its releases are handed out one by one, to those who ask
ONE_VOICE = {"kathleen"}
# speakers of the lists that Speech Commands v0.01 itself brings
TESTING = "022cd682 0487ba9b 096456f9 0c40e715 0d53e045 0ea0e2f4 0f250098 0fa1e7a9 105a0eea 1093c8e7 135c6841 1528225c"
VALIDATION = "026290a7 060cd039 099d52ad 0ab3b47d 0e17f595 105e72bb 10f2bb12 1657c9fa 16db1582 171b56dc 1816b768 1942abd7"
TRAINING = "6a27a9bf 1eddce1d dc75148d"


def imitation(name: str, folder: Path) -> Path:
    usable, other, texts = IMITATIONS[name]
    for place in (*usable, *other):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(b"\0\1" * 80)
    for place, text in texts.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    return folder


def test_every_page_on_the_disk_is_found_and_imitated_here() -> None:
    assert set(PAGES) == {p.stem for p in FOLDER.glob("[!_]*.py")} == set(IMITATIONS)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_where_from_under_what_licence_and_what_is_kept_back(name: str) -> None:
    corpus = find.page("corpora/sets", name).CORPUS
    assert isinstance(corpus, Corpus) and corpus.name == name
    assert all((corpus.about, corpus.licence, corpus.told_by, corpus.path, corpus.held_out))
    assert corpus.urls and all(u.startswith("https://") for u in corpus.urls)
    fetched = re.fullmatch(r"[0-9a-f]{40}", corpus.commit) or corpus.archives
    assert fetched or name in BY_ACCOUNT, "a state that can be fetched again"
    assert all(a.size > 0 and re.fullmatch(r"([0-9a-f]{64})?", a.sha256) for a in corpus.archives)
    assert all(re.fullmatch(r"[0-9a-f]{64}", s) for s in corpus.sha256.values())
    assert not (corpus.ship and re.search(r"-NC|none stated", corpus.licence)), "nothing of these may be passed on"


@pytest.mark.parametrize("name", PAGES)
def test_rows_are_the_usable_files_and_no_other(name: str, tmp_path: Path) -> None:
    page, usable = find.page("corpora/sets", name), IMITATIONS[name][0]
    rows = page.rows(imitation(name, tmp_path))
    assert {r.id for r in rows} == set(usable) and len(rows) == len(usable)
    for row in rows:
        assert isinstance(row, Clip) and row.audio.is_file() and row.audio == tmp_path / row.id
        assert row.group and row.licence and (row.label or row.text) and row.split in ("train", "valid")
        assert row.label is None or row.labels == (row.label,)
        assert row.extra["ship"] is page.CORPUS.ship
    assert page.rows(str(tmp_path)) == rows, "the same rows in the same order, from a path as text too"


@pytest.mark.parametrize("name", PAGES)
def test_no_group_is_in_two_splits(name: str, tmp_path: Path) -> None:
    rows = find.page("corpora/sets", name).rows(imitation(name, tmp_path))
    keys = ("group",) if name in ONE_VOICE else ("group", "speaker")
    for key in keys:
        train, valid = ({getattr(r, key) for r in rows if r.split == s} - {None} for s in ("train", "valid"))
        assert not train & valid
    if not any(r.split == "valid" for r in rows):
        # with nothing to validate on there is no speaker to split by, or too few of them; berklee needs more groups
        assert name in {"berklee", "custom_commands", "precise_community", "wake_words"}


@pytest.mark.parametrize("name", PAGES)
def test_a_folder_that_is_not_the_corpus_stops(name: str, tmp_path: Path) -> None:
    page = find.page("corpora/sets", name)
    with pytest.raises(CorpusError, match="no folder"):
        page.rows(tmp_path / "absent")
    with pytest.raises(CorpusError, match="there is no"):
        page.rows(tmp_path)
    ending = Path(IMITATIONS[name][0][0]).suffix
    (tmp_path / f"foreign{ending}").write_bytes(b"RIFF")
    with pytest.raises(CorpusError):
        page.rows(tmp_path)


@pytest.mark.parametrize("name", PAGES)
def test_only_kept_back_files_stop(name: str, tmp_path: Path) -> None:
    folder = imitation(name, tmp_path)
    for place in IMITATIONS[name][0]:
        (folder / place).unlink()
    with pytest.raises(CorpusError):
        find.page("corpora/sets", name).rows(folder)


@pytest.mark.parametrize("name,file", [(n, f) for n in PAGES for f in find.page("corpora/sets", n).CORPUS.sha256])
def test_another_state_of_a_checked_file_stops(name: str, file: str, tmp_path: Path) -> None:
    folder = imitation(name, tmp_path)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text("another state", encoding="utf-8")
    with pytest.raises(CorpusError, match=Path(file).name):
        find.page("corpora/sets", name).rows(folder)


def test_takes_of_one_thing_share_a_group_in_berklee(tmp_path: Path) -> None:
    for name in ("tiny_bell1", "tinybell2", "bell_1a", "bell3", "gong_1", "gong_granular1"):
        (tmp_path / f"{name}.mp3").write_bytes(b"x")
    groups = {r.audio.stem: r.group for r in find.page("corpora/sets", "berklee").rows(tmp_path)}
    assert groups["tiny_bell1"] == groups["tinybell2"] and groups["bell_1a"] == groups["bell3"]
    assert len(set(groups.values())) == 4


def test_a_recording_that_ravdess_holds_twice_is_taken_once(tmp_path: Path) -> None:
    for folder in ("Actor_01", "labelled_audio"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "03-01-05-01-02-01-01.wav").write_bytes(b"x")
    assert len(find.page("corpora/sets", "ravdess").rows(tmp_path)) == 1


def test_speech_commands_of_other_speakers_follow_the_corpus_lists(tmp_path: Path) -> None:
    testing, validation, training = TESTING.split(), VALIDATION.split(), TRAINING.split()
    (tmp_path / "bed").mkdir()
    for speaker in (*testing, *validation, *training):
        (tmp_path / "bed" / f"{speaker}_nohash_0.wav").write_bytes(b"x")
    rows = find.page("corpora/sets", "speech_commands").rows(tmp_path)
    assert {r.speaker for r in rows if r.split == "valid"} == set(validation)
    assert {r.speaker for r in rows if r.split == "train"} == set(training)


def test_speech_commands_are_read_where_another_repository_holds_them(tmp_path: Path) -> None:
    (tmp_path / "recipe" / "audio" / "zero").mkdir(parents=True)
    (tmp_path / "recipe" / "audio" / "zero" / "1eddce1d_nohash_0.wav").write_bytes(b"x")
    (row,) = find.page("corpora/sets", "speech_commands").rows(tmp_path)
    assert (row.text, row.speaker, row.split) == ("zero", "1eddce1d", "train")


def test_a_recording_that_lies_in_two_pieces_of_audio_mnist_is_taken_once(tmp_path: Path) -> None:
    for folder in ("zero", "test"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "0_01_10.wav").write_bytes(b"x")
    assert [r.id for r in find.page("corpora/sets", "audio_mnist").rows(tmp_path)] == ["test/0_01_10.wav"]


def test_audio_mnist_tells_gender_and_accent_from_its_table(tmp_path: Path) -> None:
    page = find.page("corpora/sets", "audio_mnist")
    rows = {r.speaker: r for r in page.rows(imitation("audio_mnist", tmp_path))}
    assert (rows["01"].value("gender"), rows["01"].value("accent")) == ("male", "German")
    assert rows["60"].value("gender") is None and rows["08"].split == "valid"
    (tmp_path / "data" / "audioMNIST_meta.txt").write_text("{", encoding="utf-8")
    with pytest.raises(CorpusError, match="no JSON"):
        page.rows(tmp_path)


def test_spoken_numbers_get_back_a_lost_zero_and_what_is_said_otherwise(tmp_path: Path) -> None:
    rows = find.page("corpora/sets", "spoken_numbers").rows(imitation("spoken_numbers", tmp_path))
    texts = {r.speaker: r.text for r in rows}
    assert texts["R_1"] == "zero one two three four five six seven eight nine"
    assert texts["R_4shv1y28wS6SaPv"] == "nine eight double one two one nine six six six"


def test_dsp_speech_tells_the_language_of_each_word(tmp_path: Path) -> None:
    rows = find.page("corpora/sets", "dsp_speech").rows(imitation("dsp_speech", tmp_path))
    told = {(r.text, r.value("language")) for r in rows}
    assert told == {("speech", "en"), ("project", "en"), ("\u5317\u4eac", "zh")}
