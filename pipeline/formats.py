"""Which files may be opened, how, and which of them a browser plays as they are: data, and next to no logic."""

from __future__ import annotations

# Demuxers that read one file and nothing else. Playlists and lists of files (concat, hls, dash, image2) are left out
# on purpose: they make the decoder open other files.
CONTAINERS = (
    "aac", "ac3", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "au", "avi", "caf", "flac", "flv", "gsm", "matroska",
    "mov", "mp3", "mpeg", "mpegts", "ogg", "w64", "wav", "wv",
)  # fmt: skip

# Decoders that may run. No picture is ever decoded, not even to guess what it is.
CODECS = frozenset(
    """
    aac aac_latm ac3 adpcm_ima_qt adpcm_ima_wav adpcm_ms adpcm_swf adpcm_yamaha alac amrnb amrwb ape comfortnoise dca
    eac3 flac g722 g723_1 g726 g726le g728 g729 gsm gsm_ms ilbc libopencore_amrnb libopencore_amrwb libopus mp1
    mp1float mp2 mp2float mp3 mp3float nellymoser opus pcm_alaw pcm_bluray pcm_dvd pcm_f32be pcm_f32le pcm_f64be
    pcm_f64le pcm_mulaw pcm_s16be pcm_s16be_planar pcm_s16le pcm_s16le_planar pcm_s24be pcm_s24le pcm_s24le_planar
    pcm_s32be pcm_s32le pcm_s32le_planar pcm_s8 pcm_s8_planar pcm_u16be pcm_u16le pcm_u24be pcm_u24le pcm_u32be
    pcm_u32le pcm_u8 speex truehd truespeech tta vorbis wavpack wmalossless wmapro wmav1 wmav2 wmavoice
    """.split()  # noqa: SIM905
)

STREAMS_AT_MOST = 200  # of every kind, in one file
CHANNELS_AT_MOST = 32  # in one stream
RATES = (4_000, 384_000)  # samples a second, from and to

# Names for layouts that a file leaves unnamed, by number of channels.
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}

# Codecs of films: more than two channels there are places in a room, not people, and become left and right.
SURROUND = frozenset({"aac", "ac3", "dca", "eac3", "truehd"})

# How files begin that hold no sound themselves, whatever a decoder might find inside them.
FOREIGN = (b"PK\x03\x04", b"PK\x05\x06", b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x7fELF",
           b"MZ", b"SQLite", b"\x89PNG", b"GIF8", b"\xff\xd8\xff\xe0", b"\xd0\xcf\x11\xe0")  # fmt: skip

# How recordings begin: what begins so and can't be opened is a damaged recording.
SOUND = (b"RIFF", b"RF64", b"riff", b"OggS", b"fLaC", b"ID3", b"\x1aE\xdf\xa3", b"#!AMR", b".snd", b"FORM",
         b"caff", b"FLV", b"0&\xb2u", b"MAC ", b"wvpk", b"\xff\xf1", b"\xff\xf9", b"\xff\xfb", b"\xff\xf3",
         b"\x0bw")  # fmt: skip

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


def is_text(head: bytes) -> bool:
    """Whether a file's first bytes are writing: a web page, a playlist, a script. No sound's are. Pure."""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a letter cut in half by the end of `head` is still writing
            return False
        text = head[: error.start].decode("utf-8-sig", "replace")
    return all(letter.isprintable() or letter in "\t\r\n\f" for letter in text)


def ignored(name: str) -> bool:
    """Whether a name is hidden or another program's temporary one. Pure."""
    lower = name.lower()
    return name.startswith((".", "~")) or lower.endswith(TEMPORARY) or lower in CLUTTER
