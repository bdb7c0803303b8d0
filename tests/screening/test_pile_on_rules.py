"""Pile-on calls by rule: what it must find, ordinary campaigning that must pass, switching off, hostile text."""

from __future__ import annotations

import pytest

from evenhand.categories import Category
from evenhand.screening.doxxing import doxxing_book, find_doxxing
from evenhand.screening.pile_on import PileOnKind, find_pile_on, pile_on_book
from evenhand.screening.rulebook import Book, bounded, spans_of
from evenhand.text import normalise

FOUND = """\
Everyone go and tell her what a liar she is.
everybody go ask him where the money went, all night if need be
Lads, tell this woman what we do to snitches.
All of you reply to her right now, same word, over and over.
you lot, go and find him and give him what for
We should all message the clerk and call her a crook.
Tell him what you think of him, everyone, don't hold back.
Get everyone you know on to her.
Flood her inbox before the meeting.
Let's flood his phone with calls.
spam his comments till he shuts them
Bombard her with messages from every account you have.
Bury this man under replies.
light up the deputy's mentions tonight
Fill her timeline with rats.
raid his live stream at eight
Wreck her reviews, none of you need to have been there.
Get in his mentions, folks.
everyone into her replies now
Pile on him, he can't answer all of us.
Go on his page, all of you, and leave a clown.
Time to dogpile the secretary.
ratio her into next week
Swarm him. Swarm him till he's gone.
Her comments are open, you know the drill.
Don't stop till he deletes his account.
never let up until she resigns from everything
Hound the reporter till he quits.
Keep ringing the steward until he cries.
Keep quote tweeting her until she goes private.
Follow him and film him until he breaks.
She's already crying, push harder.
He gets no peace until he steps down.
Let's make her life hell.
I want you to make his evenings a misery.
We must make this councillor afraid to open her phone.
Together we can make him wish he had never stood.
Come on, make her regret it.
Let's silence this man for good.
Everyone drown her out, not one word gets through.
We need to shut him up, so who's in?
Time to run the clerk out of town.
Let's get her kicked off here.
Hounding that scab off every platform is our job now.
I want her so scared that she never writes again.
She must not be heard on Thursday, bring whistles.
Mass report him.
Everyone report her account, pick any reason you like.
Report his page, all of you, till it's gone.
mass-report this clown's account tonight
Target of the day: the treasurer, God help her.
Our new target thinks he's clever.
Sic him, boys.
Followers, do your worst to her.
Her page is below, you know what to do.
Everyone ring his boss and get him sacked.
All of you write to her landlord, get her evicted.
Keep sending it to his employer until he's out of work.
Turn up at her house with drums, six sharp.
We're all going round to his door tonight, stand outside his house till he talks.
Ring her at 4am.
Text the deputy non-stop.
Fifty of you should be under his posts calling him what he is.
A hundred of us in her replies, all telling her the same thing.
Use your second accounts on him, he's blocked the first ones.
I've started a group just for hounding her.
Nobody talks to him until he says sorry, pass it on.""".splitlines()

PASSED = """\
Everyone go and tell the committee how the closure hit you.
Everybody tell her how proud we are, she retires on Friday.
Write to your councillor before the vote on Monday.
Email the council about the bypass, the form takes a minute.
Please everyone send him a get well card.
All of you reply to the consultation by noon.
Lads, tell the referee thank you, he ran his legs off.
We should all message our MPs about the ferry.
Tell your MP what you think of the bill.
Get everyone you know on to the electoral register.
Flood the council with objections before the deadline.
Let's flood the comments with photos of the gala.
Stop spamming his comments, he has apologised.
They bombarded her with messages and it was cruel.
The field behind his house will flood again.
Light up the bandstand tonight, bring lanterns.
Fill her stall with tins for the food bank.
He was hounded out of the job and we should be ashamed.
Wreck dive on Sunday, meet at the slip.
Get in touch with your steward, folks.
Everyone into the hall, she's about to speak.
Do not pile on him, he's nineteen.
Go on her page and donate what you can.
The pile-on last night was wrong and I reported it.
The ratio of men to mugs in this kitchen is off, ask her.
Bees swarmed at the allotments and he caught them.
Her comments on the budget are worth reading.
Don't stop until you reach the roundabout, then turn left.
We will never let up until the ward reopens.
The court heard that he hounded a reporter until he quit.
Keep ringing the surgery until they answer.
I will keep asking him until the accounts are published.
Follow the path until it meets the canal.
She's crying with joy, what a result.
The children get no peace until the roadworks stop.
They made her life hell and she left.
The new lift will make his life easier.
Nobody should make her afraid to speak.
We can make this the best fete ever, together with him.
Come on, make her a cup of tea.
A minute's silence for the crew, everyone.
They tried to silence her and they failed.
We need to shut the gate, so who's in?
Time to run the marathon, and he's in costume.
Let's get her elected.
Vote him off the committee, it's in your hands.
I want her to win so badly.
She must be heard, so please turn down the band.
Report the potholes, everyone.
Everyone report that account, it's a scam in her name.
Report his page if it carries threats, the police want to know.
The mass reports against the clinic's page were a scam, says the fund.
Our target for the roof fund is £5,000.
The new target for emissions is his, not ours.
Get the ball, boys.
Do your worst, weather, we're marching with her anyway.
Polls close at ten, you know what to do, vote for her.
Ring your boss and ask for the day off to vote.
Write to her landlord's agent about the damp, says the law centre.
He sent it to his employer and got a rise.
Come round to her house for the street party, bring a chair.
Meet outside the town hall at six with banners, peaceful please.
Ring the gas line at any hour if you smell gas.
Text the word BUS to join the petition.
Fifty of you signed her card, thank you.
Hundreds of us voted for him and we would again.
Use your second vote for the greens, he says.""".splitlines()

