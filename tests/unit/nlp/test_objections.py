"""Objections as other people say them, and what only sounds like one; none of these stands in a tag's own file."""

import pytest

from nlp.findings import Turn
from nlp.tagger import hear, tag

SAID = {
    "objection.price": (
        "So I put your figure in front of my co-director and he just started laughing.",
        "you want how much for a month",
        "I've got eleven volunteers and a tin on the counter, where am I meant to find four grand?",
        "It'd take us about six years to see that money again.",
        "We're on a very tight leash with spending.",
        "Anything over five hundred is going to raise eyebrows.",
        "That's a chunk more than we're on now.",
    ),
    "objection.timing": (
        "Oh love, you couldn't have picked a worse day, the roof's leaking.",
        "I'd say leave it till the back end of the summer and we'll see where we are.",
        "We're between managers at the minute.",
        "Ask me again once the kids go back.",
        "Everything's up in the air with the sale of the business.",
        "can you just send it all through on email and I'll go through it",
        "I've got to get through the stocktake first.",
    ),
    "objection.authority": (
        "I'm just filling in for the manager, so.",
        "That'd need two signatures and one of them's in Dubai.",
        "You'd have to get past our finance lady first, good luck with that.",
        "I'd love to but it's not my shop.",
        "Sir, approval will come from head office only.",
        "they don't let us spend anything over fifty dollars without a form",
        "Ultimately it's down to the chief exec.",
    ),
    "objection.need": (
        "I can count the people who'd use it on one hand.",
        "We're not that sort of business, really.",
        "It's clever but it's not for the likes of us.",
        "What does that give me that I haven't got?",
        "We only do weddings, so it wouldn't be any good to us.",
        "I can't say we've ever lost anybody because of that.",
        "We don't get enough calls to bother with a system.",
    ),
    "objection.competitor": (
        "There's a company in Swindon we've been using since we opened.",
        "You do know Lightspeed do that for free?",
        "We went with Kronos in the end.",
        "I've got another meeting with a different supplier straight after this.",
        "how do you compare with Deputy",
        "They've promised to beat anything you come up with.",
        "My accountant recommended somebody else.",
    ),
    "objection.risk": (
        "If the internet goes we're dead in the water, aren't we?",
        "And who picks up the pieces when it all goes pear shaped?",
        "I've seen too many of these companies come and go.",
        "The thought of all our client files on the internet makes me feel ill.",
        "if my guys find out there's a tracker they'll go mad",
        "What's to stop you hiking the price next year?",
        "I've been in this game too long to believe that.",
    ),
    "objection.status_quo": (
        "The way we're doing it is fine by me.",
        "I've got a perfectly good diary on the desk.",
        "It's served us well for twenty years.",
        "my staff are not computer people and what they have they know",
        "We don't see why we'd move when it's working.",
        "It may be old but it's reliable.",
        "It's a lot of work to change and for what?",
    ),
    "objection.technical": (
        "Our tills are from the year dot, they won't take an upgrade.",
        "We're all Macs here.",
        "It'd have to sit behind our firewall and yours doesn't.",
        "how's it going to work with no mobile reception on the boats",
        "Nope, if there's no API then I can't use it.",
        "We've got seven different spreadsheets and none of them match.",
        "Your reporting's not detailed enough.",
    ),
}
NOT_SAID = (
    "so what would we be looking at per head",
    "How does it get on with old handsets?",
    "Can we bring our own numbers across?",
    "Do you work with charities?",
    "It's a three year agreement with Ricoh and it finishes in May.",
    "We've got two vans and a lorry.",
    "At present there's an agency in Leeds that does the recruitment, but we're not happy with them.",
    "We'd be doing it in stages, starting with the warehouse.",
    "The money side's not a worry.",
    "No, it's not that I need anyone's say so.",
    "I'm not afraid of change.",
    "The integration side doesn't bother me.",
    "I was sceptical until I saw it running.",
    "It used to be a nightmare to set up, they tell me, but it took us an hour.",
    "Put me down for ten.",
    "Would you be able to start before the summer?",
    "Sounds like it'd pay for itself.",
    "Their software never worked with our scanners.",
    "Can we make it a bit later? I'm on the school run.",
    "We're having to put our prices up in April.",
    "Our clients are worried about their data, so we have to be careful.",
    "The sound's gone again.",
    "My headset isn't working, bear with me.",
    "My wife won't let me have another dog.",
    "I can't get into my account.",
    "You've charged me for two months.",
    "It says my card's been declined.",
    "In my old job the boss would never have signed that.",
    "Mm, yeah.",
    "I've worked here since I left school.",
    "There's eighteen in the office and sixty on the road.",
    "I'll take notes, carry on.",
)


def objections(playbook, speaker, text):
    turns = [Turn(speaker, text)]
    return {t.tag for t in tag(turns, hear(turns, playbook), playbook) if t.tag.startswith("objection.")}


@pytest.mark.parametrize("kind", SAID)
def test_heard(playbook, kind):
    missed = [text for text in SAID[kind] if kind not in objections(playbook, "customer", text)]
    assert len(missed) <= 3, missed


def test_nearly_all_are_heard(playbook):
    said = [(kind, text) for kind, texts in SAID.items() for text in texts]
    missed = [text for kind, text in said if kind not in objections(playbook, "customer", text)]
    assert len(missed) <= 0.2 * len(said), missed


