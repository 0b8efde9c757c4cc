"""The learned filter bank: it begins as a bank of band filters at mel centers."""

from __future__ import annotations

import numpy as np
import torch

from aural.nets.frontends import waveform


def test_a_tone_is_loudest_in_the_filter_at_its_pitch() -> None:
    bank = waveform.gabors(20, 400, 16000)
    centers = np.abs(np.fft.rfft(bank[:20], 16000)).argmax(1)
    assert (np.diff(centers) > 0).all() and 50 < centers[0] < 200 and 6000 < centers[-1] < 8000
    frontend = waveform.Frontend(waveform.Config(filters=20), 16000)
    for number in (3, 10, 17):
        tone = torch.sin(2 * torch.pi * float(centers[number]) * torch.arange(8000) / 16000)[None]
        told = frontend(tone, torch.tensor([8000]))[0][0, 10]
        assert int(told.argmax()) == number
