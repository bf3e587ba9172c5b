"""Word families: the written forms of an English word, by rule and a table of irregular ones.

Generous on purpose: a form that English lacks ("costed") never occurs in a call and does no harm.
"""

from __future__ import annotations

_VOWELS = "aeiou"
# Only the forms beside the word itself.
_IRREGULAR = {
    "be": "am is are was were been being",
    "have": "has had having",
    "do": "does did done doing",
    "go": "goes went gone going",
    "get": "gets got gotten getting",
    "buy": "buys bought buying",
    "think": "thinks thought thinking",
    "pay": "pays paid paying",
    "say": "says said saying",
    "tell": "tells told telling",
    "see": "sees saw seen seeing",
    "make": "makes made making",
    "take": "takes took taken taking",
    "come": "comes came coming",
    "give": "gives gave given giving",
    "find": "finds found finding",
    "send": "sends sent sending",
    "spend": "spends spent spending",
    "lose": "loses lost losing",
    "leave": "leaves left leaving",
    "keep": "keeps kept keeping",
    "run": "runs ran running",
    "ring": "rings rang rung ringing",
    "speak": "speaks spoke spoken speaking",
    "meet": "meets met meeting",
    "burn": "burns burned burnt burning",
    "break": "breaks broke broken breaking",
    "know": "knows knew known knowing",
    "build": "builds built building",
    "bring": "brings brought bringing",
    "hear": "hears heard hearing",
    "feel": "feels felt feeling",
    "choose": "chooses chose chosen choosing",
    "write": "writes wrote written writing",
    "freeze": "freezes froze frozen freezing",
    "swear": "swears swore sworn swearing",
    "catch": "catches caught catching",
    "stand": "stands stood standing",
    "sell": "sells sold selling",
    "understand": "understands understood understanding",
    "hold": "holds held holding",
    "fall": "falls fell fallen falling",
    "grow": "grows grew grown growing",
    "begin": "begins began begun beginning",
    "bite": "bites bit bitten biting",
    "put": "puts putting",
    "cut": "cuts cutting",
    "cost": "costs costed costing",
    "let": "lets letting",
    "set": "sets setting",
    "sit": "sits sat sitting",
    "win": "wins won winning",
    "stick": "sticks stuck sticking",
    "tie": "ties tied tying",
    "die": "dies died dying",
    "quit": "quits quitting",
    "person": "people persons",
    "man": "men",
    "woman": "women",
    "child": "children",
    "wife": "wives",
    "life": "lives",
    "learn": "learns learned learnt learning",
    "commit": "commits committed committing",
    "refer": "refers referred referring",
    "prefer": "prefers preferred preferring",
    "show": "shows showed shown showing",
    "draw": "draws drew drawn drawing",
    "throw": "throws threw thrown throwing",
    "sign": "signs signed signing",
    "swallow": "swallows swallowed swallowing",
    "mean": "means meant meaning",
    "teach": "teaches taught teaching",
    "bid": "bids bidding",
    "shoot": "shoots shot shooting",
    "read": "reads reading",
    "deal": "deals dealt dealing",
    "drive": "drives drove driven driving",
    "eat": "eats ate eaten eating",
    "fight": "fights fought fighting",
    "fly": "flies flew flown flying",
    "forget": "forgets forgot forgotten forgetting",
    "hang": "hangs hung hanging",
    "hide": "hides hid hidden hiding",
    "hit": "hits hitting",
    "hurt": "hurts hurting",
    "lead": "leads led leading",
    "lend": "lends lent lending",
    "lie": "lies lied lying",
    "rise": "rises rose risen rising",
    "seek": "seeks sought seeking",
    "shrink": "shrinks shrank shrunk shrinking",
    "shut": "shuts shutting",
    "sink": "sinks sank sunk sinking",
    "split": "splits splitting",
    "steal": "steals stole stolen stealing",
    "strike": "strikes struck striking",
    "swap": "swaps swapped swapping",
    "swing": "swings swung swinging",
    "wake": "wakes woke woken waking",
    "wear": "wears wore worn wearing",
    "withdraw": "withdraws withdrew withdrawn withdrawing",
    "happen": "happens happened happening",
    "half": "halves",
}


def family(word: str) -> tuple[str, ...]:
    """The word and its written forms, the word itself first, the rest in a fixed order."""
    if word in _IRREGULAR:
        return (word, *_IRREGULAR[word].split())
    return tuple(dict.fromkeys((word, *_regular(word))))


def _regular(word: str) -> tuple[str, ...]:
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return (word[:-1] + "ies", word[:-1] + "ied", word + "ing")
    if word.endswith("e"):
        return (word + "s", word + "d", word[:-1] + "ing")
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return (word + "es", word + "ed", word + "ing")
    if _doubles(word):
        return (word + "s", word + word[-1] + "ed", word + word[-1] + "ing")
    if word.endswith("l") and word[-2:-1] in _VOWELS and len(word) > 4:  # British and American: cancelled, canceled
        return (word + "s", word + "led", word + "ling", word + "ed", word + "ing")
    return (word + "s", word + "ed", word + "ing")


def _doubles(word: str) -> bool:
    """One syllable ending in a single vowel and a single consonant: stop, plan, fit."""
    if len(word) < 3 or word[-1] in _VOWELS + "wxy" or word[-2] not in _VOWELS or word[-3] in _VOWELS:
        return False
    return sum(c in _VOWELS for c in word) == 1
