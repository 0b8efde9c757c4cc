"""British and old spellings and their American forms: families of stems and endings, and single words."""

from __future__ import annotations

# stem + "our" + ending -> stem + "or" + ending
_OUR = """
    ard arm behavi belab cand clam col demean discol disfav dishon enam endeav fav ferv flav glam harb hon hum lab
    misbehav misdemean neighb od parl ranc rig rum sav savi splend succ tum val vap vig
""".split()
_OUR_ENDINGS = (
    "", "s", "ed", "ing", "er", "ers", "able", "ably", "ite", "ites", "ful", "fully", "less", "hood", "hoods", "ly", "y", "ies",
    "al", "ings", "liness", "ist", "ists",
)  # fmt: skip
# stem + "ise" + ending -> stem + "ize" + ending
_ISE = """
    agon apolog author brutal capital categor central character civil colon critic crystall dramat econom economi emphas
    equal familiar fertil final formal general harmon hospital human hypnot ideal immortal immun industrial jeopard legal
    local maxim memor mesmer minim mobil modern monopol natural neutral normal organ patron penal personal philosoph
    popular pulver rational real recogn reorgan revital revolution satir scandal scrutin sensational social special stabil
    standard steril subsid summar symbol sympath synchron systemat tantal terror theor tranquill tyrann util vandal verbal
    victim visual vocal vulgar
""".split()
_ISE_ENDINGS = ("ise", "ises", "ised", "ising", "iser", "isers", "isation", "isations", "isational", "isable")
# stem + doubled l + ending -> single l
_LL = """
    apparel barrel bevel cancel carol channel chisel counsel cudgel dial dishevel duel enamel equal fuel funnel gambol
    grovel imperil initial jewel kennel label level libel marshal marvel model panel parcel pedal pencil peril pummel
    quarrel ravel rival shovel shrivel signal snivel spiral squirrel stencil swivel symbol tassel tinsel total trammel
    travel trowel tunnel unravel victual yodel
""".split()
_LL_ENDINGS = ("ed", "ing", "er", "ers", "or", "ors", "ings", "ous", "ously")
# stem + "re" + ending -> stem + "er" + ending
_RE = """
    calib cent centimet fib goit kilomet lit louv lust maneuv meag met mit nit och reconnoit sab saltpet scept sepulch
    somb spect theat
""".split()

_SINGLE = """
ageing aging | aeroplane airplane | aeroplanes airplanes | aluminium aluminum | anaemia anemia | anaemic anemic | anaesthetic
anesthetic | anaesthesia anesthesia | analogue analog | analyse analyze | analysed analyzed | analysing analyzing | armoury
armory | artefact artifact | artefacts artifacts | axe ax | behove behoove | calliper caliper | catalogue catalog |
catalogues catalogs | catalogued cataloged | catalyse catalyze | cheque check | cheques checks | chequered checkered | chilli
chili | cosy cozy | cosier cozier | councillor councilor | councillors councilors | defence defense | defences defenses |
defenceless defenseless | dialogue dialog | dialogues dialogs | diarrhoea diarrhea | disc disk | discs disks | draught draft
| draughts drafts | draughty drafty | encyclopaedia encyclopedia | enrol enroll | enrols enrolls | enrolment
enrollment | enthral enthrall | epilogue epilog | faeces feces | foetus fetus | foetal fetal | fulfil fulfill | fulfils
fulfills | fulfilment fulfillment | gaol jail | gaoler jailer | gipsy gypsy | gipsies gypsies | grey gray | greys grays |
greyish grayish | greyer grayer | greyness grayness | gramme gram | grammes grams | haemorrhage hemorrhage | haemoglobin
hemoglobin | instal install | instalment installment | instalments installments | instil instill | jewellery jewelry |
judgement judgment | judgements judgments | kerb curb | kerbs curbs | acknowledgement acknowledgment | acknowledgements
acknowledgments | leukaemia leukemia | licence license | licences licenses | manoeuvre maneuver | manoeuvres maneuvers |
manoeuvred maneuvered | manoeuvring maneuvering | marvellous marvelous | mediaeval medieval | monologue monolog | mould mold
| moulds molds | moulded molded | moulding molding | mouldy moldy | mouldering moldering | moult molt | moulting molting |
moustache mustache | moustaches mustaches | mustachioed mustachioed | oesophagus esophagus | oestrogen estrogen | offence
offense | offences offenses | orthopaedic orthopedic | paediatric pediatric | paralyse paralyze | paralysed paralyzed |
paralysing paralyzing | phoney phony | plough plow | ploughs plows | ploughed plowed | ploughing plowing | ploughman plowman
| practise practice | practised practiced | practises practices | practising practicing | pretence pretense | pretences
pretenses | programme program | programmes programs | prologue prolog | pyjamas pajamas | sceptic skeptic | sceptics skeptics
| sceptical skeptical | scepticism skepticism | shew show | shewed showed | shewn shown | shews shows | shewing showing |
skilful skillful | skilfully skillfully | smoulder smolder | smouldered smoldered | smouldering smoldering | storey story |
storeys stories | sulphur sulfur | sulphuric sulfuric | theatregoer theatergoer | tonne ton | tonnes tons | tyre tire | tyres
tires | waggon wagon | waggons wagons | wilful willful | wilfully willfully | woollen woolen | woollens woolens | woolly
wooly | yoghurt yogurt | centred centered | centring centering | sombrely somberly | lustreless lusterless | connexion
connection | reflexion reflection | inflexion inflection | to-day today | neighbourly neighborly | traveller traveler |
cauldron caldron | pedlar peddler | pedlars peddlers | despatch dispatch | despatched dispatched | despatches dispatches |
enquire inquire | enquired inquired | enquiring inquiring | enquiry inquiry | enquiries inquiries | whisky whiskey | doughnut
donut | doughnuts donuts | omelette omelet
"""


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    table.update({f"{s}our{e}": f"{s}or{e}" for s in _OUR for e in _OUR_ENDINGS})
    table.update({s + e: s + e.replace("is", "iz", 1) for s in _ISE for e in _ISE_ENDINGS})
    table.update({f"{s}l{e}": s + e for s in _LL for e in _LL_ENDINGS})
    table.update({f"{s}re{e}": f"{s}er{e}" for s in _RE for e in ("", "s")})
    table.update({f"{s}red": f"{s}ered" for s in _RE})
    for pair in _SINGLE.replace("\n", " ").split("|"):
        if pair.strip():
            old, new = pair.split()
            table[old] = new
    return table


AMERICAN = _table()
