"""Which files may be opened, how, and which of them a browser plays as they are: data, and next to no logic."""

from __future__ import annotations

# Demuxers that read one file and nothing else. Playlists and lists of files (concat, hls, dash, image2) are left out
# on purpose: they make the decoder open other files.
CONTAINERS = (
    "aac", "ac3", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "au", "avi", "caf", "flac", "flv", "gsm", "matroska",
    "mov", "mp3", "mpeg", "mpegts", "ogg", "w64", "wav", "wv",
)  # fmt: skip

# What a file without a header holds, by the ending of its name: demuxer and its options.
HEADERLESS = {
    ".ul": ("mulaw", {"sample_rate": "8000", "ch_layout": "mono"}),
    ".ulaw": ("mulaw", {"sample_rate": "8000", "ch_layout": "mono"}),
    ".mulaw": ("mulaw", {"sample_rate": "8000", "ch_layout": "mono"}),
    ".al": ("alaw", {"sample_rate": "8000", "ch_layout": "mono"}),
    ".alaw": ("alaw", {"sample_rate": "8000", "ch_layout": "mono"}),
    ".g722": ("g722", {}),
}

# (container, codec) that every current browser plays and seeks in; the rest gets a copy to listen to.
BROWSERS_PLAY = frozenset(
    {
        ("wav", "pcm_s16le"),
        ("wav", "pcm_u8"),
        ("wav", "pcm_s24le"),
        ("wav", "pcm_f32le"),
        ("wav", "pcm_mulaw"),
        ("wav", "pcm_alaw"),
        ("mp3", "mp3float"),
        ("mp3", "mp3"),
        ("mov", "aac"),
        ("flac", "flac"),
        ("ogg", "opus"),
        ("ogg", "libopus"),
        ("ogg", "vorbis"),
        ("matroska", "opus"),
        ("matroska", "libopus"),
    }
)

# Names that are not recordings yet, or never: other programs' temporary files and the clutter of desktops.
TEMPORARY = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".filepart",
    ".opdownload",
    ".swp",
    ".lock",
)
CLUTTER = ("thumbs.db", "desktop.ini")

# Files that belong to a recording of the same name rather than being one.
COMPANIONS = (".json", ".vtt")


def ignored(name: str) -> bool:
    """Whether a name is hidden or another program's temporary one. Pure."""
    lower = name.lower()
    return name.startswith((".", "~")) or lower.endswith(TEMPORARY) or lower in CLUTTER
