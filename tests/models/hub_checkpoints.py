"""Small checkpoints with random weights, in the layout that the transformers library saves and a hub holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

RATE = 16000
LETTERS = ("<pad>", "<s>", "</s>", "<unk>", "|", *"EANTOISHRDL")
KINDS = ("Speech", "Music", "Dog", "Rain", "Glass")
_MARKS = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|fr|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
_SMALL = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48, "conv_dim": [16, 16, 16],
    "conv_kernel": [10, 8, 4], "conv_stride": [5, 8, 8], "num_feat_extract_layers": 3, "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2, "mask_time_prob": 0.0, "layerdrop": 0.0,
}  # fmt: skip


def each(root: Path, makers: Mapping[str, Callable[[Path], Any]]) -> dict[str, tuple[Path, Any]]:
    """Each checkpoint in a folder of its name: the folder, and the net that was saved there."""
    found = {}
    for name, maker in makers.items():
        (root / name).mkdir()
        found[name] = (root / name, maker(root / name))
    return found


def whisper(folder: Path, *, many: bool = True, bands: int = 80) -> Any:
    """A Whisper of two layers that hears 30 s; English, German and French when `many`."""
    shown = sorted({chr(i) for i in _visible()})
    text = {piece: i for i, piece in enumerate([*shown, "Ġt", "he", "Ġthe"])}
    size = len(text)
    at = {mark: size + i for i, mark in enumerate(_MARKS)}
    vocabulary = size + len(_MARKS) + 1501
    torch.manual_seed(3)
    config = transformers.WhisperConfig(
        vocab_size=vocabulary, num_mel_bins=bands, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=48, decoder_ffn_dim=48, max_source_positions=1500, max_target_positions=448,
        pad_token_id=size, bos_token_id=size, eos_token_id=size, decoder_start_token_id=size + 1, suppress_tokens=None,
        begin_suppress_tokens=None, init_std=0.3,
    )  # fmt: skip
    model = transformers.WhisperForConditionalGeneration(config).eval()
    model.generation_config = transformers.GenerationConfig(
        alignment_heads=[[0, 1], [1, 2]], is_multilingual=many, suppress_tokens=[at["<|startoflm|>"], at["<|startofprev|>"]],
        begin_suppress_tokens=[text["Ġ"], size], decoder_start_token_id=size + 1, eos_token_id=size, pad_token_id=size,
    )  # fmt: skip
    model.save_pretrained(folder)
    pairs = Tokenizer(models.BPE(text, [("Ġ", "t"), ("h", "e"), ("Ġt", "he")]))
    pairs.pre_tokenizer, pairs.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    pairs.add_special_tokens(list(_MARKS))
    pairs.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "WhisperTokenizer", "unk_token": _MARKS[0], "bos_token": _MARKS[0], "eos_token": _MARKS[0]}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    transformers.WhisperFeatureExtractor(feature_size=bands).save_pretrained(folder)
    return model


def whisper_of(folder: Path, source: Path) -> None:
    """The arrays of the borrowed whisper-base (another engine's layout) as a checkpoint in half precision."""
    from aural.models.ctranslate2 import Arrays

    arrays, size = Arrays(source / "model.bin"), 512
    state: dict[str, Any] = {}

    def put(name: str, place: str, ends: tuple[tuple[str, str], ...] = (("weight", "weight"), ("bias", "bias"))) -> None:
        for ours, theirs in ends:
            state[f"{name}.{ours}"] = torch.from_numpy(np.array(arrays.read(f"{place}/{theirs}"), np.float32))

    def split(name: str, place: str, parts: str) -> None:
        for i, part in enumerate(parts):
            for end in ("weight", "bias"):
                whole = np.array(arrays.read(f"{place}/{end}"), np.float32)[i * size : (i + 1) * size]
                if (part, end) != ("k", "bias"):
                    state[f"{name}.{part}_proj.{end}"] = torch.from_numpy(whole)

    norm = (("weight", "gamma"), ("bias", "beta"))
    for conv in ("conv1", "conv2"):
        put(f"model.encoder.{conv}", f"encoder/{conv}")
    put("model.decoder.embed_tokens", "decoder/embeddings", (("weight", "weight"),))
    for side in ("encoder", "decoder"):
        put(f"model.{side}.embed_positions", f"{side}/position_encodings", (("weight", "encodings"),))
        put(f"model.{side}.layer_norm", f"{side}/layer_norm", norm)
        for i in range(6):
            ours, theirs = f"model.{side}.layers.{i}", f"{side}/layer_{i}"
            put(f"{ours}.self_attn_layer_norm", f"{theirs}/self_attention/layer_norm", norm)
            split(f"{ours}.self_attn", f"{theirs}/self_attention/linear_0", "qkv")
            put(f"{ours}.self_attn.out_proj", f"{theirs}/self_attention/linear_1")
            put(f"{ours}.final_layer_norm", f"{theirs}/ffn/layer_norm", norm)
            for k in (0, 1):
                put(f"{ours}.fc{k + 1}", f"{theirs}/ffn/linear_{k}")
            if side == "decoder":
                put(f"{ours}.encoder_attn_layer_norm", f"{theirs}/attention/layer_norm", norm)
                put(f"{ours}.encoder_attn.q_proj", f"{theirs}/attention/linear_0")
                split(f"{ours}.encoder_attn", f"{theirs}/attention/linear_1", "kv")
                put(f"{ours}.encoder_attn.out_proj", f"{theirs}/attention/linear_2")
    told = json.loads((source / "config.json").read_text())
    wide = {
        f"{side}_{what}": n
        for side in ("encoder", "decoder")
        for what, n in (("layers", 6), ("attention_heads", 8), ("ffn_dim", 2048))
    }
    model = transformers.WhisperForConditionalGeneration(transformers.WhisperConfig(vocab_size=51865, d_model=size, **wide))
    lacking = model.load_state_dict(state, strict=False)
    assert lacking.missing_keys == ["proj_out.weight"] and not lacking.unexpected_keys
    model.tie_weights()
    model.generation_config = transformers.GenerationConfig(
        alignment_heads=told["alignment_heads"],
        suppress_tokens=told["suppress_ids"],
        begin_suppress_tokens=told["suppress_ids_begin"],
    )
    model.half().save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((source / "tokenizer.json").read_bytes())
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "WhisperTokenizer"}')
    transformers.WhisperFeatureExtractor().save_pretrained(folder)


