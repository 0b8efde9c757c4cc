"""Names that rulers and popes bear, so that the numeral behind one is a rank."""

from __future__ import annotations

RULERS = frozenset(
    "henry louis charles george edward elizabeth james william richard john paul philip philippe catherine peter alexander "
    "napoleon frederick wilhelm friedrich leopold francis franz benedict pius gregory innocent clement nicholas ivan mary "
    "ferdinand otto ramses ramesses ptolemy cleopatra harald harold haakon olaf olav gustav christian margaret margrethe "
    "victor umberto pedro juan carlos felipe alfonso isabella joseph josef leo urban boniface sixtus xerxes darius artaxerxes "
    "cyrus mehmed murad selim suleiman albert maximilian robert david donald rudolf rudolph sigismund ludwig karl "
    "carl stephen andrew anthony constantine theodore justinian michael basil leopoldo manuel afonso thutmose amenhotep seti "
    "tutankhamun antiochus seleucus mithridates tigranes baldwin raymond roger hugh matthias ladislaus casimir boris simeon "
    "abdul hassan hussein mohammed faisal rama jean jacques celestine callixtus honorius eugene martin julius adrian hadrian "
    "linus thomas lothair conrad konrad emanuel oscar anne matilda joan".split()
)

# Given names that are borne by fathers and sons, so that II and the like behind one alone are a rank.
GIVEN = RULERS | frozenset(
    (
        "malcolm duncan canute edmund egbert ethelred wenceslas albrecht amadeus humbert "
        "adam alan alfred allen arthur benjamin ben bernard bill bob bradley brandon brian bruce bryan calvin chris "
        "christopher clarence clifford curtis dale daniel dan dennis derek donald douglas doug dustin dylan earl eddie "
        "edgar edwin eric ernest ethan evan floyd frank fred gary gene gerald glenn gordon graham grant gregory harry "
        "harvey herbert herman howard ian isaac jack jacob jake jason jeff jeffrey jeremy jerry jesse jim jimmy joe "
        "joel jonathan jon jordan joshua josh justin keith kenneth ken kevin kyle larry lawrence leonard leon leroy "
        "lewis lloyd luke marcus mark marvin matthew matt maurice max melvin mike mitchell nathan nathaniel neil norman "
        "oliver oscar owen patrick pete peter phil ralph randall randy ray richard rick rob ronald ron roy russell ryan "
        "sam samuel scott sean seth sidney simon stanley steve steven stuart ted terry theodore tim timothy todd tom "
        "tommy travis trevor tyler vernon victor vincent wallace walter warren wayne wesley will willie winston zachary"
    ).split()
)
