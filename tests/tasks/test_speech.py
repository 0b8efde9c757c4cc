"""What a file of made speech tells about itself."""

from __future__ import annotations

from aural.tasks._speech import tags


def test_tags_name_model_and_voice_once() -> None:
    assert tags({"synthesizer": "kokoro", "voice": "af_heart"})["artist"] == "synthetic voice kokoro af_heart"
    assert tags({"synthesizer": "kathleen", "voice": "kathleen"})["artist"] == "synthetic voice kathleen"
    assert "(units)" in tags({"synthesizer": "units", "voice": ""})["comment"]
