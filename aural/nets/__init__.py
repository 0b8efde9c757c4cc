"""Torch modules that learn: frontends, encoders and heads, one a file, put together by `net.py`. Needs the extra train."""
