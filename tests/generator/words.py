"""Names, places and texts of the sample. All invented; victims and the defence side share no name."""

AREAS = [
    "cymru-wales", "east-midlands", "east-of-england", "london-north", "london-south",
    "merseyside-and-cheshire", "north-east", "north-west", "south-east", "south-west",
    "thames-and-chiltern", "wessex", "west-midlands", "yorkshire-and-humberside",
]
# Areas of the expedited review pilot (victims-code.md, PILOT-01).
PILOT = {"west-midlands", "north-west", "yorkshire-and-humberside", "cymru-wales"}

FIRST = """Ada Abena Aisha Alma Amina Anneka Asha Beatrix Bronagh Callum Carys Celeste Chidi Clemency Dafydd Delyth
Dilwyn Edith Efe Elowen Emrys Esme Farida Fenella Ffion Gethin Greta Hana Heledd Idris Imani Ines Iona Jago Joyce
Kasia Keziah Lakshmi Leila Lowri Mabel Marek Mei Mirela Morwenna Nadia Nerys Noor Oisin Olwen Orla Padma Petra
Rafi Rhian Rosa Sabine Senara Tamsin Tegan Thea Una Verity Wanda Yasmin Zofia""".split()
LAST = """Abbotsley Adeyinka Alderbrook Amberhill Ashwater Barleycote Beckfield Birchover Blythewood Brackenbury
Cadwallon Caerwyn Cloverdale Cobbleton Dapplemere Dunnock Eastmere Elderfield Fairbrook Fernleigh Finchwell
Foxglove Garnetley Glynmor Goldcrest Harebell Hartwood Hazelgrove Heathcombe Hollybank Iveson-Vale Juniperry
Kestrelby Kingcup Larkspur Lindenhall Lowmeadow Maplecroft Marlowick Meadowsweet Merrivale Nettlefold Nightjar
Oakhanger Okonjo-Reed Orchardson Otterbourne Pebblemoor Penhallow Plumtree Quillfeather Redstarter Rosewarne
Rowanlea Sandpiper Silverbirch Sorrelby Swallowfield Tamarisk Thistlewood Trefoil Turnstoner Wagtailor Whinchat
Willowbank Yarrowby Ystradwen Zephyrine""".split()

OTHER_FIRST = """Alaric Barnaby Conrad Dorian Everard Fabian Gideon Horace Ivor Jasper Kenelm Lambert Magnus Neville
Osbert Perrin Quentin Roland Silas Tobias Ulric Vincent Wilfred Xavier""".split()
OTHER_LAST = """Anvilson Bellows Chandlery Drayman Farrierson Glaziers Hammerton Ironmonge Joinerly Kilnworth
Lorimer-Bray Masonry Nailerby Ostlerton Ploughwright Quarrier Ropewalk Sawyerson Tannerley Upholder Vatmaker
Wheelwrite Yeomanson""".split()

PROSECUTORS = ["Agnes Torrance-Hale", "Bola Winterbourne", "Caitrin Maes", "Dev Harcourtney", "Elin Prosser-Wynn",
               "Farah Stonebridge", "Graham Tolliver", "Hattie Okafor-Lund", "Ishaan Merrick", "Judith Vellacott"]
POLICE = ["the officer in the case", "the police contact officer"]

ADVISER_FIRST = "Bryony Dilys Ekaterina Frances Gwenda Harriet Ifeoma Jolanta".split()
ADVISER_LAST = "Candlewick Driftwood Evensong Firelight Gatehouse Harbourne Inglenook Lanternby".split()

MAIL_DOMAINS = ["post.example", "inbox.example", "mail.test", "letters.test", "home.example"]
OTHER_DOMAIN = "elsewhere.test"
STREETS = ["Larch Row", "Mill Bank", "Orchard Way", "Station Terrace", "Weavers Lane", "Heron Close", "Cwm Road"]
OTHER_STREETS = ["Foundry Street", "Gasworks Lane", "Coldharbour Rise", "Tannery Walk"]
TOWNS = ["Northbridge", "Easterham", "Southmere", "Westwick", "Aberlas", "Middleford"]
COURTS = ["Northbridge Crown Court", "Easterham Crown Court", "Southmere Crown Court", "Westwick Crown Court",
          "Aberlas Crown Court"]
