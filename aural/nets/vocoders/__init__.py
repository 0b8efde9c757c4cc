"""Nets that make sound of log-mel spectrograms, a page each: `Config`, `Vocoder`, `tiny()`."""
