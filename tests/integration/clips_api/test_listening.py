"""Sound over HTTP: what the text hides is silent, unless it may be heard; captions fit the cut."""

from __future__ import annotations

import wave
from io import BytesIO

import av
import numpy as np
import pytest

from clips_api.masking import MARK, masked
from clips_api.store import audit
from pipeline.settings import Settings
from tests.integration.clips_api.conftest import Made, Said, write_call
from tests.integration.clips_api.test_masking import SCRIPT, served_with

EDGE = 0.17  # seconds beside a silence that belong to it


@pytest.fixture
def made(library) -> Made:
    return write_call(library, SCRIPT)


def samples(answer) -> np.ndarray:
    assert answer.status_code in (200, 206), answer.text
    with wave.open(BytesIO(answer.content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())


def heard(sound: np.ndarray, made: Made, word, since: float = 0.0) -> float:
    """How loud a word is, on the louder channel."""
    piece = sound[round((word.start - since) * made.rate) : round((word.end - since) * made.rate)]
    return float(np.abs(piece.astype(float)).mean(axis=0).max())


def parted(made: Made, first: int = 0, last: int = 99):
    """The words that are hidden, and those at a distance from any of them."""
    plain = made.folder.transcript()
    hidden = masked(plain, None)[0]
    pairs = [
        (word, MARK in shown.text)
        for turn, other in list(zip(plain.turns, hidden.turns, strict=True))[first:last]
        for word, shown in zip(turn.words, other.words, strict=True)
    ]
    secret = [word for word, hides in pairs if hides]
    rest = [
        word
        for word, hides in pairs
        if not hides and all(word.end + EDGE < one.start or one.end + EDGE < word.start for one in secret)
    ]
    assert len(secret) >= 4
    assert len(rest) >= 4
    return secret, rest


def test_what_a_clips_text_hides_is_silent_in_its_sound_and_the_rest_is_not(made, client):
    turn = made.folder.transcript().turns[1]
    name = f"{made.id}-{round(turn.start * 1000)}-{round(turn.end * 1000)}"
    answer = client.get(f"/api/v1/clips/{name}/audio", params={"air": 0, "fade": 0})
    sound = samples(answer)
    secret, rest = parted(made, 1, 2)
    assert all(heard(sound, made, word, turn.start) == 0 for word in secret)
    assert all(heard(sound, made, word, turn.start) > 500 for word in rest)
    part = client.get(f"/api/v1/clips/{name}/audio?air=0&fade=0", headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, answer.content[1000:2000])


def test_the_whole_calls_sound_is_muted_too_in_any_range(made, client):
    address = f"/api/v1/calls/{made.id}/audio"
    answer = client.get(address)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["accept-ranges"] == "bytes"
    sound = samples(answer)
    assert len(sound) == len(made.sound)
    secret, rest = parted(made)
    assert all(heard(sound, made, word) == 0 for word in secret)
    assert all(heard(sound, made, word) > 500 for word in rest)
    np.testing.assert_array_equal(sound[: made.rate], made.sound[: made.rate])
    for first, last in ((0, 0), (3, 43), (40, 50), (44, 44), (1001, 70_003), (100_000, 10**9)):
        part = client.get(address, headers={"Range": f"bytes={first}-{last}"})
        assert part.status_code == 206
        assert part.content == answer.content[first : last + 1], first
    assert client.get(address, headers={"Range": "bytes=-100"}).content == answer.content[-100:]
    assert client.get(address, headers={"Range": f"bytes={len(answer.content)}-"}).status_code == 416
    head = client.head(address)
    assert (head.headers["content-length"], head.content) == (str(len(answer.content)), b"")


def test_a_recording_that_is_damaged_half_way_is_silent_from_there(made, client):
    sound = made.folder.sound
    sound.write_bytes(sound.read_bytes()[: 44 + 4 * made.rate * 4])
    whole = samples(client.get(f"/api/v1/calls/{made.id}/audio"))
    assert len(whole) == len(made.sound)
    assert whole[: made.rate].any()
    assert not whole[5 * made.rate :].any()


def test_a_call_without_personal_data_plays_as_it_is(calls, client):
    assert client.get(f"/api/v1/calls/{calls[0].id}/audio").content == calls[0].folder.sound.read_bytes()


def test_who_asks_hears_it_and_that_is_written_down(made, client):
    assert client.get(f"/api/v1/calls/{made.id}/audio?unmasked=1").content == made.folder.sound.read_bytes()
    turn = made.folder.transcript().turns[1]
    name = f"{made.id}-{round(turn.start * 1000)}-{round(turn.end * 1000)}"
    sound = samples(client.get(f"/api/v1/clips/{name}/audio", params={"air": 0, "fade": 0, "unmasked": 1}))
    assert all(heard(sound, made, word, turn.start) > 500 for word in turn.words)
    deeds = audit.find(client.app.state.parts.store, audit.Asked(), limit=20)
    assert {(deed.by, deed.about) for deed in deeds if deed.detail == "with personal data"} == {
        ("manager", f"call/{made.id}"),
        ("manager", f"clip/{name}"),
    }


def test_without_masking_everything_is_heard(made, settings, library):
    with served_with(Settings(data=settings.data, mask=False), library) as client:
        assert client.get(f"/api/v1/calls/{made.id}/audio").content == made.folder.sound.read_bytes()
        whole = samples(client.get(f"/api/v1/clips/{made.id}-0-9000/audio", params={"fade": 0}))
        assert len(whole) >= 9 * made.rate
        np.testing.assert_array_equal(whole, made.sound[: len(whole)])


def test_opus_is_muted_as_well_and_small(made, client):
    turn = made.folder.transcript().turns[1]
    name = f"{made.id}-{round(turn.start * 1000)}-{round(turn.end * 1000)}"
    answer = client.get(f"/api/v1/clips/{name}/audio?format=opus&air=0")
    assert answer.headers["content-type"] == "audio/ogg"
    with av.open(BytesIO(answer.content)) as container:
        apart = av.AudioResampler(format="s16", layout="stereo", rate=made.rate)
        frames = [one for frame in container.decode(audio=0) for one in apart.resample(frame)]
    sound = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in frames])
    secret, rest = parted(made, 1, 2)
    quiet = max(heard(sound, made, word, turn.start) for word in secret)
    loud = min(heard(sound, made, word, turn.start) for word in rest)
    assert quiet * 20 < loud
    assert len(answer.content) * 3 < len(client.get(f"/api/v1/clips/{name}/audio?air=0").content)
    part = client.get(f"/api/v1/clips/{name}/audio?format=opus&air=0", headers={"Range": "bytes=10-99"})
    assert part.content == answer.content[10:100]