def ctc(folder: Path, family: str = "wav2vec2", *, masked: bool = True) -> Any:
    """A net over samples with a CTC head over LETTERS; `masked`: of the kind that is trained with a mask."""
    torch.manual_seed(5)
    config = _config(family)(vocab_size=len(LETTERS), pad_token_id=0, **_SMALL, feat_extract_norm="layer" if masked else "group")
    model = _model(family, "CTC")(config).eval()
    torch.nn.init.normal_(model.lm_head.weight, std=3.0)
    model.save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(LETTERS)}))
    transformers.Wav2Vec2CTCTokenizer(str(folder / "vocab.json")).save_pretrained(folder)
    _front(folder, masked)
    return model


def classes(folder: Path, labels: tuple[str, ...] = KINDS, *, masked: bool = True, **told: Any) -> Any:
    """A wav2vec 2.0 that classifies clips."""
    torch.manual_seed(7)
    config = transformers.Wav2Vec2Config(**_SMALL, feat_extract_norm="layer" if masked else "group", **_named(labels), **told)
    model = transformers.Wav2Vec2ForSequenceClassification(config).eval()
    torch.nn.init.normal_(model.classifier.weight, std=3.0)
    model.save_pretrained(folder)
    _front(folder, masked)
    return model


def frames(folder: Path, labels: tuple[str, ...] = ("Speech", "Dog")) -> Any:
    """A wav2vec 2.0 that classifies frames."""
    torch.manual_seed(8)
    model = transformers.Wav2Vec2ForAudioFrameClassification(transformers.Wav2Vec2Config(**_SMALL, **_named(labels))).eval()
    model.save_pretrained(folder)
    _front(folder, True)
    return model


