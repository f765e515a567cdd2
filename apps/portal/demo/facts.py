"""Who and what there is in the demo, as plain data. Every person and address is made up (example domains, 555 numbers)."""
# ruff: noqa: E501  (one fact a line reads better than four)

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from apps.accounts.roles import Role
from apps.core.models import Mode
from apps.therapists.models import Therapist, TherapyType

PASSWORD = "verbena-demo-1"  # noqa: S105  (printed for everybody by `demo_people`)
ROOT = "root@verbena.example"
TALK = [Mode.IN_PERSON, Mode.VIDEO, Mode.AUDIO]
HANDS_ON = [Mode.IN_PERSON]
Week = dict[str, list[tuple[str, str]]]  # "mon-fri": [("9:00", "12:30"), ...]


@dataclass(frozen=True)
class Login:
    given: str
    family: str
    role: Role

    def email(self, slug: str) -> str:
        return f"{self.given.lower()}@{slug}.example"


@dataclass(frozen=True)
class Kind:
    """A therapy type."""

    name: str
    minutes: int
    price: str
    modes: list[Mode]
    colour: int
    description: str
    after: int = 10
    format: str = TherapyType.Format.INDIVIDUAL


@dataclass(frozen=True)
class Place:
    name: str
    where: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """A therapist: what the profile says, when they work, what they offer on their own terms (type, minutes, price)."""

    given: str
    family: str
    title: str
    gender: str
    since: int
    languages: list[str]
    kinds: tuple[str, ...]
    specialties: tuple[str, ...]
    modes: list[Mode]
    week: Week
    bio: str
    education: tuple[tuple[str, str, int], ...] = ()
    experience: tuple[tuple[str, str, int, int | None], ...] = ()
    offerings: tuple[tuple[str, int, str], ...] = ()
    location: str = ""
    licence: str = ""
    cap: int | None = None
    status: str = Therapist.Status.APPROVED
    availability: str = Therapist.Availability.AVAILABLE

    def email(self, slug: str) -> str:
        return Login(self.given, self.family, Role.THERAPIST).email(slug)


@dataclass(frozen=True)
class Child:
    given: str
    family: str
    birth_on: dt.date
    relationship: str = "mother"


@dataclass(frozen=True)
class Demo:
    """A centre of the demo."""

    facts: dict[str, Any]
    team: tuple[Login, ...]
    therapists: tuple[Profile, ...]
    kinds: tuple[Kind, ...]
    places: tuple[Place, ...]
    patients: tuple[dict[str, Any], ...] = ()
    families: dict[str, tuple[Child, ...]] = field(default_factory=dict)
    regulars: dict[str, tuple[str, ...]] = field(default_factory=dict)  # given name of a patient: of their therapists
    imports: bool = False
    fill: float = 0.5  # how much of the offered time is booked

    @property
    def slug(self) -> str:
        return str(self.facts["slug"])


SPEECH, TALKING, CHILD = "Speech therapy", "Psychotherapy", "Child psychology"
OCCUPATIONAL, PHYSIO, FAMILY = "Occupational therapy", "Physiotherapy", "Family therapy"