def test_a_clip_has_air_and_fades(calls, client):
    made = calls[0]
    turn = made.folder.transcript().turns[1]
    name = f"{made.id}-{round(turn.start * 1000)}-{round(turn.end * 1000)}"
    sound = samples(client.get(f"/api/v1/clips/{name}/audio"))
    assert len(sound) / made.rate == pytest.approx(turn.end - turn.start + 0.3, abs=0.01)
    assert np.abs(sound[:8]).mean() < 500 < np.abs(sound[400:800]).mean()


def test_captions_of_a_clip_start_with_it_and_are_masked(made, client):
    turn = made.folder.transcript().turns[1]
    answer = client.get(f"/api/v1/clips/{made.id}-{round(turn.start * 1000)}-{round(turn.end * 1000)}/captions.vtt")
    assert answer.headers["content-type"].startswith("text/vtt")
    assert answer.text.startswith("WEBVTT\n\n00:00:00.150 --> ")
    assert "<v Corbel Tiles>It's way too expensive" in answer.text
    assert MARK * 4 in answer.text
    assert "4111" not in answer.text


@pytest.mark.parametrize("path", ["audio", "captions.vtt", "pack"])
def test_what_was_not_heard_yet_can_not_be_muted_and_says_so(library, client, path):
    made = write_call(library, upto="taken")
    made.folder.keep(write_call(library, SCRIPT, seed=7).folder.recording().model_copy(update={"id": made.id}))
    answer = client.get(f"/api/v1/clips/{made.id}-0-900/{path}")
    assert answer.status_code == 409
    assert "not known yet" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("audio?format=mp3", 422), ("audio?fade=-1", 422), ("audio?air=99", 422), ("audio?air=nan", 422),
        ("captions.vtt?air=x", 422), ("audio?unmasked=perhaps", 422),
    ],
)  # fmt: skip
def test_odd_wishes_are_refused_in_words(calls, client, path, status):
    answer = client.get(f"/api/v1/clips/{calls[0].id}-1000-2000/{path}")
    assert answer.status_code == status
    assert answer.json()["errors"][0]["why"]


def test_a_card_told_over_two_turns_is_silent_in_both(library, client):
    made = write_call(
        library,
        (
            Said("customer", "My card is 4111 1111"),
            Said("rep", "and the rest?"),
            Said("customer", "1111 1111 thanks a lot then"),
        ),
    )
    sound = samples(client.get(f"/api/v1/calls/{made.id}/audio"))
    secret, _ = parted(made)
    assert {word.start for word in secret} >= {word.start for word in made.folder.transcript().turns[2].words[:2]}
    assert all(heard(sound, made, word) == 0 for word in secret)
