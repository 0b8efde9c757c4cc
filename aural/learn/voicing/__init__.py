"""What every voice is learned from, prepared once, and what every voice must tell of itself.

A method that makes voices (a page of learn/methods, for the verb speak) does in this order:

1. in `read(job)`: `card.consent_of(job)`, so that a missing consent is told before any recording is opened;
2. in `run(job)`: `prepare.prepared(job, Terms(hop, language, lexicon))` -> {"train": [Said], "valid": [Said]}. A `said.Said` holds
   phones (with stress, word and mark), their times, pitch (Hz, 0 = none) and level (dB) every `hop` s, and gives samples at any
   rate, `durations(hop)` in frames of any other step. It is prepared once for the same clips and kept in `AURAL_HOME`/prepared;
3. write its files into `job.model`, then `card.write(job, said, kind, sample_rate, language)` -> Card.

The engine of that kind (models/engines) takes an `Utterance` whose phonemes are the front end's letters;
`aural.text.pronunciation.phones.sequence(utterance.phonemes, utterance.marks)` gives the same phones that were learned, and
`aural.text.pronunciation.context.context(phones, inventory)` what surrounds each, as numbers.
"""