SUNRISE = Demo(
    facts={
        "slug": "sunrise",
        "name": "Sunrise Therapy",
        "status": "active",
        "time_zone": "America/New_York",
        "currency": "USD",
        "locale": "en-US",
        "country": "US",
        "subdivision": "NY",
        "tagline": "Speech, mind and movement, for children and grown-ups",
        "email": "hello@sunrise.example",
        "phone": "+1 212 555 0140",
        "address": "48 Linden Street, 2nd floor\nBrooklyn, NY 11201",
        "brand_colour": "#00695f",
    },
    team=(
        Login("Alice", "Moreau", Role.ADMIN),
        Login("Oscar", "Lindqvist", Role.OPERATOR),
        Login("Erin", "Walsh", Role.ACCOUNTANT),
        Login("Carol", "Reyes", Role.PATIENT),
        Login("Dana", "Okafor", Role.PATIENT),
    ),
    kinds=(
        Kind(SPEECH, 45, "95.00", [Mode.IN_PERSON, Mode.VIDEO], 0, "For children and adults: speech delay, stammering, voice, and language after a stroke."),
        Kind(TALKING, 50, "140.00", [*TALK, Mode.CHAT], 1, "One to one: anxiety, low mood, grief, trauma and the questions of life."),
        Kind(CHILD, 50, "150.00", [Mode.IN_PERSON, Mode.VIDEO], 2, "Play, talk and parent guidance for children from three to seventeen."),
        Kind(OCCUPATIONAL, 45, "110.00", HANDS_ON, 3, "Everyday skills: handwriting, dressing, concentration, sensory needs."),
        Kind(PHYSIO, 30, "80.00", HANDS_ON, 4, "Movement and strength after injury, surgery or long pain.", 15),
        Kind(FAMILY, 80, "190.00", [Mode.IN_PERSON, Mode.VIDEO], 5, "Everybody at one table, with somebody who listens to all.", 10, TherapyType.Format.FAMILY),
    ),
    places=(
        Place("Garden room", "Ground floor, left"),
        Place("Lighthouse room", "2nd floor, by the stairs", (TALKING, FAMILY, SPEECH)),
        Place("Play room", "Ground floor, at the back", (CHILD, SPEECH, OCCUPATIONAL)),
        Place("Gym", "Basement, take the lift", (PHYSIO, OCCUPATIONAL)),
    ),
    therapists=(
        Profile(
            "Bob", "Chen", "Speech-language pathologist", "man", 2011, ["en", "zh"], (SPEECH,),
            ("Speech delay", "Stammering", "Voice"), [Mode.IN_PERSON, Mode.VIDEO],
            {"mon-fri": [("8:30", "12:30"), ("13:30", "17:00")], "sat": [("9:00", "13:00")]},
            "I work with children who are late to talk and with adults who lost words after a stroke. My sessions are "
            "playful, my homework is short, and parents sit in whenever they like.",
            (("MS Speech-Language Pathology", "Teachers College, Columbia University", 2011), ("BA Linguistics", "Rutgers University", 2008)),
            (("Speech therapist", "Sunrise Therapy", 2016, None), ("Clinical fellow", "St. Mary's Hospital for Children", 2011, 2016)),
            ((SPEECH, 45, "105.00"),), "Brooklyn", "NY-SLP-018842", 7,
        ),
        Profile(
            "Amara", "Osei", "Clinical psychologist", "woman", 2006, ["en", "fr"], (TALKING, FAMILY),
            ("Anxiety", "Grief", "Trauma"), TALK,
            {"mon": [("9:00", "13:00"), ("14:00", "18:00")], "tue": [("9:00", "13:00")], "wed": [("9:00", "13:00"), ("14:00", "18:00")], "thu": [("12:00", "19:30")], "sat": [("10:00", "14:00")]},
            "Twenty years of listening taught me to begin with what works already. I use cognitive and compassion-focused "
            "therapy, in English or French.",
            (("PhD Clinical Psychology", "Fordham University", 2006),),
            (("Clinical psychologist", "Sunrise Therapy", 2014, None), ("Psychologist", "Bellevue Hospital", 2006, 2014)),
            ((TALKING, 50, "160.00"),), "Brooklyn", "NY-PSY-021907", 6,
        ),
        Profile(
            "Lena", "Novak", "Occupational therapist", "woman", 2017, ["en", "cs", "de"], (OCCUPATIONAL,),
            ("Sensory needs", "Handwriting", "Autism"), HANDS_ON,
            {"mon-thu": [("8:00", "12:00"), ("12:45", "15:30")], "fri": [("8:00", "13:00")], "sun": [("10:00", "14:00")]},
            "I help children to dress, write, eat and sit still long enough to enjoy it, and their parents to breathe.",
            (("MSc Occupational Therapy", "Charles University, Prague", 2016),),
            (("Occupational therapist", "Sunrise Therapy", 2019, None),), (), "Brooklyn", "NY-OT-030215", 8,
        ),
        Profile(
            "Samir", "Patel", "Child psychologist", "man", 2013, ["en", "hi", "gu"], (CHILD, FAMILY),
            ("ADHD", "School worries", "Autism"), [Mode.IN_PERSON, Mode.VIDEO],
            {"tue-fri": [("10:00", "13:30"), ("14:30", "19:00")], "sat": [("9:30", "14:30")]},
            "Children tell you everything while they build something. I bring the bricks, and we look at school, sleep and "
            "screens together.",
            (("PsyD School Psychology", "New York University", 2013),),
            (("Child psychologist", "Sunrise Therapy", 2018, None), ("School psychologist", "NYC Department of Education", 2013, 2018)),
            ((CHILD, 60, "175.00"),), "Brooklyn and online", "NY-PSY-025518", 6,
        ),
        Profile(
            "Maria", "Alvarez", "Physiotherapist", "woman", 2009, ["en", "es"], (PHYSIO,),
            ("Back pain", "After surgery", "Sports injuries"), HANDS_ON,
            {"mon-fri": [("7:30", "11:30"), ("12:30", "16:00")], "sat": [("8:00", "12:00")]},
            "Short, clear programmes that fit into a working day. You will leave with two exercises, not twelve.",
            (("DPT Physical Therapy", "CUNY Hunter College", 2009),),
            (("Physiotherapist", "Sunrise Therapy", 2015, None), ("Team physiotherapist", "Brooklyn Cyclones", 2010, 2015)),
            (), "Brooklyn", "NY-PT-019663", 10,
        ),
        Profile(
            "Jordan", "Blake", "Psychotherapist", "non_binary", 2019, ["en", "es"], (TALKING,),
            ("Identity", "Anxiety", "Couples"), [Mode.VIDEO, Mode.AUDIO, Mode.CHAT],
            {"mon-wed": [("15:00", "20:00")], "sun": [("12:00", "17:00")]},
            "I see people online only, in the evenings, by video, phone or chat: whatever makes it easier to begin.",
            (("MSW Clinical Social Work", "Hunter College", 2018),),
            (("Psychotherapist", "Sunrise Therapy", 2021, None),), ((TALKING, 50, "125.00"),), "Online", "NY-SW-044120", 4,
            availability=Therapist.Availability.LIMITED,
        ),
        Profile(
            "Ingrid", "Solberg", "Speech therapist", "woman", 2004, ["en", "no", "sv"], (SPEECH,),
            ("Voice", "Swallowing"), [Mode.IN_PERSON],
            {"mon-thu": [("9:00", "15:00")]},
            "Voices that must last: teachers, singers, and everybody who talks for a living. Back in spring.",
            (("Cand. mag. Logopedics", "University of Oslo", 2004),),
            (("Speech therapist", "Sunrise Therapy", 2012, None),), (), "Brooklyn", "NY-SLP-012077", 6,
            availability=Therapist.Availability.ON_LEAVE,
        ),
        Profile(
            "Tomás", "Ferreira", "Physiotherapist", "man", 2022, ["en", "pt"], (PHYSIO,),
            ("Sports injuries", "Back pain"), HANDS_ON, {"mon-fri": [("12:00", "18:00")]},
            "New at Sunrise: running injuries, and the long way back to the sport you love.",
            (("BSc Physiotherapy", "University of Lisbon", 2021),), (), (), "Brooklyn", "NY-PT-051338", None,
            status=Therapist.Status.PENDING,
        ),
    ),
    patients=(
        {"given_name": "Noah", "family_name": "Bergström", "birth_on": dt.date(1979, 8, 14), "gender": "male", "email": "noah.bergstrom@people.example", "phone": "+1 212 555 0171"},
        {"given_name": "Aisha", "family_name": "Rahman", "birth_on": dt.date(1993, 1, 30), "gender": "female", "email": "aisha.rahman@people.example", "phone": "+1 212 555 0172", "language": "en"},
        {"given_name": "Tom", "family_name": "Becker", "birth_on": dt.date(1968, 11, 3), "gender": "male", "email": "tom.becker@people.example", "phone": "+1 212 555 0173"},
        {"given_name": "Grace", "family_name": "Kim", "birth_on": dt.date(2001, 6, 22), "gender": "female", "email": "grace.kim@people.example", "phone": "+1 212 555 0174"},
        {"given_name": "Peter", "family_name": "Lindqvist", "birth_on": dt.date(1955, 4, 2), "gender": "male", "email": "peter.lindqvist@people.example", "phone": "+1 212 555 0175"},
        {"given_name": "Yara", "family_name": "Haddad", "birth_on": dt.date(1986, 9, 19), "gender": "female", "email": "yara.haddad@people.example", "phone": "+1 212 555 0176"},
        {"given_name": "Hannah", "family_name": "Weiss", "birth_on": dt.date(1999, 12, 11), "gender": "female", "email": "hannah.weiss@people.example", "phone": "+1 212 555 0177", "language": "de"},
        {"given_name": "Mateo", "family_name": "Silva", "birth_on": dt.date(1974, 2, 27), "gender": "male", "email": "mateo.silva@people.example", "phone": "+1 212 555 0178", "language": "pt"},
        {"given_name": "Ruth", "family_name": "Abrams", "birth_on": dt.date(1949, 10, 5), "gender": "female", "email": "ruth.abrams@people.example", "phone": "+1 212 555 0179"},
        {"given_name": "Kenji", "family_name": "Mori", "birth_on": dt.date(1990, 7, 8), "gender": "male", "email": "kenji.mori@people.example", "phone": "+1 212 555 0180", "language": "ja"},
    ),
    families={"Dana": (Child("Mia", "Okafor", dt.date(2017, 5, 20)), Child("Leo", "Okafor", dt.date(2020, 10, 2)))},
    regulars={"Carol": ("Bob", "Amara"), "Mia": ("Bob",), "Leo": ("Samir",), "Chester": ("Lena",)},
    imports=True,
    fill=0.36,
)  # fmt: skip

