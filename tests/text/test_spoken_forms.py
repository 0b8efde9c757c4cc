"""Each page of spoken forms: what it reads, and what it leaves to others."""

from __future__ import annotations

import pytest

from aural import find
from aural.text.spoken import say

CASES = {
    "abbreviation": [
        ("Hwy 101", "Highway one oh one"), ("Rt. 66", "Route sixty six"),
        ("(b. 1980, d. 2001)", "born nineteen eighty died two thousand one"),
        ("vitamin b. 12 of them", "vitamin b twelve of them"), ("No. I won't", "No I won't"), ("No. II", "Number two"),
        ("WWII and WWI", "World War two and World War one"), ("pg. 5, para. 2", "page five paragraph two"),
        ("Dr. Smith lives on Elm Dr.", "Doctor Smith lives on Elm Drive"), ("St. John St.", "Saint John Street"),
        ("He lives on Elm Dr. Smith does not", "He lives on Elm Drive Smith does not"),
        ("Mr. and Mrs. Fox", "Mister and Misses Fox"),
        ("No. 5", "Number five"), ("No. He left", "No He left"), ("rain, e.g. snow, etc.", "rain for example snow et cetera"),
        ("Mt. Everest, Ft. Worth", "Mount Everest Fort Worth"), ("you vs. me", "you versus me"),
        ("Vol. 3, p. 9", "Volume three page nine"),
        ("John Smith Jr. of Acme Inc. left", "John Smith Junior of Acme Incorporated left"),
        ("Main St and 5th Ave.", "Main Street and fifth Avenue"),
    ],
    "acronym": [
        ("the FBI", "the FBI"), ("the U.S. Army", "the US Army"), ("NASA", "Nasa"), ("a Ph.D. of M.I.T.", "a PHD of MIT"),
        ("CDs", "CDs"),
        ("J. R. R. Tolkien", "JRR Tolkien"), ("AT&T", "AT and T"), ("THE HOUSE IS LARGE", "the house is large"),
    ],
    "address": [
        ("N Main St", "North Main Street"),
        ("250 Park Ave S", "two fifty Park Avenue South"),
        ("Hwy 9 N, then", "Highway nine North then"),
        ("Plan N is good", "Plan N is good"),
        ("1428 Elm St. It was", "fourteen twenty eight Elm Street It was"),
        ("708 N 1st St, Reno", "seven zero eight North first Street Reno"),
        ("Austin, TX 78701", "Austin Texas seven eight seven zero one"), ("an OR gate", "an OR gate"),
        ("12 Elm trees", "twelve Elm trees"),
    ],
    "cardinal": [
        ("Austin, Texas 78701", "Austin Texas seven eight seven zero one"),
        ("in Texas 78701", "in Texas seventy eight thousand seven hundred and one"),
        ("12 345 678", "twelve million three hundred forty five thousand six hundred and seventy eight"),
        ("room 404", "room four oh four"), ("404 rooms", "four hundred and four rooms"),
        ("12 345", "twelve three hundred and forty five"),
        ("1,234", "one thousand two hundred and thirty four"), ("-5 and +3", "minus five and plus three"),
        ("007", "zero zero seven"),
        ("5-3", "five to three"), ("1 000 000", "one million"),
        ("12345678901", "one two three four five six seven eight nine zero one"),
        ("call 911", "call nine one one"), ("0", "zero"), ("1000000", "one million"), ("105 million", "one hundred five million"),
    ],
    "date": [
        ("in Q4 '22", "in the fourth quarter of twenty two"),
        ("2020-12-25T10:30", "the twenty fifth of December twenty twenty ten thirty"), ("03/2020", "March twenty twenty"),
        ("in 12/2020", "in December twenty twenty"), ("1/2000", "one two thousandth"),
        ("Jan-Mar 2020", "January to March twenty twenty"), ("may-march", "may march"),
        ("Jan. 5th, 2020", "January fifth twenty twenty"), ("25 July 2012", "the twenty fifth of July twenty twelve"),
        ("the 26th May", "the twenty sixth of May"),
        ("12/25/2019", "December twenty fifth twenty nineteen"), ("2020-01-05", "the fifth of January twenty twenty"),
        ("25/12/2019", "the twenty fifth of December twenty nineteen"),
        ("3Q22", "the third quarter of twenty two"), ("May 2005", "May two thousand five"), ("I may 3 times", "I may three times"),
        ("on 3/14", "on March fourteenth"),
    ],
    "decimal": [
        ("7.8M users", "seven point eight million users"), ("2.5K", "two point five thousand"),
        ("3.14", "three point one four"), (".5", "point five"), ("-0.25", "minus zero point two five"),
        ("1.5e-3", "one point five times ten to the power of minus three"),
        ("2.5x", "two point five x"), ("1.5 million", "one point five million"), ("12.0", "twelve point zero"),
    ],
    "electronic": [
        ("see config.yaml", "see config dot yaml"), ("C:\\Users\\bob", "c colon backslash users backslash bob"),
        ("t.co", "t dot co"),
        ("www.x.com/a_b", "WWW dot x dot com slash a underscore b"), ("a1@b.org.", "a one at b dot org"),
        ("https://test.org?x=5", "HTTPS colon slash slash test dot org question mark x equals five"),
        ("report.pdf", "report dot PDF"), ("the end.In", "the end In"), ("x.com", "x dot com"),
    ],
    "fraction": [
        ("a 7-1/2 hour drive", "a seven and a half hour drive"), ("in 6/8 time", "in six eight time"),
        ("3-5/4", "three to five quarters"),
        ("3/4", "three quarters"), ("2 1/2", "two and a half"), ("½ and 3⅔", "one half and three and two thirds"),
        ("1/4th", "one quarter"), ("50/50", "fifty fifty"),
        ("120/80", "one hundred and twenty over eighty"), ("7/100", "seven one hundredths"),
    ],
    "handle": [
        ("@user_name", "at user underscore name"),
        ("#BlackLivesMatter", "hash black lives matter"),
        ("snake_case", "snake case"),
        ("camelCase", "camel case"),
        ("#5B", "number five B"),
        ("@ home", "at home"),
    ],
    "many": [
        ("5M users", "five million users"),
        ("2bn", "two billion"),
        ("100k people", "one hundred thousand people"),
        ("4m people", "four million people"),
        ("1e-3", "one times ten to the power of minus three"),
    ],
    "mark": [("“So…” (he) said; yes!", "So he said yes"), ("a • b * c 😀", "a b c"), ("well-known", "well known")],
    "math": [
        ("E = mc^2", "E equals MC squared"),
        ("x + 1 = y", "x plus one equals y"), ("1-2=5", "one minus two equals five"), ("2x8", "two by eight"),
        ("16:9", "sixteen to nine"), ("3 × 4 = 12", "three times four equals twelve"),
        ("5 < 6 ≤ 7", "five is less than six is at most seven"), ("10/2=5", "ten divided by two equals five"),
    ],
    "measure": [
        ("4' x 8'.", "four feet by eight feet"),
        ("the '4' of", "the four of"),
        ("8 l/100 km", "eight liters per hundred kilometers"),
        ("9 N", "nine newtons"),
        ("a 5 km run", "a five kilometer run"), ("a 5 km or so", "a five kilometers or so"),
        ("32\" x 34\"", "thirty two inches by thirty four inches"), ("3 ft x 4 ft", "three feet by four feet"),
        ("11 st and 1 st", "eleven stone and first"), ("12 pt font", "twelve point font"),
        ("19 in 2020", "nineteen in twenty twenty"), ("5 Pa and 5 Pa street", "five pascals and five Pa street"),
        ("10 N·m", "ten newton meters"),
        ("5 km/h", "five kilometers per hour"), ("20°C", "twenty degrees Celsius"), ("1 kg", "one kilogram"),
        ("50%", "fifty percent"), ("6'2\"", "six feet two inches"),
        ("8GB", "eight gigabytes"), ("a 5-km run", "a five kilometer run"), ("12/kg", "twelve per kilogram"),
        ("5 in the morning", "five in the morning"), ("6 ft 2 in", "six feet two inches"),
        ("\"He is 50\"", "He is fifty"), ("9.8 m/s²", "nine point eight meters per second squared"),
        ("-5 °F", "minus five degrees Fahrenheit"), ("3/4 mi", "three quarters mile"),
        ("1h 20m", "one hour twenty minutes"), ("a run of 20m", "a run of twenty meters"),
    ],
    "money": [
        ("a $5 bill", "a five dollar bill"), ("a $5 and", "a five dollars and"), ("a $1.50 tip", "a one dollar fifty cents tip"),
        ("a $20-million deal", "a twenty million dollar deal"),
        ("a $5 million-dollar question", "a five million dollar question"), ("€1.000,50", "one thousand euros fifty cents"),
        ("5 zł", "five zlotys"), ("US$5", "five US dollars"), ("lent the US $5 million", "lent the US five million dollars"),
        ("100 CZK", "one hundred Czech korunas"),
        ("$1.50", "one dollar fifty cents"), ("£20", "twenty pounds"), ("$1.5 million", "one point five million dollars"),
        ("US$3bn", "three billion US dollars"), ("$0.01", "one cent"),
        ("20 €", "twenty euros"), ("5¢", "five cents"), ("$5-10", "five to ten dollars"),
        ("$5-$10", "five dollars to ten dollars"), ("¥1.5", "one point five yen"), ("$20.010", "twenty dollars one cent"),
    ],
    "ordinal": [("1st, 22nd and 1,000th", "first twenty second and one thousandth"), ("4rd", "four rd"),
    ("the 60ths", "the sixtieths"), ("0th", "zeroth")],
    "plain": [("He's here", "He's here"), ("d'être naïve", "d'être naïve"), ("中国", "中国")],
    "power": [("x² + y³", "x squared plus y cubed"), ("10⁻⁶", "ten to the power of minus six"), ("word²", "word")],
    "range": [
        ("50-50", "fifty fifty"), ("pages 12 - 15", "pages twelve to fifteen"), ("5 - 10 minutes", "five to ten minutes"),
        ("15 - 12 of", "fifteen twelve of"), ("10 a.m.-2 p.m.", "ten AM to two PM"),
        ("1960-1980s", "nineteen sixty to nineteen eighties"),
        ("3-4 days", "three to four days"), ("1980-1986", "nineteen eighty to nineteen eighty six"),
        ("4:00 am - 8:12 pm", "four AM to eight twelve PM"), ("Mon.-Fri.", "Monday to Friday"),
        ("the '60s–'80s", "the sixties to eighties"), ("a-1-2-b", "a one two b"), ("7 - no 8", "seven no eight"),
    ],
    "roman": [
        ("the XIXth century", "the nineteenth century"), ("Chapters I-IV", "Chapters one to four"),
        ("Parts I, II and IV", "Parts one two and four"), ("p. xii", "page twelve"), ("Malcolm X", "Malcolm X"), ("Ind", "Ind"),
        ("Henry VIII", "Henry the eighth"), ("World War II", "World War two"), ("Chapter IV", "Chapter four"),
        ("Louis XIV's", "Louis the fourteenth's"), ("the XXI century", "the twenty first century"),
        ("a CD century", "a CD century"), ("May I go", "May I go"), ("Did I", "Did I"),
        ("Elizabeth I.", "Elizabeth the first"), ("a CD", "a CD"), ("Section D", "Section D"), ("scene ii", "scene two"),
        ("I saw VII of them", "I saw seven of them"),
    ],
    "serial": [("3D", "three D"), ("MP3", "MP three"), ("x86", "X eighty six"), ("401(k)", "four oh one K"),
    ("1080p", "ten eighty P"), ("F-16", "F sixteen")],
    "symbol": [("R & D", "R and D"), ("#5 and #tag", "number five and hash tag"), ("f++", "f plus plus"), ("@me", "at me"),
    ("§ 5", "section five"), ("α ray", "alpha ray")],
    "telephone": [
        ("555-123-4567 x12", "five five five one two three four five six seven extension one two"), ("x12", "X twelve"),
        ("1234 5678 9012 3456", "one two three four five six seven eight nine zero one two three four five six"),
        ("10.0.0.1:8080", "one zero dot zero dot zero dot one colon eight zero eight zero"),
        ("800-CALL-NOW", "eight hundred call now"), ("747-CALL", "seven hundred forty seven Call"),
        ("(555) 123-4567", "five five five one two three four five six seven"),
        ("+44 20 7946 0958", "plus four four two zero seven nine four six zero nine five eight"),
        ("1-800-555-1234", "one eight hundred five five five one two three four"),
        ("111-11-1111", "one one one one one one one one one"), ("192.168.0.1", "one nine two dot one six eight dot zero dot one"),
        ("1-800-GO-U-HAUL", "one eight hundred go U haul"),
    ],
    "time": [
        ("at 0700 hours", "at zero seven hundred hours"), ("1430 hours", "fourteen thirty hours"),
        ("3:15:20.5", "three hours fifteen minutes and twenty point five seconds"),
        ("9:30 a.m.", "nine thirty AM"), ("10am", "ten AM"), ("13:05", "thirteen o five"), ("2.30 p.m. EST", "two thirty PM EST"),
        ("01:02:03", "one hour two minutes and three seconds"),
        ("3:00", "three o'clock"), ("At 5 p.m. The", "At five PM The"), ("12:75", "twelve to seventy five"),
    ],
    "verse": [
        ("John 3:16", "John three sixteen"),
        ("Psalm 23:4-6", "Psalm twenty three four to six"),
        ("score 3:16", "score three sixteen"),
    ],
    "version": [("version 3.10.2", "version three point ten point two"), ("v2.1", "version two point one")],
    "weekday": [("Mon., Jan. 3", "Monday January third"), ("the cat sat. It", "the cat sat It"), ("Sun, sea", "Sun sea")],
    "year": [
        ("in 1984", "in nineteen eighty four"), ("2005", "two thousand five"),
        ("1900 and 1905", "nineteen hundred and nineteen oh five"), ("the 1990s", "the nineteen nineties"), ("'80s", "eighties"),
        ("class of '98", "class of ninety eight"), ("1500 cars", "one thousand five hundred cars"), ("5000", "five thousand"),
        ("the 2000s", "the two thousands"), ("1066", "ten sixty six"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("page", CASES)
def test_each_page(page: str) -> None:
    assert {text: " ".join(say(text).words) for text, _ in CASES[page]} == dict(CASES[page])
    assert any(token.category == page for text, _ in CASES[page] for token in say(text).tokens) or page == "mark"


def test_every_page_has_cases() -> None:
    assert set(CASES) == set(find.names("text/spoken_forms"))
