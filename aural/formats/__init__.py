"""Results as files: one page a format, found by its file name.

A page holds `EXTENSION` (with its dot), `HOLDS` (what a file keeps, in the words of `_holds.PARTS`),
`write(result, *, media=None, options=None) -> str | bytes`, `read(data, where="") -> Result`
(FormatError carries "file:line:column"), and where it has any, `Options` and `ALIASES`.
"""