HARBOUR = Demo(
    facts={
        "slug": "harbour",
        "name": "Harbour Clinic",
        "status": "active",
        "time_zone": "Europe/London",
        "currency": "GBP",
        "locale": "en-GB",
        "country": "GB",
        "subdivision": "ENG",
        "tagline": "Talking and moving, close to the water",
        "email": "hello@harbour.example",
        "phone": "+44 20 7946 0140",
        "address": "3 Quay Street\nBristol BS1 4DB",
        "brand_colour": "#1d4ed8",
        "grid_minutes": 30,
        "notice_minutes": 240,
    },
    team=(
        Login("Mallory", "Finch", Role.ADMIN),
        Login("Olive", "Grant", Role.OPERATOR),
        Login("Percy", "Adeyemi", Role.PATIENT),
    ),
    kinds=(
        Kind("Counselling", 50, "75.00", TALK, 1, "A confidential hour, in person, by video or by phone."),
        Kind("Physiotherapy", 40, "60.00", HANDS_ON, 4, "Backs, knees and shoulders.", 10),
    ),
    places=(Place("Quay room", "First floor"), Place("Treatment room", "Ground floor", ("Physiotherapy",))),
    therapists=(
        Profile(
            "Bob", "Whitfield", "Counsellor", "man", 2008, ["en"], ("Counselling",), ("Low mood", "Grief"), TALK,
            {"mon-fri": [("9:00", "12:30"), ("13:30", "17:30")], "sat": [("9:00", "12:00")]},
            "Person-centred counselling, at your pace.",
            (("MA Counselling", "University of Bristol", 2008),), (("Counsellor", "Harbour Clinic", 2013, None),),
            location="Bristol", licence="BACP-118820", cap=6,
        ),
        Profile(
            "Freya", "Lindon", "Physiotherapist", "woman", 2015, ["en", "cy"], ("Physiotherapy",), ("Back pain",), HANDS_ON,
            {"tue-sat": [("8:00", "13:00"), ("14:00", "16:00")]}, "Hands that have seen many backs.",
            (("BSc Physiotherapy", "Cardiff University", 2015),), (("Physiotherapist", "Harbour Clinic", 2018, None),),
            location="Bristol", licence="HCPC-PH104512", cap=9,
        ),
    ),
    patients=(
        {"given_name": "Quinn", "family_name": "Hale", "birth_on": dt.date(1990, 3, 9), "email": "quinn.hale@people.example", "phone": "+44 20 7946 0171"},
        {"given_name": "Rosa", "family_name": "Delgado", "birth_on": dt.date(1984, 12, 1), "email": "rosa.delgado@people.example"},
        {"given_name": "Idris", "family_name": "Morgan", "birth_on": dt.date(1957, 7, 17), "email": "idris.morgan@people.example"},
    ),
    regulars={"Percy": ("Bob",)},
    fill=0.22,
)  # fmt: skip

CENTRES = (SUNRISE, HARBOUR)
