"""Panels, axes, colors, text and files of pictures."""

from __future__ import annotations

import json
import string
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.pictures import colors, font, ticks
from aural.pictures.animation import sliding
from aural.pictures.layout import arrange, plain, stack
from aural.pictures.marks import Box, Columns, Dots, Line, Text
from aural.pictures.paint import paint
from aural.pictures.panels import Curves, HeatMap, Scatter, Stems, Wave, fit
from aural.pictures.picture import Picture, Table
from aural.pictures.png import decode
from aural.pictures.sides import two_sides
from aural.pictures.ticks import Axis

TIME = Axis(0, 10, "time (s)")


def heat(values: np.ndarray, name: str = "gray") -> HeatMap:
    return HeatMap(values, Axis(0, 100, "Hz"), colors.scale(name), (0.0, 1.0), "dB")


def test_more_energy_is_darker_and_low_rows_are_below() -> None:
    values = np.linspace(0, 1, 12).reshape(3, 4)
    pixels = decode(plain(heat(values), width=4, height=3).png())
    assert pixels.shape == (3, 4)
    assert pixels[0, 3] == 0
    assert pixels[2, 0] == 255
    assert np.array_equal(pixels, np.rint(255 * (1 - values[::-1])).astype(np.uint8))


@pytest.mark.parametrize("name", [n for n in colors.NAMES if n != "balance"])
def test_scales_change_evenly_in_lightness(name: str) -> None:
    table = colors.scale(name).astype(float)
    light = np.cbrt((np.where(table > 10, ((table / 255 + 0.055) / 1.055) ** 2.4, table / 255 / 12.92)) @ [0.2126, 0.7152, 0.0722])
    steps = np.diff(light) * (-1 if name == "gray" else 1)
    assert (steps > -0.012).all()
    assert np.abs(light[-1] - light[0]) > 0.7
    assert np.array_equal(colors.scale(name, invert=True), colors.scale(name)[::-1])
    with pytest.raises(UsageError):
        colors.scale("rainbow")


def test_indices_of_odd_values() -> None:
    found = colors.indices(np.array([-9.0, 0, 0.5, 1, 9, np.nan, np.inf, -np.inf]), low=0, high=1)
    assert found.tolist() == [0, 0, 128, 255, 255, 0, 255, 0]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-80, 0), (0, 24000), (0.841, 0.8416), (-1e-5, 1e-5), (3, 3)])
def test_nice_ticks(low: float, high: float) -> None:
    found = ticks.nice(low, high)
    values = [v for v, _ in found]
    assert 1 <= len(found) <= 13
    assert all(low - 1e-9 <= v <= high + 1e-9 for v in values)
    assert len({t for _, t in found}) == len(found)
    for value, text in found:
        assert float(text) == pytest.approx(value, abs=1e-12)


def test_time_ticks_are_clocks() -> None:
    assert ("1:30" in [t for _, t in ticks.seconds(0, 200)]) or ("1:00" in [t for _, t in ticks.seconds(0, 200)])
    hours = ticks.seconds(0, 4 * 3600)
    assert hours[-1][1] == "4:00:00"
    assert 3 <= len(hours) <= 10
    assert [t for _, t in ticks.hertz(0, 8000)] == ["0", "2k", "4k", "6k", "8k"]


def test_every_printable_letter_has_strokes_and_width() -> None:
    for letter in string.ascii_letters + string.digits + string.punctuation:
        lines, width = font.strokes(letter, size=12)
        assert lines, letter
        assert width == pytest.approx(font.width(letter, size=12))
        assert all(np.abs(p).max() < 14 for p in lines)
    drawn = {letter: str(font.strokes(letter, size=10)[0]) for letter in string.ascii_letters + string.digits}
    alike = {(a, b) for a in drawn for b in drawn if a < b and drawn[a] == drawn[b]}
    assert alike <= {("0", "O")}
    assert font.strokes("é", size=12)[1] == font.strokes("e", size=12)[1]
    assert font.strokes("日", size=12)[0]


def test_marks_are_painted_where_they_stand() -> None:
    marks = [Box(2, 3, 4, 5, fill="#ff0000"), Line(np.array([[10.0, 0.5], [20.0, 0.5]]), "#0000ff", 1.0)]
    pixels = paint(24, 10, marks)
    assert (pixels[3:8, 2:6] == [255, 0, 0]).all()
    assert (pixels[4, 8] == 255).all()
    assert pixels[0, 15].tolist() == [0, 0, 255]
    assert (pixels[2, 15] == 255).all()


def test_marks_outside_of_the_paper_do_no_harm() -> None:
    far = np.array([[-50.0, -50.0], [500.0, 900.0], [np.nan, 3.0]])
    columns = Columns(-3, np.array([1.0, np.nan, 3.0, 4.0, 5.0]), np.array([2.0, 3.0, 9.0, 99.0, 6.0]), "#000000")
    box = Box(-9, -9, 12, 12, fill="#00ff00", border="#000000")
    assert paint(30, 20, [Line(far), Dots(far, 5, "#123456"), Text(-5, -5, "Text"), box, columns]).shape == (20, 30, 3)


