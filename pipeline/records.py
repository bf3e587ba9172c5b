"""The documents that flow between stages. All are frozen; `from_json` is the only way in, `to_json` the way out.

Times are seconds from the start of the recording, offsets code points of a turn's text, sizes bytes.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from nlp.findings import CallType, Moment, PersonalData, Step, Suggestion, Tag
from nlp.shown import shown
from pipeline.errors import BadInput

Speaker = Literal["rep", "customer", "unknown"]
Direction = Literal["inbound", "outbound"]


def _text(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


Text = Annotated[Annotated[str, Field(max_length=300)] | None, BeforeValidator(_text)]


class Document(BaseModel):
    """A frozen value with a JSON form."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Read one document. Raises BadInput, naming the first field at fault."""
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors()[0]
            raise BadInput(f"{'.'.join(map(str, first['loc'])) or cls.__name__}: {first['msg']}") from error

    def to_json(self) -> bytes:
        """The document as indented UTF-8 JSON, ending in a newline."""
        return self.model_dump_json(indent=1).encode() + b"\n"


class About(Document):
    """What can be known about a call besides its sound. Unknown stays None; nothing is made up."""

    rep: Text = None
    customer: Text = None
    started_at: datetime | None = None
    direction: Direction | None = None
    source: Text = None
    consent: Text = None
    type: Text = None

    @field_validator("started_at")
    @classmethod
    def _in_our_time(cls, when: datetime | None) -> datetime | None:
        if when is not None and not 1900 <= when.year <= 2200:
            raise ValueError("a date between 1900 and 2200 is needed")
        return when

    def over(self, other: About) -> About:
        """These facts first, the other's where these are silent."""
        return About(**(other.model_dump(exclude_none=True) | self.model_dump(include=set(ABOUT), exclude_none=True)))


ABOUT = frozenset(About.model_fields)


class Sighting(Document):
    """One name under which a recording's bytes arrived."""

    path: str  # relative to the inbox, with forward slashes
    at: datetime
    bytes: int
    mtime_ns: int
    kept: bool = False  # the source was left in place (a folder marked as foreign)
    sidecar: dict[str, Any] | None = None
    sidecar_problem: str | None = None


class Correction(Document):
    """What a person put right. Later corrections win, field by field."""

    at: datetime
    by: str
    set: dict[str, Any] = Field(default_factory=dict)


class Lane(Document):
    """One stream of sound that is heard by itself: a channel, a mix of several, or one participant's own file."""

    what: str  # in words: "channel 1", "both channels", "all channels", "audio_Anna.m4a"
    name: str | None = None  # the participant whose track it is, where the file says so
    silent: bool = False  # nothing sounds on it from end to end


class Sound(Document):
    """What the decoder says of a file."""

    duration_s: float
    channels: int
    sample_rate: int
    codec: str
    container: str
    lanes: tuple[Lane, ...] = ()


class Recording(About):
    """Who, when, how long: what the file, its name, its sidecar and people's corrections say."""

    id: str
    sha256: str
    files: tuple[str, ...]
    filename: str
    bytes: int
    duration_s: float
    channels: int
    sample_rate: int
    codec: str
    container: str = ""
    lanes: tuple[Lane, ...] = ()
    arrived_at: datetime
    problems: tuple[str, ...] = ()
    sound_problems: tuple[str, ...] = ()  # those of `problems` that decoding found
    made_from: dict[str, str] = Field(default_factory=dict)


class Word(Document):
    """One word. `text` is what is shown; `raw` what the recogniser heard."""

    start: float
    end: float
    text: str
    raw: str | None = None
    probability: float | None = None


class Dropped(Document):
    """Words the recogniser gave that are not trusted, and why."""

    start: float
    end: float
    text: str
    why: str


class Voice(Document):
    """What one voice said, as the recogniser heard it."""

    lane: int | None = None  # the recording's lane it was heard on; None where a supplied transcript tells
    name: str | None = None  # whose voice it is, where the recording or a supplied transcript says so
    sure: bool = True  # False: stretches of a mono recording that no voice could be told for
    words: tuple[Word, ...]


class Heard(Document):
    """What was heard before anybody decided who is who: never rewritten by corrections, so that they can be undone."""

    recording_id: str | None = None
    made_from: dict[str, str] = Field(default_factory=dict)
    language: str | None = None
    language_probability: float | None = None
    model: str | None = None
    voices: tuple[Voice, ...]
    dropped: tuple[Dropped, ...] = ()


class Job(Document):
    """What the recogniser is asked to hear: decoded lanes (see audio.Decoded), and what each of them is."""

    key: str = ""  # names it to whoever wants it first or cancelled
    lanes: tuple[Path, ...]
    about: tuple[Lane, ...]
    language: str = "auto"
    hotwords: str = ""
    alone: bool = False  # it shares no batch with others, because it may be what broke an earlier one


class Turn(Document):
    """One speaker's stretch of speech; its text is its words joined by one space."""

    speaker: Speaker = "unknown"
    voice: int | None = None  # which of the heard voices
    start: float | None = None
    end: float | None = None
    text: str
    words: tuple[Word, ...] = ()
    flags: tuple[str, ...] = ()


class VoiceIs(Document):
    """Which side one heard voice is on, and a stretch of it worth playing to somebody who has to say."""

    voice: int
    speaker: Speaker
    name: str | None = None
    start: float
    end: float
    quote: str


class Speakers(Document):
    """Who is who and how that was decided; where it is not sure, the call page asks."""

    sure: bool
    by: Literal["person", "names", "map", "words", "nobody"]
    why: str
    voices: tuple[VoiceIs, ...] = ()


class Transcript(Document):
    """Who said what, and when."""

    recording_id: str | None = None
    made_from: dict[str, str] = Field(default_factory=dict)
    language: str | None = None
    model: str | None = None
    speakers: Speakers | None = None
    turns: tuple[Turn, ...]
    dropped: tuple[Dropped, ...] = ()


class Analysis(Document):
    """Tags, moments, steps, personal data and metrics, each with its evidence."""

    recording_id: str | None = None
    made_from: dict[str, str] = Field(default_factory=dict)
    playbook: dict[str, str]
    type: CallType
    tags: tuple[Tag, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()  # tags that somebody has yet to agree with
    moments: tuple[Moment, ...] = ()
    steps: tuple[Step, ...] = ()
    pii: tuple[PersonalData, ...] = ()
    metrics: dict[str, Any] = Field(default_factory=dict)

    @property
    def shown_tags(self) -> tuple[Tag, ...]:
        """Those that people are shown."""
        return shown(self.tags, self.moments)


class Likeness(Document):
    """What the sentence encoder said of a call, by hashes of its sentences: another playbook needn't ask again."""

    encoder: str
    sentences: dict[str, dict[str, float]]


class Reason(Document):
    """Why a file could not become a call, in words a manager understands."""

    id: str
    name: str
    why: str
    advice: str
    error: str
    detail: str = ""
    at: datetime


class Doing(Document):
    """What the worker is doing with one recording."""

    id: str
    name: str
    stage: Literal["waiting", "read", "hear", "speakers", "analyse", "publish"]
    percent: float | None = None  # 0 to 100
    left_s: float | None = None
    since: datetime
    trouble: str | None = None


class Progress(Document):
    """The worker's note on all it is doing, rewritten about twice a second while anything changes."""

    pid: int
    at: datetime
    ready: bool = True  # the speech model is loaded
    doing: tuple[Doing, ...] = ()
    waiting: int = 0
    queue: tuple[str, ...] = ()  # ids of the calls that wait, in the order in which they are heard
    trouble: str | None = None
