"""Models of others: one page each, found by its file name.

A page `<name>.py` (underscores; the card's name has dashes) holds

- `CARD: Card` with kind "borrowed", the role it fills, the licences and where they were read;
- `FILES: tuple[Wanted, ...]`: name in the model's folder, sha256, size in bytes, and the sources in
  order (a member of a package archive, members joined, an https address);
- `open(folder: Path, runtime: Runtime) -> face.Model`: opens the files that lie in `folder`;
- `PROGRAM: Program`, only where the model is a program of this machine; `FILES` is empty then;
- `ALSO: tuple[str, ...]`, only where the opened model fills further roles beside `CARD.role`.

The page calls the graph itself: no line of the carrier package is imported or run. Pages do not
import each other; what they share begins with an underscore or stands in `aural/models/`.
"""