def everything() -> Picture:
    rng = np.random.default_rng(0)
    x = np.linspace(0, 10, 50)
    panels = [
        ("wave", Wave(-rng.random(300), rng.random(300), Axis(-1, 1, "amplitude"))), ("map", heat(rng.random((20, 30)), "ember")),
        ("curves", Curves([("a", x, np.sin(x)), ("b <&>", x, np.where(x > 5, np.nan, 0.5))], Axis(-1, 1), marked=[(3, 0.1, "3")])),
        ("many", Curves([("", np.linspace(0, 10, 9000), rng.random(9000))], Axis(0, 1))),
        ("stems", Stems((x, np.sin(x)), Axis(-1, 1), (x, np.sin(x)), Axis(0, 10, "own"))),
        ("scatter", Scatter([(n, rng.random(9), rng.random(9)) for n in ("one", "two")], Axis(0, 1), Axis(0, 1))),
    ]  # fmt: skip
    numbers = {"wave": Table(("time (s)", "value"), np.array([[0.0, 1.0], [0.5, np.nan]]))}
    return stack(panels, x=TIME, title="All <kinds> & more", width=700, numbers=numbers, at=4.0)


def test_all_panels_in_every_format(tmp_path: Path) -> None:
    picture = everything()
    pixels = decode(picture.png())
    assert pixels.shape == (picture.height, picture.width, 3)
    root = ET.fromstring(picture.svg())
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"All <kinds> & more", "time (s)", "amplitude", "own", "b <&>", "10"} <= set(texts)
    assert "data:image/png;base64," in picture.svg()
    assert "nan" not in picture.svg().lower().replace("finance", "")
    assert "<script" not in picture.html()
    for ending in ("png", "svg", "html", "csv", "json"):
        picture.save(tmp_path / f"picture.{ending}")
    assert (tmp_path / "picture.csv").read_text() == "time (s),value\n0,1\n0.5,\n"
    assert json.loads(picture.json()) == {"wave": {"time (s)": [0.0, 0.5], "value": [1.0, None]}}
    assert picture._repr_png_() == picture.png()
    with pytest.raises(UsageError):
        picture.save(tmp_path / "picture.gif")
    with pytest.raises(UsageError):
        Picture(10, 10, ()).save(tmp_path / "picture.csv")


def test_panels_over_one_axis_share_its_pixels() -> None:
    panels = [("a", heat(np.ones((3, 3)))), ("b", Wave(np.zeros(3), np.ones(3), Axis(0, 1)))]
    places, height = arrange(panels, width=600, height=500)
    assert places[0].x == places[1].x
    assert places[0].width == places[1].width
    assert places[0].y + places[0].height < places[1].y
    assert places[1].y + places[1].height < height <= 510


def test_fit_keeps_means_and_steps() -> None:
    values = np.random.default_rng(0).random((8, 12))
    np.testing.assert_allclose(fit(values, 4, 6).mean(), values.mean())
    assert np.array_equal(fit(values, 16, 24)[::2, ::2], values)
    assert fit(values, 5, 7).shape == (5, 7)


def test_the_moving_picture_moves_without_script() -> None:
    panels = [("wave", Wave(-np.ones(9), np.ones(9), Axis(-1, 1))), ("map", heat(np.random.default_rng(0).random((5, 9)))),
              ("line", Curves([("", np.arange(5.0), np.ones(5))], Axis(0, 1), Axis(0, 4)))]  # fmt: skip
    places, _ = arrange(panels, width=400)
    still = stack(panels, x=TIME, title="t", width=400)
    levels = np.full((5, 9), 0.5)
    moving = sliding(still, wave=places[0], stripes=places[1], spectrum=places[2], levels=levels, seconds=3, window=0.1)
    root = ET.fromstring(moving.svg())
    steps = {a.get("attributeName"): a.get("values", "").split(";") for a in root.iter("{http://www.w3.org/2000/svg}animate")}
    assert set(steps) == {"x", "width", "d"}
    assert all(len(v) == 9 for v in steps.values())
    assert float(steps["width"][-1]) == 0
    assert "pauseAnimations" in moving.html()
    assert moving.png() == still.png()


def test_both_sides_of_a_tone() -> None:
    time = np.linspace(0, 0.02, 200)
    parts = [(f, 1 / k, np.sin(2 * np.pi * f * time) / k) for k, f in enumerate((100.0, 200.0), 1)]
    picture = two_sides(parts, np.sum([p[2] for p in parts], axis=0), seconds=0.02, top_hz=250, title="tone")
    assert picture.numbers["sides"].rows.tolist() == [[100, 1], [200, 0.5]]
    assert "200 Hz" in picture.svg()
    assert picture.pixels().shape == (620, 1000, 3)
