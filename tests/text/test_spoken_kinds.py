"""What is said for each kind of figure that English texts hold: tables of cases, and properties over drawn numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest

from aural.text._number_words import cardinal, one_by_one, ordinal, year
from aural.text._spoken_numbers import MONTHS
from aural.text.spoken import say

CASES = {
    "abbreviation": [
        ("the 2nd ed. of it", "the second edition of it"),
        ("the int'l ass'n", "the international association"),
        ("Mk II", "Mark two"),
        ("Apt 5B", "Apartment five B"),
        ("fl. 1450", "flourished fourteen fifty"),
        ("attn: Smith", "attention Smith"),
        ("No. of items", "Number of items"),
        ("No. Of course not", "No Of course not"),
    ],
    "address": [
        ("Chicago, Ill. 60601", "Chicago Illinois six zero six zero one"),
        ("Thanks, Pa.", "Thanks Pa"),
        ("Well, OK, fine", "Well OK fine"),
        ("In Tulsa, OK, now", "In Tulsa Oklahoma now"),
        ("4521 State Route 9", "forty five twenty one State Route nine"),
        ("E. 5th", "East fifth"),
        ("Toronto, ON M5V 2T6", "Toronto Ontario M five V two T six"),
        ("John Smith, MD", "John Smith MD"),
        ("Baltimore, MD", "Baltimore Maryland"),
        ("St. Louis, Mo., and", "Saint Louis Missouri and"),
        ("two M.D.s", "two MDs"),
        ("Smith (D-N.Y.) and Bell (I-Vt.)", "Smith D New York and Bell I Vermont"),
        ("I-80 W and US-101 N", "I eighty West and US one oh one North"),
    ],
    "cardinal": [
        ("1.000.000 people", "one million people"),
        ("1,23,456", "one hundred twenty three thousand four hundred and fifty six"),
        ("1'234'567", "one million two hundred thirty four thousand five hundred and sixty seven"),
        ("covid-19's", "covid nineteen's"),
        ("PO Box 123", "PO Box one twenty three"),
        ("RTX 3080", "RTX thirty eighty"),
        ("call 411 or 311", "call four one one or three one one"),
        ("order #12345", "order number one two three four five"),
        ("the PIN is 1234", "the Pin is one two three four"),
        ("3840 x 2160", "thirty eight forty by twenty one sixty"),
        ("1280x720", "twelve eighty by seven twenty"),
        ("300x400", "three hundred by four hundred"),
    ],
    "date": [
        ("4-6 July 2012", "the fourth to sixth of July twenty twelve"),
        ("30 June – 4 July", "the thirtieth of June to the fourth of July"),
        ("Jan. 5, 6 and 7", "January fifth sixth and seventh"),
        ("On Jan. 5, 20 people came", "On January fifth twenty people came"),
        ("Jan-05-2012", "January fifth twenty twelve"),
        ("the week of 6/12", "the week of June twelfth"),
        ("on Friday, 3/4", "on Friday March fourth"),
        ("July 4-6", "July fourth to sixth"),
    ],
    "decimal": [
        ("1.5 bn", "one point five billion"),
        ("1.234,50", "one thousand two hundred and thirty four point five zero"),
        ("8.5x11", "eight point five by eleven"),
        ("4.5/5 stars", "four point five out of five stars"),
    ],
    "electronic": [
        ("amazon.com's page", "amazon dot com's page"),
        ("r/news", "r slash news"),
        ("in src/main/java, and/or", "in SRC slash main slash java and or"),
        ("5 mg/kg/day", "five milligrams per kilogram per day"),
        (".NET and *.txt", "dot net and star dot TXT"),
    ],
    "fraction": [
        ("rated 8/10", "rated eight out of ten"),
        ("4/5 stars", "four out of five stars"),
        ("60/40", "sixty forty"),
        ("-½", "minus one half"),
    ],
    "math": [
        ("f(x)", "f of x"),
        ("x/2 and n/10", "x over two and n over ten"),
        ("-b ± √c", "minus b plus or minus the square root of c"),
        ("use -v here", "use v here"),
        ("3 x 10−3 mol", "three times ten to the power of minus three mol"),
        (">= 10 GB free", "at least ten gigabytes free"),
        ("5 >= 3", "five is at least three"),
        ("word(s)", "word s"),
        ("5! = 120", "five factorial equals one hundred and twenty"),
        ("x > 5", "x is greater than five"),
        ("p<.05", "p is less than point zero five"),
        ("≤5 kg", "at most five kilograms"),
        ("6.02×10²³", "six point zero two times ten to the power of twenty three"),
    ],
    "measure": [
        ("45°30'15\"N", "forty five degrees thirty minutes fifteen seconds North"),
        ("120/80 mmHg", "one hundred and twenty over eighty millimeters of mercury"),
        ("180°C/350°F/gas 4", "one hundred and eighty degrees Celsius three hundred and fifty degrees Fahrenheit gas four"),
        ("2 c. flour", "two cups flour"),
        ("1 T. butter, ½ t. salt", "one tablespoon butter one half teaspoon salt"),
        ("5 t. of coal", "five tons of coal"),
        ("bake 25 min at 180", "bake twenty five minutes at one hundred and eighty"),
        ("a 25 bps cut", "a twenty five basis point cut"),
        ("up 200 bps", "up two hundred basis points"),
        ("9600 bps", "nine thousand six hundred bits per second"),
        ("100-m dash", "one hundred meter dash"),
        ("60 beats/min", "sixty beats per minute"),
        ("a 5-in. pipe", "a five inch pipe"),
        ("a 5'9\" woman", "a five foot nine woman"),
        ("the 5 W's", "the five W's"),
        ("30°C/86°F", "thirty degrees Celsius eighty six degrees Fahrenheit"),
        ("I-80W", "I eighty West"),
        ("747s", "seven forty sevens"),
        ("3000 RPM", "three thousand revolutions per minute"),
    ],
    "money": [
        ("MX$200", "two hundred Mexican pesos"),
        ("the $5 bill", "the five dollar bill"),
        ("the $5 he owes", "the five dollars he owes"),
        ("two $20 bills", "two twenty dollar bills"),
        ("the $700 billion bailout", "the seven hundred billion dollar bailout"),
        ("$2 1/2 million", "two and a half million dollars"),
        ("$19.99-29.99", "nineteen dollars ninety nine cents to twenty nine dollars ninety nine cents"),
        ("$5-10k", "five to ten thousand dollars"),
        ("$5 USD", "five US dollars"),
        ("₹5 lakh", "five lakh rupees"),
        ("CHF 5.50", "five Swiss francs fifty centimes"),
        ("$100+ million", "one hundred plus million dollars"),
        ("a $1-a-day wage", "a one dollar a day wage"),
    ],
    "ordinal": [
        ("n° 5", "number five"),
    ],
    "plain": [
        ("on tv, hmm", "on TV hmm"),
    ],
    "range": [
        ("A-Z", "A to Z"),
        ("10k-20k", "ten thousand to twenty thousand"),
        ("a Boeing 747-400", "a Boeing seven forty seven four hundred"),
        ("a 110-98 win", "a one hundred and ten to ninety eight win"),
        ("5'6\"-5'9\"", "five feet six inches to five feet nine inches"),
        ("1999-00", "nineteen ninety nine to two thousand"),
        ("2000-present", "two thousand to present"),
        ("noon-3pm", "noon to three PM"),
        ("a 5-10-year plan", "a five to ten year plan"),
        ("24-7", "twenty four seven"),
    ],
    "roman": [
        ("(ii) so", "two so"),
        ("an IV drip", "an IV drip"),
        ("Charles I was crowned", "Charles the first was crowned"),
        ("pp. iv-vi", "pages four to six"),
        ("Generation X", "Generation X"),
        ("Mr. O'Neil-Smith III", "Mister O'Neil Smith the third"),
        ("iPhone X", "iPhone ten"),
        ("John D. Rockefeller IV", "John D Rockefeller the fourth"),
        ("Bob III and Rocky IV", "Bob the third and Rocky four"),
        ("Sam I am", "Sam I am"),
    ],
    "serial": [
        ("B-52s", "B fifty twos"),
        ("100s of people", "hundreds of people"),
        ("1,000s and 10,000s", "thousands and tens of thousands"),
        ("in 3s and 4s, by 2s", "in threes and fours by twos"),
        ("the 4s", "the four S"),
        ("0x80f7", "zero X eight zero F seven"),
    ],
    "symbol": [
        ("a count <200", "a count less than two hundred"),
        ("<$5", "less than five dollars"),
        ("+/- 5", "plus or minus five"),
        ("2πr", "two pi r"),
        ("got a B-.", "got a B minus"),
        ("I <3 you", "I heart you"),
        ("press *", "press star"),
    ],
    "telephone": [
        ("030 1234567", "zero three zero one two three four five six seven"),
        ("part no. 12-345-6", "part number one two three four five six"),
        ("1 555 123 4567", "one five five five one two three four five six seven"),
        ("555-123-4567x89", "five five five one two three four five six seven extension eight nine"),
        ("01632 960001", "zero one six three two nine six zero zero zero one"),
        ("192.168.1.0/24", "one nine two dot one six eight dot one dot zero slash two four"),
        ("*69", "star six nine"),
        ("00:1A:2B:3C:4D:5E", "zero zero one A two B three C four D five E"),
        ("sort code 12-34-56", "sort code one two three four five six"),
        ("DE89 3704 0044 0532", "D E eight nine three seven zero four zero zero four four zero five three two"),
    ],
    "time": [
        ("13:00 hrs", "thirteen hundred hours"),
        ("at 08:45 hours", "at zero eight forty five hours"),
        ("9:30ish", "nine thirty ish"),
        ("14:00 UTC-5", "fourteen o'clock UTC minus five"),
        ("2020-12-25T10:30:00Z", "the twenty fifth of December twenty twenty ten hours thirty minutes and zero seconds Z"),
        ("1:23.45", "one minute twenty three point four five seconds"),
        ("3h30m", "three hours thirty minutes"),
    ],
    "version": [
        ("Python 3.10", "Python three point ten"),
    ],
    "weekday": [
        ("Sat. and Sun.", "Saturday and Sunday"),
        ("Mon/Wed/Fri", "Monday Wednesday Friday"),
        ("The Sun. It", "The Sun It"),
    ],
    "year": [
        ("1984's", "nineteen eighty four's"),
        ("(2020 est.)", "twenty twenty estimated"),
        ("the '00s", "the two thousands"),
        ("the 300s BC", "the three hundreds BC"),
    ],
}  # fmt: skip


def words(text: str) -> str:
    return " ".join(say(text).words)


@pytest.mark.parametrize("kind", CASES)
def test_each_kind(kind: str) -> None:
    assert {text: words(text) for text, _ in CASES[kind]} == dict(CASES[kind])


# What people type beyond the plain forms, by where they type it.
TYPED = {
    "invoice": [
        ("Invoice #1043: 3 x $19.99", "Invoice number one zero four three three times nineteen dollars ninety nine cents"),
        ("Qty: 12", "quantity twelve"),
        ("INVOICE NO. 2023-0147", "Invoice Number two zero two three zero one four seven"),
        ("VAT no. GB12", "VAT number GB twelve"),
        ("tel. no.", "telephone number"),
        ("PO #88213, VAT is 20000", "PO number eight eight two one three VAT is twenty thousand"),
        ("acct. #12345678", "account number one two three four five six seven eight"),
        ("Visa ending in 4242", "Visa ending in four two four two"),
        ("the season ending in 2020", "the season ending in twenty twenty"),
        ("your code is 123-456.", "your code is one two three four five six"),
        ("20p each, 1p", "twenty pence each one penny"),
        ("$0.22/share", "twenty two cents per share"),
        ("$3 per sq ft, per se", "three dollars per square foot per se"),
        ("£9.99 p/m", "nine pounds ninety nine pence per month"),
        ("a $5,000.00 fee", "a five thousand dollar fee"),
        ("50$ now", "fifty dollars now"),
    ],
    "timetable": [
        ("dep. 14:35 arr. 16:10", "departing fourteen thirty five arriving sixteen ten"),
        ("0800 hrs", "zero eight hundred hours"),
        ("2330h and 2000h", "twenty three thirty hours and two thousand hours"),
        ("9a-5p, 8p ET", "nine AM to five PM eight PM ET"),
        ("UTC-5 or UTC+5:30", "UTC minus five or UTC plus five thirty"),
        ("Sat & Sun closed", "Saturday and Sunday closed"),
        ("a lap of 4:32 min", "a lap of four minutes thirty two seconds"),
        ("seats 12A-12C", "seats twelve A to twelve C"),
        ("Q1-Q3", "Q one to Q three"),
        ("25/02", "the twenty fifth of February"),
    ],
    "news": [
        ("Sens. Fox and Lee", "Senators Fox and Lee"),
        ("Acme Corp.'s plan", "Acme Corporation's plan"),
        ("U.S. v. Nixon", "US versus Nixon"),
        ("WW1 and WWII", "World War one and World War two"),
        ("the world No 1", "the world Number one"),
        ("No 2 are alike", "No two are alike"),
        ("1998-9, but 1999-3", "nineteen ninety eight to nine but one thousand nine hundred and ninety nine to three"),
        ("the 1st c. BC", "the first century BC"),
        ("1.4m people", "one point four million people"),
        ("a 1.4m rope", "a one point four meter rope"),
        ("$700-million project", "seven hundred million dollar project"),
        ("USD/JPY 149.50", "USD JPY one hundred and forty nine point five zero"),
        ("a 911 call", "a nine one one call"),
        ("(D-CA)", "D California"),
        ("Toronto, ON", "Toronto Ontario"),
        ("401(k)s", "four oh one K's"),
        ("U.S.A", "USA"),
        ("Ph.D.s", "PHDs"),
        ("the 22nd's", "the twenty second's"),
        ("10000000000", "ten billion"),
    ],
    "recipe": [
        ("1/2 to 3/4 cup", "one half to three quarters cup"),
        ("8½ x 11", "eight and a half by eleven"),
        ("5ft10 and 6'-0\"", "five feet ten inches and six feet"),
        ("3'-4'", "three feet to four feet"),
        ("2'30\"", "two minutes thirty seconds"),
        ("2m 30s", "two minutes thirty seconds"),
        ("50/60 Hz", "fifty sixty hertz"),
        ("51° 30' N", "fifty one degrees thirty minutes North"),
        ("65 m.p.h.", "sixty five miles per hour"),
        ("2x/day, 3x a week", "two times per day three times a week"),
        ("iPhone 12s", "iPhone twelve S"),
        ("3x-2=7", "three X minus two equals seven"),
        ("1e6", "one times ten to the power of six"),
        ("0,5", "zero point five"),
    ],
    "chat": [
        ("gr8 2nite, pls", "great tonight please"),
        ("idk, imo 10/10", "IDK IMO ten out of ten"),
        ("4.5★, 5★ rating", "four point five stars five star rating"),
        ("a/b/c", "a b c"),
        ("PCs, 3 pcs", "PCs three pieces"),
        ("w/in 5 mi", "within five miles"),
        ("localhost:3000", "localhost colon three zero zero zero"),
        ("~/Documents", "tilde slash documents"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("where", TYPED)
def test_what_people_type(where: str) -> None:
    assert {text: words(text) for text, _ in TYPED[where]} == dict(TYPED[where])


def test_a_day_is_said_alike_in_every_form_of_its_order() -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        day, month, at = int(rng.integers(1, 29)), int(rng.integers(12)), int(rng.integers(1700, 2090))
        name, said = MONTHS[month].capitalize(), (*ordinal(day), "of", MONTHS[month].capitalize(), *year(at))
        first = (name, *ordinal(day), *year(at))
        for text in (
            f"{name} {day}, {at}",
            f"{name[:3]}. {day}, {at}",
            f"{name[:3]} {day} {at}",
            f"{name} {ordinal_form(day)}, {at}",
        ):
            assert words(text) == " ".join(first), text
        for text in (
            f"{day} {name} {at}",
            f"{day}-{name[:3]}-{at}",
            f"{at}-{month + 1:02}-{day:02}",
            f"{ordinal_form(day)} of {name}, {at}",
        ):
            assert words(text) == " ".join(("the", *said)), text


def test_two_days_of_a_month_are_joined_in_both_orders() -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        first, last = sorted(rng.choice(np.arange(1, 29), 2, replace=False).tolist())
        name = MONTHS[int(rng.integers(12))].capitalize()
        span = " ".join((*ordinal(first), "to", *ordinal(last)))
        assert words(f"{name} {first}-{last}") == f"{name} {span}"
        assert words(f"{first}–{last} {name}") == f"the {span} of {name}"


def test_a_telephone_number_is_its_digits_in_every_dress() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        a, b, c = (
            "".join(map(str, rng.integers(2, 10, 3))),
            "".join(map(str, rng.integers(1, 10, 3))),
            "".join(map(str, rng.integers(1, 10, 4))),
        )
        digits = " ".join(one_by_one(a + b + c))
        for text in (f"{a}-{b}-{c}", f"({a}) {b}-{c}", f"{a}.{b}.{c}", f"{a} {b} {c}", f"{a}/{b}-{c}"):
            assert words(text) == digits, text
        assert words(f"+1 {a} {b} {c}") == words(f"+1-{a}-{b}-{c}") == f"plus one {digits}"
        assert words(f"{a}-{b}-{c} ext. 12") == words(f"{a}-{b}-{c}x12") == f"{digits} extension one two"


def test_times_with_every_half_and_zone() -> None:
    for hour in range(1, 13):
        said = " ".join(cardinal(hour))
        for half in ("am", "a.m.", "AM", "A.M."):
            assert words(f"{hour}:30 {half}") == words(f"{hour}:30{half}") == f"{said} thirty AM"
        for zone in ("EST", "GMT", "UTC", "PDT"):
            assert words(f"{hour}:05 pm {zone}") == f"{said} o {'five'} PM {zone}"


def test_money_of_every_land_and_size() -> None:
    rng = np.random.default_rng(6)
    for sign, one, several in (
        ("$", "dollar", "dollars"),
        ("€", "euro", "euros"),
        ("£", "pound", "pounds"),
        ("₹", "rupee", "rupees"),
    ):
        for value in rng.integers(2, 1000, 10).tolist():
            number = " ".join(cardinal(value, joined=False))
            for scale, name in (("m", "million"), ("bn", "billion"), (" million", "million"), ("k", "thousand")):
                assert words(f"{sign}{value}{scale}") == f"{number} {name} {several}"
            assert words(f"{sign}{value}/month") == f"{' '.join(cardinal(value))} {several} per month"
            assert words(f"a {sign}{value} note") == f"a {' '.join(cardinal(value))} {one} note"


def test_a_point_between_digits_is_said_whatever_letters_touch_them() -> None:
    rng = np.random.default_rng(7)
    for _ in range(80):
        whole, places = int(rng.integers(1, 100)), "".join(map(str, rng.integers(0, 10, int(rng.integers(1, 3)))))
        letters = "".join(rng.choice(list("ABCDFGHJKLMNRSTVZ"), int(rng.integers(1, 3))))
        told = f"point {' '.join(one_by_one(places))}"
        for text in (f"{whole}.{places}{letters}", f"PM{whole}.{places}", f"M8x{whole}.{places} bolt"):
            assert told in words(text), text


def test_a_land_that_stands_apart_from_its_coin_stays_where_it_is() -> None:
    for value in (2, 40, 1500):
        number = " ".join(cardinal(value))
        assert words(f"US${value}") == f"{number} US dollars"
        assert words(f"lent the US ${value}") == f"lent the US {number} dollars"
        assert words(f"In the U.S. ${value} is") == f"In the US {number} dollars is"


def test_amounts_that_describe_a_thing_are_singular_and_others_are_not() -> None:
    for thing in ("the $7 billion bailout", "a $20 fee", "this $5 bill", "two $20 bills", "his $9 million house"):
        assert not re.search("dollars", words(thing)), thing
    for other in ("the $5 she owed", "the $7 billion spent", "$20 each", "I paid $5 today", "the $5 is yours", "for $3 more"):
        assert re.search("dollars", words(other)), other


def test_a_sign_behind_a_letter_or_before_a_tag_is_no_comparison() -> None:
    assert words("<b>bold</b>") == "b bold b" and words("> quoted") == "quoted"
    assert words("a->b") == "a b" and words("<5") == "less than five"


def ordinal_form(day: int) -> str:
    return f"{day}{'th' if day in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"
