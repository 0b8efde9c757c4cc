"""Which kinds of sound are general names for others, so that one bark is not told three times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural import find
from aural.errors import UsageError

# General name, and the last of the kinds under it: the tagger lists kinds depth first, so a general
# one is followed by all that it covers.
_COVERS = (
    ("Speech", "Speech synthesizer"), ("Shout", "Children shouting"), ("Laughter", "Chuckle, chortle"),
    ("Crying, sobbing", "Wail, moan"), ("Singing", "Synthetic singing"), ("Breathing", "Snort"), ("Hands", "Clapping"),
    ("Heart sounds, heartbeat", "Heart murmur"), ("Crowd", "Hubbub, speech noise, speech babble"),
    ("Animal", "Whale vocalization"), ("Domestic animals, pets", "Caterwaul"), ("Dog", "Whimper (dog)"), ("Cat", "Caterwaul"),
    ("Livestock, farm animals, working animals", "Honk"), ("Horse", "Neigh, whinny"), ("Cattle, bovinae", "Cowbell"),
    ("Pig", "Oink"), ("Goat", "Bleat"), ("Fowl", "Honk"), ("Chicken, rooster", "Crowing, cock-a-doodle-doo"),
    ("Turkey", "Gobble"), ("Duck", "Quack"), ("Goose", "Honk"), ("Wild animals", "Whale vocalization"),
    ("Roaring cats (lions, tigers)", "Roar"), ("Bird", "Bird flight, flapping wings"),
    ("Bird vocalization, bird call, bird song", "Squawk"), ("Pigeon, dove", "Coo"), ("Crow", "Caw"), ("Owl", "Hoot"),
    ("Rodents, rats, mice", "Patter"), ("Insect", "Bee, wasp, etc."), ("Fly, housefly", "Buzz"), ("Frog", "Croak"),
    ("Snake", "Rattle"), ("Music", "Scary music"), ("Musical instrument", "Scratching (performance technique)"),
    ("Plucked string instrument", "Ukulele"), ("Guitar", "Strum"), ("Keyboard (musical)", "Harpsichord"),
    ("Piano", "Electric piano"), ("Organ", "Hammond organ"), ("Percussion", "Steelpan"), ("Drum kit", "Tabla"), ("Drum", "Tabla"),
    ("Snare drum", "Drum roll"), ("Cymbal", "Hi-hat"), ("Mallet percussion", "Steelpan"), ("Brass instrument", "Trombone"),
    ("Bowed string instrument", "Double bass"), ("Violin, fiddle", "Pizzicato"),
    ("Wind instrument, woodwind instrument", "Clarinet"), ("Bell", "Change ringing (campanology)"), ("Chime", "Wind chime"),
    ("Wind", "Wind noise (microphone)"), ("Thunderstorm", "Thunder"), ("Water", "Gurgling"), ("Rain", "Rain on surface"),
    ("Ocean", "Waves, surf"), ("Fire", "Crackle"), ("Vehicle", "Skateboard"), ("Boat, Water vehicle", "Ship"),
    ("Motor vehicle (road)", "Traffic noise, roadway noise"), ("Car", "Race car, auto racing"),
    ("Truck", "Ice cream truck, ice cream van"), ("Emergency vehicle", "Fire engine, fire truck (siren)"),
    ("Rail transport", "Subway, metro, underground"), ("Train", "Train wheels squealing"),
    ("Aircraft", "Fixed-wing aircraft, airplane"), ("Aircraft engine", "Propeller, airscrew"),
    ("Engine", "Accelerating, revving, vroom"), ("Light engine (high frequency)", "Chainsaw"), ("Door", "Squeak"),
    ("Alarm", "Steam whistle"), ("Telephone", "Busy signal"), ("Siren", "Civil defense siren"),
    ("Mechanisms", "Single-lens reflex camera"),
    ("Clock", "Tick-tock"), ("Camera", "Single-lens reflex camera"), ("Tools", "Drill"), ("Power tool", "Drill"),
    ("Explosion", "Boom"), ("Gunshot, gunfire", "Cap gun"), ("Fireworks", "Firecracker"), ("Wood", "Crack"), ("Glass", "Shatter"),
    ("Liquid", "Boiling"), ("Typing", "Computer keyboard"),
)  # fmt: skip
# Kinds that stand elsewhere in the list and are covered all the same.
_ALSO_COVERS = {
    "Vehicle": ("Siren", "Engine", "Engine starting", "Idling", "Accelerating, revving, vroom"),
    "Motor vehicle (road)": ("Siren", "Engine"),
    "Liquid": ("Water", "Rain", "Stream", "Drip", "Pour", "Splash, splatter"),
    "Tools": ("Chainsaw", "Lawn mower"),
    "Engine": ("Helicopter", "Motorcycle"),
    "Canidae, dogs, wolves": ("Dog",),
    "Wild animals": ("Fowl", "Dog"),
    "Bird": ("Fowl",),
    "Water": ("Splash, splatter", "Drip", "Water tap, faucet", "Sink (filling or washing)", "Toilet flush"),
}
# General names whose kinds are names of one and the same sound: only the best one at a time is told.
_ONE_AT_A_TIME = (
    "Speech", "Shout", "Laughter", "Crying, sobbing", "Singing", "Dog", "Cat", "Horse", "Cattle, bovinae", "Chicken, rooster",
    "Bird", "Frog", "Insect", "Wind", "Thunderstorm", "Water", "Rain", "Ocean", "Fire", "Emergency vehicle", "Engine", "Clock",
    "Gunshot, gunfire", "Explosion", "Glass", "Door", "Telephone", "Snare drum", "Cymbal", "Violin, fiddle", "Crowd", "Train",
    "Bell",
)  # fmt: skip
_SAME_SOUND = (
    ("Siren", "Emergency vehicle"), ("Typing", "Clicking"), ("Waves, surf", "Water"), ("Crying, sobbing", "Screaming"),
    ("Crying, sobbing", "Laughter"), ("Sneeze", "Cough"), ("Cough", "Throat clearing"), ("Sigh", "Gasp"),
    ("Light engine (high frequency)", "Power tool"),
)  # fmt: skip
# Where a recording was made and how, rather than a sound that begins and ends; and the moods and styles of music.
_SETTINGS = (
    "Silence", "Sound effect", "Inside, small room", "Inside, large room or hall", "Inside, public space",
    "Outside, urban or manmade", "Outside, rural or natural", "Reverberation", "Echo", "Environmental noise", "Field recording",
)  # fmt: skip
_STYLES = ("Pop music", "Scary music")
# Sides of music: the first and the last of the kinds that tell of each, in the tagger's order.
_FACETS = {
    "genre": ("Pop music", "Song"), "use": ("Background music", "Wedding music"), "mood": ("Happy music", "Scary music"),
    "instrument": ("Musical instrument", "Scratching (performance technique)"), "voice": ("Singing", "Humming"),
}  # fmt: skip
SETS = ("music", *_FACETS)
_SPEECH = ("Speech", "Speech synthesizer")
SPEECH_KINDS = (*_SPEECH, "Child speech, kid speaking", "Conversation", "Narration, monologue", "Babbling")


@dataclass(frozen=True, eq=False)
class Kinds:
    """What a tagger's names mean to each other. `covers[k]`: the kinds that k is a general name for;
    `rivals[k]`: kinds that may be the same sound; `settings`, `speech`: kinds that are no events of their own."""

    labels: tuple[str, ...]
    covers: dict[int, frozenset[int]]
    rivals: dict[int, frozenset[int]]
    settings: frozenset[int]
    speech: frozenset[int]

    def named(self, names: Sequence[str]) -> frozenset[int]:
        """The kinds behind names as people write them, with all that a general name covers.

        Case does not matter, and one part of a name is enough ("Ambulance"). Raises: UsageError for
        a name that the tagger does not know, with the nearest one.
        """
        found: set[int] = set()
        for name in names:
            hits = _matches(name, self.labels)
            if not hits:
                raise UsageError(f"this tagger knows no sound called {name!r}", where="--watch", fix=_nearest(name, self.labels))
            for hit in hits:
                found |= {hit} | self.covers.get(hit, frozenset())
        return frozenset(found)


def facets_of(labels: Sequence[str], wanted: Sequence[str]) -> list[frozenset[int]]:
    """The kinds of each side of music that was asked for; `music` stands for all sides.

    Raises: UsageError for a tagger that does not tell of them.
    """
    at = {label: i for i, label in enumerate(labels)}
    names = tuple(_FACETS) if "music" in wanted else tuple(dict.fromkeys(wanted))
    for name in names:
        if not set(_FACETS[name]) <= at.keys():
            fix = "The default tagger does (yamnet); a model of your own tells the tags that it learned"
            raise UsageError(f"this tagger tells nothing of {name}", where="--set", fix=fix)
    return [frozenset(range(at[_FACETS[name][0]], at[_FACETS[name][1]] + 1)) for name in names]


def kinds_of(labels: Sequence[str]) -> Kinds:
    """The relations of a tagger's names; names that are not in the tables stand for themselves."""
    at = {label: i for i, label in enumerate(labels)}
    covers: dict[int, set[int]] = {}
    for general, last in _COVERS:
        if general in at and at.get(last, -1) > at[general]:
            covers[at[general]] = set(range(at[general] + 1, at[last] + 1))
    for general, more in _ALSO_COVERS.items():
        for name in more:
            if general in at and name in at:
                covers.setdefault(at[general], set()).update({at[name]} | covers.get(at[name], set()))
    rivals: dict[int, set[int]] = {}
    for general in _ONE_AT_A_TIME:
        family = covers.get(at.get(general, -1), set())
        for kind in family:
            rivals.setdefault(kind, set()).update(family)
    for pair in _SAME_SOUND:
        if all(name in at for name in pair):
            families = [{at[name]} | covers.get(at[name], set()) for name in pair]
            for kind in families[0] | families[1]:
                rivals.setdefault(kind, set()).update(families[0] | families[1])
    # A general name does not compete with its own kinds: it steps back where they are heard.
    for kind, others in rivals.items():
        others -= {kind} | covers.get(kind, set()) | {k for k, under in covers.items() if kind in under}
    settings = {at[name] for name in _SETTINGS if name in at} | _between(at, _STYLES)
    return Kinds(
        tuple(labels), {k: frozenset(v) for k, v in covers.items()}, {k: frozenset(v) for k, v in rivals.items()},
        frozenset(settings), frozenset(_between(at, _SPEECH) | {at[n] for n in SPEECH_KINDS if n in at}),
    )  # fmt: skip


def _between(at: dict[str, int], ends: tuple[str, str]) -> set[int]:
    return set(range(at[ends[0]], at[ends[1]] + 1)) if all(e in at for e in ends) else set()


def _matches(name: str, labels: Sequence[str]) -> list[int]:
    wanted = name.strip().lower()
    whole = [i for i, label in enumerate(labels) if label.lower() == wanted]
    if whole:
        return whole
    return [i for i, label in enumerate(labels) if wanted in _parts(label)]


def _parts(label: str) -> set[str]:
    """The names inside one label: "Police car (siren)" is also "police car", "Fly, housefly" also "fly"."""
    text = label.lower()
    plain = text.split(" (")[0]
    return {p.strip() for p in plain.split(",")} | {plain}


def _nearest(name: str, labels: Sequence[str]) -> str:
    known = {part: label for label in labels for part in _parts(label)}
    near = find.alike(name.lower(), known, 3)
    return f"Did you mean {' or '.join(repr(known[n]) for n in near)}?" if near else "`aural models show yamnet` lists the names"


def strongest(probabilities: np.ndarray, top: int) -> np.ndarray:
    """Indices of the `top` largest values, largest first, ties in the order of the labels."""
    return np.argsort(-probabilities, kind="stable")[:top]
