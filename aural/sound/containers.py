"""What a file is, told from its first bytes: never from its name."""

from __future__ import annotations

_RECORDINGS: tuple[tuple[int, bytes, str], ...] = (
    (8, b"WAVE", "wav"), (0, b"RIFX", "wav"), (0, b"RF64", "wav"), (0, b"BW64", "wav"), (0, b"riff\x2e\x91\xcf\x11", "wave64"),
    (0, b"fLaC", "flac"), (0, b"OggS", "ogg"), (0, b"ID3", "mp3"), (0, b"\x1aE\xdf\xa3", "webm"), (0, b"#!AMR", "amr"),
    (4, b"ftyp", "mp4"), (4, b"moov", "mp4"), (4, b"mdat", "mp4"), (4, b"wide", "mp4"), (0, b"0&\xb2u\x8ef\xcf\x11", "wma"),
    (8, b"AIFF", "aiff"), (8, b"AIFC", "aiff"), (0, b"caff", "caf"), (0, b".snd", "au"), (0, b"wvpk", "wavpack"),
    (0, b"TTA1", "tta"), (0, b"MAC ", "ape"), (0, b"MPCK", "musepack"), (0, b"MP+", "musepack"), (0, b"FLV\x01", "flv"),
    (8, b"AVI ", "avi"), (0, b"\x00\x00\x01\xba", "mpeg"), (0, b"Creative Voice File", "voc"), (0, b"\x0bw", "ac3"),
    (0, b"tBaK", "tak"), (0, b"DSD ", "dsf"),
)  # fmt: skip

_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "a PDF document"), (0, b"PK\x03\x04", "a zip archive or an office document"), (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"), (0, b"GIF8", "a GIF picture"), (8, b"WEBP", "a WebP picture"),
    (0, b"\x1f\x8b", "a gzip archive"), (0, b"7z\xbc\xaf", "a 7z archive"), (0, b"Rar!", "a rar archive"),
    (0, b"BZh", "a bzip2 archive"), (0, b"\xfd7zXZ", "an xz archive"), (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (257, b"ustar", "a tar archive"), (0, b"\x7fELF", "a program"), (0, b"MZ", "a Windows program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"), (0, b"MThd", "a MIDI file, which holds notes and no sound"),
    (0, b"SQLite format 3", "a database"), (0, b"\x93NUMPY", "a numpy array"), (0, b"\x80\x04\x95", "a Python pickle"),
    (0, b"{\\rtf", "an RTF document"), (0, b"version https://git-lfs", "a Git LFS pointer: the sound itself was not fetched"),
)  # fmt: skip

_TEXTS = (
    (b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"#extm3u", "a playlist"), (b"<?xml", "an XML text"),
    (b"{", "a JSON text"), (b"[playlist]", "a playlist"),
)  # fmt: skip


def recording_kind(head: bytes) -> str:
    """The container's short name ("wav", "mp4", ...) or "" when no known one begins like this."""
    for at, magic, name in _RECORDINGS:
        if head[at : at + len(magic)] == magic:
            return name
    if head[:4] == b"RIFF" and head[8:12] != b"WEBP":
        return "wav"
    if head[:4] == b"FORM":
        return "aiff"
    return _frame_kind(head[:4])


def _frame_kind(head: bytes) -> str:
    """What the four bytes of a bare MPEG frame header tell."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    if head[1] & 0xF6 == 0xF0:
        return "aac"
    layer, bitrate, rate = head[1] & 0x06, head[2] & 0xF0, head[2] & 0x0C
    return "mp3" if layer and bitrate != 0xF0 and rate != 0x0C else ""


def other_kind(head: bytes) -> str:
    """What the bytes look like in words ("a PDF document", "plain text") or "" when nothing is known."""
    if recording_kind(head):
        return ""
    for at, magic, words in _OTHERS:
        if head[at : at + len(magic)] == magic:
            return words
    if head and not any(head):
        return "a row of zero bytes"
    return _text_kind(head)


def _text_kind(head: bytes) -> str:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not 0 < len(head) - error.start < 4:  # a letter may be cut in two at the end of what was read
            return ""
        text = head[: error.start].decode("utf-8")
    if not text or any(ord(c) < 32 and c not in "\t\n\r\f\x1b" for c in text):
        return ""
    start = text.lstrip().lower().encode()[:40]
    return next((words for magic, words in _TEXTS if start.startswith(magic)), "plain text")
