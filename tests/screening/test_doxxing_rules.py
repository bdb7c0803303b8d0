"""Doxxing by rule: what it must find, what looks like it and must pass, switching off, spans, linear time."""

from __future__ import annotations

import pytest

from evenhand.categories import Category
from evenhand.screening.doxxing import DoxxingKind, doxxing_book, find_doxxing
from evenhand.screening.rulebook import spans_of
from evenhand.text import normalise

FOUND = """\
She lives at 52 Merchants Row and she's in most evenings.
Our dear chairman lives at 6 Lock Cottages, just so you all know.
He is staying at Heron Cottage till this blows over.
The reporter lives in flat 3, 19 Cable Street.
They've moved to 14 Alder Close, tell the others.
His mother lives at 7 Ferry Lane if he won't answer the door.
her home address is 90 Cooper Street and I want it everywhere
His address: 4a Signal Road.
Address of the landlord is 31 Parson Gardens.
She's hiding at Beck Farm with her sister.
Found him. 18 Rowan Crescent. Share it before they delete this.
You wanted to know where he sleeps? 66 Victoria Parade.
Make her famous lads: 12 Kestrel Way.
3 Weir Terrace. That's the coward who complained about the carnival. Pass it on.
Number 40 Brook Street, knock when she's got the baby asleep.
I ran his photo and it comes up as 9 Quarry View. You're welcome.
The one who grassed on the allotment lads is at 25 Tannery Court.
Who wants her address? DM me.
I've got the judge's home address and by tonight so will you.
posting his new address here every day until he quits
I'm going to publish the home addresses of the whole panel.
leaked: the home address of the returning officer
Here's his mobile, 07700 900481.
The clerk's private number is 01632 960512.
her personal mobile is 07700 900118, she answers it herself
Call him at home on 555-0187, he's just put the kids to bed.
I have the home number of the bishop: 01632 960339
His wife's phone is 07700 900650 since he won't pick up.
07700 900277. Ring him at 3am like he rang my mother.
Text her all night on 07700 900934
01632 960741 - let him enjoy the calls
Her number plate is YD18 KRT, black hatchback.
This is the reg of the van: PX69 WNB. Follow it and see where he goes.
he drives a silver estate, plate MV21 TGA
The plate is 171-G-4420 and her car's outside the hotel now.
His license plate is 7RTX 345 and he parks behind the bank.
She works at the chemist on Dyer Street. Make sure they know what she writes about us.
He works in the kitchens at the county hospital. His boss should hear about this.
Her husband drives for the oil company, ask for him at the depot.
the woman who reported us works on the tills in the co-op, finishes at six
The lad behind the parody account works for the water board, now you know.
He has a second job at the car wash on the ring road, you'll find him there by himself on Sundays.
Her real name is Frankie Lorne.
his real name's Jude Askern and he has form
The witness they kept secret is Robin Vale from the print shop.
The complainant is a teacher at Hill Street, name's Ash.
The troll who runs that page is called Dara Finch.
The anonymous blogger is the vicar's wife.
They redacted her name but it's Noor Tamsin.
Outing the mole: it is the deputy's own agent.
Her kids go to Marsh Lane primary, they come out at quarter past three.
His daughter is at the dance school over the bank on Tuesdays.
their baby goes to the nursery next to the fire station
The clerk's son attends St Olaf's academy, year nine.
He drops his boys at the football club on Mill Lane every Saturday at nine.
She collects her daughter from the side gate at 3.20, grey coat.
I was sent the school run times of the treasurer's wife.
He jogs along the canal at six every morning, alone, no dog.
She walks the cliff path on Sundays. By herself. Just saying.
the deputy drinks in the Anchor on Fridays if anyone wants a word
She's at the gym on Fern Road until nine, lads.
Her medical records are in the folder, link below, have fun.
I have his payslip and his bank details, posted in the group.
Screenshot of her private messages attached, enjoy.""".splitlines()

