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
