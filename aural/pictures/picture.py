"""A finished picture: PNG, SVG or a page, with the numbers behind it as CSV or JSON."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

import numpy as np

from aural import files
from aural.errors import UsageError
from aural.pictures import png, svg
from aural.pictures.marks import PAPER, Mark, Raster
from aural.pictures.paint import paint

FORMATS = ("png", "svg", "html", "csv", "json")


@final
@dataclass(frozen=True, eq=False)
class Table:
    """Numbers behind a panel: names of columns (with units) and rows [N, K]; NaN = none."""

    columns: tuple[str, ...]
    rows: np.ndarray


@final
@dataclass(frozen=True, eq=False)
class Picture:
    """Marks on paper of width x height pixels. `motion` is SVG that moves, shown by svg and html only.

    `numbers` maps the name of each panel to its table.
    """

    width: int
    height: int
    marks: tuple[Mark, ...]
    title: str = ""
    numbers: Mapping[str, Table] = field(default_factory=dict)
    motion: str = ""
    paper: str = PAPER

    def pixels(self) -> np.ndarray:
        """The picture as uint8 [H, W, 3]."""
        return paint(self.width, self.height, self.marks, paper=self.paper)

    def png(self) -> bytes:
        """The picture as a PNG file; 8-bit grey where it has no color."""
        bare = self._bare()
        if bare is not None and not np.ptp(bare.colors.astype(int), axis=1).any():
            return png.encode(bare.colors[bare.indices][..., 0])
        if bare is not None:
            return png.encode(bare.indices, palette=bare.colors)
        found = self.pixels()
        return png.encode(found[..., 0] if not np.ptp(found, axis=2).any() else found)

    def svg(self) -> str:
        """The picture as an SVG document."""
        return svg.document(self.width, self.height, self.marks, title=self.title, more=self.motion, paper=self.paper)

    def html(self) -> str:
        """The picture in a page of its own; what moves can be paused with a click or the space bar."""
        script = (
            "const p=document.querySelector('svg');const t=()=>p.animationsPaused()?p.unpauseAnimations():p.pauseAnimations();"
            "p.addEventListener('click',t);addEventListener('keydown',e=>{if(e.key===' '){e.preventDefault();t()}})"
        )
        moving = f"<p>Click the picture or press space to pause.</p><script>{script}</script>" if self.motion else ""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{html.escape(self.title or 'aural')}</title><style>body{{margin:1rem;font-family:system-ui,sans-serif}}"
            f"svg{{max-width:100%;height:auto}}</style></head><body>\n{self.svg()}{moving}</body></html>\n"
        )

    def csv(self) -> str:
        """The numbers behind the picture; several panels follow one another, each under a line `# name`."""
        out = io.StringIO()
        for name, table in self.numbers.items():
            if len(self.numbers) > 1:
                out.write(f"# {name}\n")
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(table.columns)
            writer.writerows([[_short(v) for v in row] for row in table.rows.tolist()])
        return out.getvalue()

    def json(self) -> str:
        """The numbers behind the picture: {panel: {column: [values]}}."""
        tables = {
            name: {c: [_or_none(v) for v in table.rows[:, k].tolist()] for k, c in enumerate(table.columns)}
            for name, table in self.numbers.items()
        }
        return json.dumps(tables, ensure_ascii=False) + "\n"

    def as_format(self, name: str) -> str | bytes:
        """The file's content in one of `FORMATS`. Raises: UsageError for another one, or where there are no numbers."""
        if name in ("csv", "json") and not self.numbers:
            raise UsageError(f"there are no numbers behind this picture to write as {name}", where="--format")
        match name:
            case "png" if self.motion:
                raise UsageError("a picture that moves cannot be written as png", where="--output", fix="Use svg or html")
            case "png":
                return self.png()
            case "svg":
                return self.svg()
            case "html":
                return self.html()
            case "csv":
                return self.csv()
            case "json":
                return self.json()
        raise UsageError(f"a picture cannot be written as {name!r}", where="--output", fix=f"It is one of: {', '.join(FORMATS)}")

    def save(self, path: str | Path) -> None:
        """Write it to `path`; its ending says as what (png, svg, html; csv and json are the numbers)."""
        path = Path(path)
        content = self.as_format(path.suffix.lstrip(".").lower())
        files.write_text(path, content) if isinstance(content, str) else files.write_bytes(path, content)

    def _repr_png_(self) -> bytes:
        return self.png()

    def _bare(self) -> Raster | None:
        """The only raster of a picture that is nothing else, one pixel for each of its values."""
        only = self.marks[0] if len(self.marks) == 1 else None
        if isinstance(only, Raster) and only.indices.shape == (self.height, self.width):
            return only
        return None


def _short(value: float) -> str:
    return "" if value != value else f"{value:.7g}"


def _or_none(value: float) -> float | None:
    return float(f"{value:.7g}") if np.isfinite(value) else None