HOSTILE = [
    "everyone go and tell " * 5_000,
    "a" * 200_000,
    " " * 200_000,
    "\n" * 200_000,
    "she lives at " * 15_000,
    "1 " * 100_000,
    "07700 " * 40_000,
    "his her their " * 15_000,
    "keep ringing him until he " * 8_000,
    "the the the the " * 12_000,
    "everyone, " * 20_000,
    "x" * 100_000 + " his address is " + "y" * 100_000,
]


@pytest.mark.parametrize("text", FOUND)
def test_a_call_on_one_person_is_found(text: str) -> None:
    assert find_pile_on(normalise(text).text)


@pytest.mark.parametrize("text", PASSED)
def test_ordinary_campaigning_passes(text: str) -> None:
    assert [hit.rule.id for hit in find_pile_on(normalise(text).text)] == []


def test_the_lists_of_calls_are_balanced() -> None:
    assert min(len(FOUND), len(PASSED)) >= 60
    assert abs(len(FOUND) - len(PASSED)) <= 3


@pytest.mark.parametrize("rule", pile_on_book().rules, ids=lambda rule: rule.id)
def test_each_rule_for_calls_does_what_its_file_says(rule) -> None:
    assert rule.category is Category.PILE_ON_CALL
    assert PileOnKind(rule.kind)
    assert rule.explain
    assert len(rule.yes) >= 2
    assert len(rule.no) >= 2
    for text in rule.yes:
        assert rule.id in {hit.rule.id for hit in find_pile_on(text)}, text
    for text in rule.no:
        assert rule.id not in {hit.rule.id for hit in find_pile_on(text)}, text


def test_a_rule_for_calls_can_be_switched_off_by_its_id() -> None:
    text = "flood his inbox"
    assert [hit.rule.id for hit in find_pile_on(text)] == ["pile_on_call.flood"]
    assert find_pile_on(text, off={"pile_on_call.flood"}) == []


def test_spans_of_a_call_are_code_points_of_the_string_given() -> None:
    text = "📣 Please: FLOOD his in\u200bbox"
    view = normalise(text)
    (span,) = spans_of(view, find_pile_on(view.text))
    assert text[span.begin : span.end] == "FLOOD his in\u200bbox"


@pytest.mark.parametrize("given", [pile_on_book(), doxxing_book()], ids=["pile_on", "doxxing"])
def test_no_rule_repeats_without_a_bound(given: Book) -> None:
    for rule in given.rules:
        for pattern in (rule.pattern, rule.needs, rule.unless):
            assert pattern is None or not [c for c in pattern.pattern.replace("\\+", "") if c in "*+"], rule.id


@pytest.mark.parametrize("pattern", ["go +now", r"\w+ him", "him.*her", "(?:go ){2,}", "a{3,}"])
def test_a_pattern_without_a_bound_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="without a bound"):
        bounded(pattern, {})


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:24]))
def test_hostile_text_asks_for_bounded_work(text: str) -> None:
    for find in (find_doxxing, find_pile_on):
        for hit in find(text):
            assert 0 <= hit.begin < hit.end <= len(text)
