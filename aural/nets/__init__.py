"""Torch modules that learn: frontends, encoders and heads, each in its own file, put together by `net.py`. Needs the extra train."""