@pytest.mark.parametrize("text", NOT_SAID)
def test_not_heard(playbook, text):
    assert objections(playbook, "customer", text) == set()


@pytest.mark.parametrize("text", [texts[0] for texts in SAID.values()])
def test_a_rep_never_objects(playbook, text):
    assert objections(playbook, "rep", text) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "A friend of mine runs a garage and he says it's too expensive.",
        "I was worried about the cost but you've explained that now.",
        "It's too dear for some people but we're not.",
        "Our customers always say it's too expensive.",
        "I wouldn't say it's too expensive.",
    ],
)
def test_what_others_say_and_what_is_settled_is_no_objection(playbook, sentence):
    assert not objections(playbook, "customer", sentence)


@pytest.mark.parametrize("no", ["I don't think so, it's", "no I don't think so it's", "I wouldn't think so, no, it's"])
def test_a_no_to_something_else_denies_nothing(playbook, no):
    assert "objection.price" in objections(playbook, "customer", f"{no} just too expensive")
    assert "objection.price" not in objections(playbook, "customer", "I don't think it's too expensive")


def test_but_ends_the_reach_of_a_frame(playbook):
    assert "objection.price" in objections(playbook, "customer", "People say it is nice but it's too expensive for us.")


BLUNT = {  # what a manager tries first; no neighbour, no reason given
    "objection.price": (
        "This is expensive.",
        "That's expensive.",
        "It's expensive.",
        "It's quite expensive.",
        "That's very expensive.",
        "That's pricey.",
        "It's a bit pricey.",
        "That's steep.",
        "That's a lot of money.",
        "It's too dear.",
        "That costs too much.",
        "The price is too high.",
        "Your prices are too high.",
        "It's over budget.",
        "It's not in the budget.",
        "We can't afford that.",
        "We don't have the money.",
        "Can you do any better on price?",
        "What's your best price?",
        "Can we get a discount?",
        "that's way too much",
        "you're too expensive",
    ),
    "objection.timing": (
        "No time.",
        "We're too busy.",
        "I'm too busy right now.",
        "Not now.",
        "Not right now.",
        "Now's not a good time.",
        "Maybe next year.",
        "Maybe later.",
        "Not this year.",
        "Call me next month.",
        "We're swamped.",
        "I don't have time for this.",
        "Let's revisit this in the new year.",
        "Just email me.",
        "Send me something.",
        "I'll get back to you.",
        "Let me think about it.",
    ),
    "objection.authority": (
        "I'm not the decision maker.",
        "It's not my decision.",
        "I don't make that decision.",
        "I have to ask my boss.",
        "My boss decides.",
        "That's above my pay grade.",
        "I need approval.",
        "The board decides.",
        "I can't sign off on that.",
        "I need to check with my partner.",
    ),
    "objection.need": (
        "Not interested.",
        "We're not interested.",
        "We don't need it.",
        "We don't need this.",
        "No thanks, we're good.",
        "It's not a priority.",
        "It's not for us.",
        "I don't see the need.",
        "I don't see the value.",
        "I don't see the point.",
        "We're too small for this.",
    ),
    "objection.competitor": (
        "We already have a vendor.",
        "We're with a competitor.",
        "We went with someone else.",
        "Your competitor is cheaper.",
        "We're talking to your competitor.",
        "We're looking at other options.",
        "We're under contract.",
        "We're locked in a contract.",
        "We're tied in until spring.",
    ),
    "objection.risk": (
        "We've been burned before.",
        "I don't trust it.",
        "It's too risky.",
        "That's risky.",
        "How do I know it works?",
        "What if it doesn't work?",
        "I'm worried about security.",
        "What if you go bust?",
        "I've never heard of you.",
        "My team won't use it.",
    ),
    "objection.status_quo": (
        "We're happy with what we have.",
        "We're fine as we are.",
        "What we have works.",
        "If it ain't broke, don't fix it.",
        "We've always done it this way.",
        "We already have something.",
        "We use spreadsheets and that works.",
        "We're all set.",
        "We built our own.",
    ),
    "objection.technical": (
        "It doesn't integrate with Salesforce.",
        "It won't work with our system.",
        "It's missing features.",
        "You don't have an API.",
        "It doesn't scale.",
        "It has to be on-premises.",
        "We need single sign-on and you don't have it.",
        "It's too complicated.",
        "It's too hard to set up.",
    ),
}
BLUNT_AND_NONE = (
    "It isn't too expensive.",
    "That's not expensive.",
    "Is it expensive?",
    "It's not too risky.",
    "Not too busy, thanks.",
    "I was too busy to call you yesterday.",
    "We were locked in to our old contract until June, and now we're free.",
    "It's not too complicated at all.",
    "Our current tool is too complicated.",
    "I got burned before on the grill.",
    "She said it's too expensive.",
    "Maybe later in the week, Thursday?",
    "What's your best email address?",
    "We're all set for Thursday.",
)


@pytest.mark.parametrize("text", [text for texts in BLUNT.values() for text in texts])
def test_what_is_said_bluntly_is_heard(playbook, text):
    assert objections(playbook, "customer", text)


@pytest.mark.parametrize("text", BLUNT_AND_NONE)
def test_blunt_words_that_object_to_nothing(playbook, text):
    assert not objections(playbook, "customer", text)