def ast(folder: Path, labels: tuple[str, ...] = KINDS) -> Any:
    """An Audio Spectrogram Transformer of 128 frames (1.28 s)."""
    torch.manual_seed(9)
    config = transformers.ASTConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48, max_length=128, num_mel_bins=32,
        frequency_stride=10, time_stride=10, **_named(labels),
    )  # fmt: skip
    model = transformers.ASTForAudioClassification(config).eval()
    torch.nn.init.normal_(model.classifier.dense.weight, std=2.0)
    model.save_pretrained(folder)
    transformers.ASTFeatureExtractor(num_mel_bins=32, max_length=128).save_pretrained(folder)
    return model


def xvector(folder: Path, family: str = "wavlm") -> Any:
    """A net over samples with an x-vector head of 24 numbers."""
    torch.manual_seed(11)
    config = _config(family)(**_SMALL, tdnn_dim=[16, 16, 16, 16, 48], xvector_output_dim=24)
    model = _model(family, "XVector")(config).eval()
    model.save_pretrained(folder)
    _front(folder, True)
    return model


def bare(folder: Path) -> Any:
    """A HuBERT without a head."""
    torch.manual_seed(12)
    model = transformers.HubertModel(transformers.HubertConfig(**_SMALL)).eval()
    model.save_pretrained(folder)
    _front(folder, True)
    return model


def moonshine(folder: Path) -> Any:
    """A Moonshine of two layers whose vocabulary is letters and "▁the"."""
    pieces = ["<unk>", "<s>", "</s>", "▁", "▁the", *"abcdefghij"]
    torch.manual_seed(13)
    config = transformers.MoonshineConfig(
        vocab_size=len(pieces), hidden_size=32, intermediate_size=48, encoder_num_hidden_layers=2, decoder_num_hidden_layers=2,
        encoder_num_attention_heads=2, decoder_num_attention_heads=2, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
        pad_token_id=2, initializer_range=0.3,
    )  # fmt: skip
    model = transformers.MoonshineForConditionalGeneration(config).eval()
    model.save_pretrained(folder)
    plain = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, [], unk_token="<unk>"))
    plain.decoder = decoders.Metaspace()
    plain.add_special_tokens(pieces[:3])
    told = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>"}
    transformers.PreTrainedTokenizerFast(tokenizer_object=plain, **told).save_pretrained(folder)
    _front(folder, True)
    return model


def parakeet(folder: Path, head: str = "CTC") -> Any:
    """A Parakeet over word pieces: with a CTC head, or as a transducer (TDT, RNNT)."""
    pieces = ["<unk>", "▁the", "▁a", "s", "t", "▁", "e", "<pad>"]
    torch.manual_seed(14)
    encoder = {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48, "num_mel_bins": 80,
        "subsampling_conv_channels": 8,
    }  # fmt: skip
    classes = len(pieces) + (head != "CTC")  # a transducer's blank has no piece
    told = {"vocab_size": classes, "pad_token_id": len(pieces) - 1, "encoder_config": encoder}
    if head != "CTC":
        told |= {"blank_token_id": classes - 1, "decoder_hidden_size": 24, "num_decoder_layers": 1}
    config = getattr(transformers, f"Parakeet{head}Config")(**told)
    model = getattr(transformers, f"ParakeetFor{head}")(config).eval()
    for name, values in model.named_parameters():
        if name.endswith("weight") and name.startswith(("ctc_head", "joint", "encoder_projector", "decoder")):
            torch.nn.init.normal_(values, std=3.0 if head == "CTC" or "lstm" not in name else 0.5)
    if head != "CTC":
        model.joint.head.bias.data[classes - 1] = -8.0  # or it would write nothing but blanks
        model.generation_config.decoder_start_token_id = classes - 1
    if head == "TDT":  # the scores of durations stand behind those of tokens
        model.generation_config.suppress_tokens = list(range(classes, classes + len(config.durations)))
    model.save_pretrained(folder)
    plain = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, [], unk_token="<unk>"))
    plain.decoder = decoders.Metaspace()
    plain.add_special_tokens(["<unk>", "<pad>"])
    made = transformers.ParakeetTokenizer(tokenizer_object=plain, unk_token="<unk>", pad_token="<pad>")
    made.save_pretrained(folder)
    transformers.ParakeetFeatureExtractor(feature_size=80).save_pretrained(folder)
    return model