PASSED = """\
The council offices are at 52 Market Place.
Our branch meets at 6 Lock Cottages on the second Monday.
My gran lives at 14 Alder Close and her bins were missed again.
I live at flat 3, 19 Cable Street, and the lift is out.
The new clinic is at 90 Cooper Street, open day on Saturday.
You can find the treasurer's office number on the website: 01632 960512.
Helpline: 07700 900118, day and night, share it with anyone who needs it.
Ring the harbour office on 01632 960339 to report a wreck.
For bookings call 01632 960741 and ask for Sam.
My mobile is 07700 900481, call me about the jumble sale.
Her constituency office is at 18 Rowan Crescent, ring the bell.
Please stop sharing her address, it is nobody's business.
Someone posted my home address last night and I am scared.
Never give out a colleague's private number.
I will not publish where he lives and neither will you.
The man who shared her address was fined by the court.
The planning application for 31 Parson Gardens is open for comment, spread the word.
The concert is at 66 Victoria Parade, tell everyone.
The pothole outside 12 Kestrel Way is back, pass it on to highways.
Lost cat near 3 Weir Terrace, ring 07700 900277 if you see her.
For sale: oak table, collect from 40 Brook Street.
Planning notice 22/417: 9 Quarry View, two storey extension.
The poet lived at 25 Tannery Court; there is a blue plaque.
The museum is at 4 Signal Road and opens at ten.
The food bank has moved to 7 Ferry Lane.
Who has the address of the hall?
I have the new address for the postal votes.
She gave the keynote address and he gave the closing address.
Would the owner of YD18 KRT please move it, the plate is on the board.
My van, PX69 WNB, was stolen from the quay last night.
A car with the plate MV21 TGA is blocking the ambulance bay.
The bus is registered and insured, says the club.
She works at the library and she is a joy.
He works for the water board and knows a lot about drains.
Thank the woman who works on the tills in the co-op, she found my purse.
Her husband drives a bus, like mine.
The candidate is a teacher at Hill Street and it shows.
He has a second job as a councillor, it seems, since we never see him.
The singer's real name is Ann Marie, says the poster.
Real name policy: members post under their own names.
The witness was credible, the judge found.
An anonymous donor gave us a piano.
The complainant is entitled to have her name kept out of it.
The page is run by volunteers of our club.
My kids go to Marsh Lane primary and the crossing needs a patrol.
Her son plays rugby for the county, congratulations.
His kids go to the same school as mine, so he knows about the damp.
Their daughter goes to our school and we are proud of her.
Every parent who drops their kids at the gate asks for a crossing.
She took her daughter to the parade and both waved.
He runs the club every Tuesday with his brother.
She walks to work, unlike most of the committee.
The mayor jogs for charity every Sunday, sponsor him.
He parks on the zigzags, and so does the whole street.
She is at the hospital, send her your love.
The deputy will be at the market on Friday, come and meet her.
Bring your payslip and your passport to the advice session.
Her diary of the 1926 strike is in the archive, link below.
He keeps a diary and I wish he would publish it.
I need my medical records, how do I ask for them?
It is an offence to publish the name of a complainant.
Section 14, rule 9: the vote was 412 to 389.
The number 40 bus is late again.
Room 12, second floor, all welcome.
Motion 14 lives to see another day.
She lives for this branch and would give it her last hour.""".splitlines()


@pytest.mark.parametrize("text", FOUND)
def test_a_private_detail_that_is_exposed_is_found(text: str) -> None:
    assert find_doxxing(normalise(text).text)


@pytest.mark.parametrize("text", PASSED)
def test_what_only_looks_like_it_passes(text: str) -> None:
    assert [hit.rule.id for hit in find_doxxing(normalise(text).text)] == []


def test_the_lists_are_balanced() -> None:
    assert min(len(FOUND), len(PASSED)) >= 60
    assert abs(len(FOUND) - len(PASSED)) <= 3


@pytest.mark.parametrize("rule", doxxing_book().rules, ids=lambda rule: rule.id)
def test_each_rule_does_what_its_file_says(rule) -> None:
    assert rule.category is Category.DOXXING
    assert DoxxingKind(rule.kind)
    assert rule.explain
    assert len(rule.yes) >= 2
    assert len(rule.no) >= 2
    for text in rule.yes:
        assert rule.id in {hit.rule.id for hit in find_doxxing(text)}, text
    for text in rule.no:
        assert rule.id not in {hit.rule.id for hit in find_doxxing(text)}, text


def test_a_rule_can_be_switched_off_by_its_id() -> None:
    text = "she lives at 52 merchants row"
    assert [hit.rule.id for hit in find_doxxing(text)] == ["doxxing.lives_at"]
    assert find_doxxing(text, off={"doxxing.lives_at"}) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("🙂 HER home address is 90 Cooper Street!", "HER home address is 90 Cooper Street"),
        ("so: Her pla\u200bte is YD18 KRT.", "Her pla\u200bte is YD18 KRT"),
        ("Ｃall him at home 555-0187", "Ｃall him at home 555-0187"),
    ],
)
def test_spans_are_code_points_of_the_string_given(text: str, words: str) -> None:
    view = normalise(text)
    spans = spans_of(view, find_doxxing(view.text))
    assert [(text[span.begin : span.end], span.category) for span in spans] == [(words, Category.DOXXING)]