FIRST_COURTS = ["Northbridge Magistrates' Court", "Easterham Magistrates' Court", "Aberlas Magistrates' Court"]
PLACES = ["CPS office, Northbridge, room 2", "CPS office, Easterham, room 5", "Southmere Crown Court, witness suite",
          "The support centre, Westwick", "CPS office, Aberlas, room 1"]

CHARGES = {
    "adult-rape": ["Rape", "Attempted rape", "Assault by penetration"],
    "serious-sexual": ["Sexual assault", "Assault by penetration", "Causing sexual activity without consent"],
    "other": ["Assault causing actual bodily harm", "Stalking", "Controlling behaviour", "Threats to kill"],
}
NO_CHARGE = [
    "I looked at all the evidence that the police sent. It does not meet the test that we have to apply. "
    "This does not mean that you were not believed.",
    "The messages and the two accounts do not let a court be sure what was agreed. I asked the police for more. "
    "They could not find any.",
    "A court would need to be sure. The records of that night leave a gap that nothing else fills. "
    "I have written down each thing that I weighed.",
    "The person named by the police was somewhere else at that time. Two records that do not depend on each other "
    "show it.",
]
STOPPED = [
    "New phone records came to light. With them there is no longer enough evidence for a court to be sure.",
    "An expert changed an opinion that the case relied on. I asked a second expert, who agreed with the change.",
    "A key record turned out to be wrong. Without it the evidence does not meet our test any more.",
]
ALTERED = [
    "The new charge fits the evidence better. A court can still pass a sentence that reflects what happened.",
    "The medical report supports a different charge. I explain in our meeting what that means, if you wish.",
]
UPHELD = [
    "I read the whole file afresh. I came to the same view, for the reasons that I set out here in my own words.",
    "I looked at every point that you raised. I agree that the evidence does not meet the test.",
]
OVERTURNED = ["I read the whole file afresh. I think that the decision was wrong, and the case will go on."]
ANSWERS = [
    ("When could he be released?", "Half of the term is served in custody. After that there are strict conditions "
     "until the end of the term."),
    ("What does the order mean for me?", "The order forbids any contact with you, direct or through others. "
     "Breaking it is a crime in itself."),
    ("Can the sentence be looked at again?", "Yes. There is a scheme for sentences that seem far too low. "
     "A request must come within 28 days of the sentence."),
]
BAIL = ["Bail with conditions", "Remanded in custody", "Bail conditions changed"]
CONDITIONS = ["No contact with any witness", "Live and sleep at one named address", "Not to enter the town centre",
              "Report to the police station each Monday"]
OUTCOME_REASONS = "The jury heard all the evidence and came to its verdict after two days."
EXPLANATION = "Part of the term is spent in custody and the rest in the community under conditions."

NARROW = [["tue,thu 18:00-18:30"], ["wed 12:30-13:00"], ["sat 10:00-11:00"], ["mon 07:30-08:00", "fri 19:00-19:30"]]
BROAD = [["mon-fri 09:00-17:30"], ["mon-sat 08:00-20:00"], ["mon-fri 10:00-15:00", "sat 10:00-13:00"],
         ["mon-thu 16:00-20:00"]]
LANGUAGES = ["Polish", "Urdu", "Ukrainian", "Somali", "Portuguese", "British Sign Language"]
FORMATS = ["large print", "easy read", "audio"]
CODE_WORDS = ["kittiwake", "marmalade", "tenor", "saffron", "paddock", "almanac"]
VOICEMAIL = "Hello, this is Sam. Please ring me back when it suits you."
TEXT = "Sam here. Please ring me when it suits you."