def vits(folder: Path, *, language: str = "eng", letters: str = "", speakers: int = 1, **told: Any) -> Any:
    """A VITS as MMS has them: letters without marks, the first of which is the blank, too."""
    letters = letters or "k'-abcdefghijlmnopqrstuvwxyz "
    torch.manual_seed(21)
    config = transformers.VitsConfig(
        vocab_size=len(letters) + 1, hidden_size=16, num_hidden_layers=2, ffn_dim=24, flow_size=8, spectrogram_bins=9,
        upsample_initial_channel=16, upsample_rates=[8, 8], upsample_kernel_sizes=[16, 16], resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1, 3]], depth_separable_num_layers=1, duration_predictor_num_flows=2,
        duration_predictor_filter_channels=16, prior_encoder_num_flows=2, prior_encoder_num_wavenet_layers=1,
        posterior_encoder_num_wavenet_layers=1, sampling_rate=8000, num_speakers=speakers,
        speaker_embedding_size=4 if speakers > 1 else 0,
    )  # fmt: skip
    model = transformers.VitsModel(config).eval()
    model.save_pretrained(folder)
    pieces = {piece: i for i, piece in enumerate([*letters, "<unk>"])}
    (folder / "vocab.json").write_text(json.dumps(pieces))
    told = {"phonemize": False, "is_uroman": False, "pad_token": letters[0], "unk_token": "<unk>"} | told
    transformers.VitsTokenizer(str(folder / "vocab.json"), language=language, **told).save_pretrained(folder)
    return model


def speecht5(folder: Path) -> tuple[Any, Any]:
    """A SpeechT5 of two layers that reads letters, and its vocoder in the folder of that name."""
    import io

    import sentencepiece

    plain, texts = io.BytesIO(), ["the quick brown fox jumps over the lazy dog.", "Hello, world!", "it's"]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts * 20), model_writer=plain, vocab_size=60, model_type="char", hard_vocab_limit=False,
        bos_id=0, pad_id=1, eos_id=2, unk_id=3, minloglevel=2,
    )  # fmt: skip
    (folder / "spm_char.model").write_bytes(plain.getvalue())
    tokenizer = transformers.SpeechT5Tokenizer(str(folder / "spm_char.model"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(22)
    config = transformers.SpeechT5Config(
        vocab_size=len(tokenizer), hidden_size=16, encoder_layers=2, encoder_attention_heads=2, encoder_ffn_dim=24,
        decoder_layers=2, decoder_attention_heads=2, decoder_ffn_dim=24, num_mel_bins=8, speech_decoder_prenet_units=12,
        speaker_embedding_dim=6, speech_decoder_postnet_layers=2, speech_decoder_postnet_units=8,
    )  # fmt: skip
    model = transformers.SpeechT5ForTextToSpeech(config).eval()
    model.save_pretrained(folder)
    hifigan = transformers.SpeechT5HifiGanConfig(
        model_in_dim=8, upsample_initial_channel=16, upsample_rates=[4, 4], upsample_kernel_sizes=[8, 8],
        resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]], initializer_range=0.3,
    )  # fmt: skip
    vocoder = transformers.SpeechT5HifiGan(hifigan).eval()
    vocoder.save_pretrained(folder / "vocoder")
    return model, vocoder


