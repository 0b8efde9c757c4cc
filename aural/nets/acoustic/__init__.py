"""Nets that make a log-mel spectrogram, or sound, of the symbols of a sentence, a page each: `Config`, `Acoustic`, `tiny()`."""