def bark(folder: Path) -> Any:
    """A Bark of one layer each whose settings are scaled down with its vocabularies, and one preset."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", "'", *"abcdefghijklmnopqrstuvwxyz"]
    pieces += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    (folder / "vocab.txt").write_text("\n".join(pieces))
    plain = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    plain.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    told = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    transformers.PreTrainedTokenizerFast(tokenizer_object=plain, **told).save_pretrained(folder)
    torch.manual_seed(23)
    net = {"block_size": 256, "num_layers": 1, "num_heads": 2, "hidden_size": 16, "bias": True}
    codec = transformers.EncodecConfig(
        sampling_rate=24000, num_filters=4, hidden_size=8, codebook_size=16, codebook_dim=8, num_lstm_layers=1,
        upsampling_ratios=[4, 2], target_bandwidths=[300.0],
    )  # fmt: skip
    config = transformers.BarkConfig(
        semantic_config={**net, "input_vocab_size": 200, "output_vocab_size": 64},
        coarse_acoustics_config={**net, "input_vocab_size": 100, "output_vocab_size": 100},
        fine_acoustics_config={**net, "input_vocab_size": 17, "output_vocab_size": 17, "n_codes_total": 8, "n_codes_given": 1},
        codec_config=codec.to_dict(),
    )  # fmt: skip
    model = transformers.BarkModel(config).eval()
    settings: dict[str, Any] = {
        "semantic_config": {
            "eos_token_id": 40, "max_new_tokens": 12, "do_sample": True, "text_encoding_offset": 60, "text_pad_token": 190,
            "semantic_infer_token": 191, "semantic_vocab_size": 40, "max_input_semantic_length": 64,
        },
        "coarse_acoustics_config": {
            "coarse_semantic_pad_token": 90, "coarse_infer_token": 91, "max_coarse_input_length": 32, "max_coarse_history": 32,
            "sliding_window_len": 12, "do_sample": True,
        },
        "fine_acoustics_config": {"max_fine_history_length": 32, "max_fine_input_length": 64, "temperature": 0.5},
        "codebook_size": 16, "sample_rate": 24000,
    }  # fmt: skip
    model.generation_config = transformers.GenerationConfig(**settings)
    model.save_pretrained(folder)
    rng = np.random.default_rng(0)
    arrays = {
        "semantic_prompt": rng.integers(0, 40, 30), "coarse_prompt": rng.integers(0, 16, (2, 45)),
        "fine_prompt": rng.integers(0, 16, (8, 45)),
    }  # fmt: skip
    (folder / "speaker_embeddings").mkdir()
    for name, array in arrays.items():
        np.save(folder / "speaker_embeddings" / f"de_speaker_1_{name}.npy", array)
    listed = {name: f"speaker_embeddings/de_speaker_1_{name}.npy" for name in arrays}
    (folder / "speaker_embeddings_path.json").write_text(json.dumps({"repo_or_path": "x/y", "de_speaker_1": listed}))
    return model


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    """Samples [T] at 16 kHz whose color changes each 0.2 s, so that nets over frames have something to tell apart."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(int(np.ceil(seconds / 0.2))):
        white = rng.standard_normal(RATE // 5)
        parts.append(np.convolve(white, rng.standard_normal(8), "same") * rng.uniform(0.01, 0.1))
    return np.concatenate(parts)[: round(seconds * RATE)].astype(np.float32)


def _visible() -> list[int]:
    from aural.text.byte_pairs import visible

    return [ord(c) for c in visible()]


def _named(labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id2label": dict(enumerate(labels)),
        "label2id": {label: i for i, label in enumerate(labels)},
        "num_labels": len(labels),
    }


def _front(folder: Path, masked: bool) -> None:
    transformers.Wav2Vec2FeatureExtractor(return_attention_mask=masked, do_normalize=True).save_pretrained(folder)


def _config(family: str) -> Any:
    return {"wav2vec2": transformers.Wav2Vec2Config, "hubert": transformers.HubertConfig, "wavlm": transformers.WavLMConfig}[family]


def _model(family: str, head: str) -> Any:
    prefix = {"wav2vec2": "Wav2Vec2", "hubert": "Hubert", "wavlm": "WavLM"}[family]
    return getattr(transformers, f"{prefix}For{head}")
