"""The words of body language: parts and their everyday names, sides, directions, numbers, degrees, verbs. No logic."""

from __future__ import annotations

from typing import Final


def _entries(text: str) -> list[tuple[str, str]]:
    """Lines "meaning: words" as (meaning, words); an indented line goes on with the one before."""
    joined = text.strip().replace("\n    ", " ")
    return [(m.strip(), words) for m, words in (line.split(":") for line in joined.splitlines())]


def _table(text: str) -> dict[str, str]:
    """Lines "meaning: word word" -> word -> meaning."""
    return {word: meaning for meaning, words in _entries(text) for word in words.split()}


def _phrases(text: str) -> dict[tuple[str, ...], str]:
    """Lines "meaning: phrase | phrase" -> the words of the phrase -> meaning; "the" stands for "his" as well."""
    told = [(tuple(p.split()), meaning) for meaning, words in _entries(text) for p in words.split("|")]
    whose = {
        tuple(who if w == "the" else w for w in words): meaning
        for words, meaning in told
        if "the" in words[:-1] and not {"ground", "floor"} & set(words)
        for who in ("his", "her", "their", "your", "my", "its")
    }
    return {**whose, **dict(told)}


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


SIDES: Final = ("left", "right")

# word -> kind of part. A plural stays a plural (see PLURALS): "hands on hips" is not "hand on hip".
PART_WORDS: Final = _table("""
arm: arm arms
upper_arm: upper_arm upper_arms bicep biceps tricep triceps
forearm: forearm forearms
elbow: elbow elbows crook
wrist: wrist wrists
hand: hand hands
hand_back: hand_back hand_backs
palm: palm palms hand_heel
fist: fist fists knuckles
fingers: finger fingers fingertip fingertips
index: index index_finger index_fingers
thumb: thumb thumbs
shoulder: shoulder shoulders
leg: leg legs
thigh: thigh thighs quad quads hamstring hamstrings
knee: knee knees kneecap kneecaps
shin: shin shins
calf: calf calves
ankle: ankle ankles
foot: foot feet instep insteps
heel: heel heels
toes: toe toes tiptoe tiptoes foot_ball
sole: sole soles
hip: hip hips pelvis
waist: waist
torso: torso trunk upper_body body spine
back: back_part
lower_back: lower_back
upper_back: upper_back
chest: chest breast sternum heart bosom breastbone collarbone collarbones clavicle
stomach: stomach belly tummy abdomen abs midriff navel gut
groin: groin crotch
lap: lap
buttocks: buttocks buttock glutes bottom butt bum backside rump arse derriere
head: head
head_top: head_top
head_back: head_back
face: face
chin: chin jaw
mouth: mouth lips lip
nose: nose
forehead: forehead brow
temple: temple temples
cheek: cheek cheeks
ear: ear ears
eye: eye eyes gaze
neck: neck
neck_back: nape
throat: throat
""")
PLURALS: Final = _set(
    "arms upper_arms forearms elbows wrists hands palms fists fingers fingertips index_fingers thumbs shoulders "
    "legs thighs knees shins calves ankles feet heels toes tiptoes soles hips temples cheeks ears eyes biceps"
)
ARM_KINDS: Final = _set("arm upper_arm forearm elbow wrist hand hand_back palm fist fingers index thumb")
LEG_KINDS: Final = _set("leg thigh knee shin calf ankle foot heel toes sole")
HEAD_KINDS: Final = _set("head face chin neck eye")
TRUNK_KINDS: Final = _set("torso back chest waist hip shoulder lower_back upper_back stomach buttocks")

# meaning: phrases that become that one word (or those words)
PHRASES: Final = _phrases("""
head_back: back of the head | back of head | back of his head | back of her head | back of your head | back of their
    head
nape: nape of the neck | nape of his neck | nape of her neck
    | back of the neck | back of neck | back of his neck | back of her neck
head_top: top of the head | top of head | top of his head | top of her head | crown of the head | top of your head
upper_body: upper body | upper half
upper_arm: upper arm
upper_arms: upper arms
forearm: lower arm
forearms: lower arms
thigh: upper leg | inner thigh | outer thigh
temple: side of the head | side of his head | side of her head | side of your head
cheek: side of the face | side of his face | side of her face
thighs: upper legs
shin: lower leg
shins: lower legs
lower_back: lower back | small of the back | small of his back | small of her back
upper_back: upper back
index_finger: index finger | pointing finger | pointer finger | forefinger
index_fingers: index fingers | pointer fingers
upper_back: shoulder blades
on upper_back: between the shoulder blades
feet wide apart: in a wide stance | wide stance | broad stance | wide legged stance | straddle stance
feet together: narrow stance
ninety degrees: right angle | right angles | a right angle | perpendicular
except: except for | apart from | other than | with the exception of
infront: ahead of | in front of | in front | before of
overhead: above the head | above his head | above her head | above their head | above head | over the head | over
    his head | over her head | above your head | over head | over their head | above their heads | over their heads
upright: straight up and down
upfront: up front
shoulder_width: shoulder width | shoulders width | shoulder wide
hip_width: hip width | hips width | hip distance
sideways: to the side | to the sides | to his side | to her side | to his sides | to her sides | to its side | to
    either side | to both sides | to one side
atsides: by their side | at their side | at their sides | by your side | by its side | at the sides of the body
    | at the sides | at his sides | at her sides | by the sides | by his side | by her side | by their sides | at
    the side | by the side | at sides | by sides | at his side | at her side | by his sides | by her sides | at
    their sides | at your sides | by your sides | alongside the body | along the body | along the sides | beside the
    body | next to the body
onback: on the back | on his back | on her back | on its back | on back | on your back | on their back | on my back
    | on their backs
back_part straight: back straight | straight back | flat back | back flat | back upright
back_part arched: back arched | arched back | arching the back | arch the back | arching back | arching his back |
    arching her back | arches her back | arches his back
back_part rounded: back rounded | rounded back | back bent | hunched back | round back
foot_ball: ball of the foot | ball of his foot | ball of her foot | ball of one foot
hand_heel: heel of the hand | heel of his hand | heel of her hand
elbow: crook of the elbow | crook of his elbow | crook of her elbow | elbow crease | inside of the elbow
navel: belly button
ontop: on top of | onto the top of
tiptoe: tip toes | tippy toes | tip toe | balls of the feet | balls of his feet | balls of her feet
eachother: each other | one another
all fours: hands and knees
bear crawl: on hands and feet | on the hands and feet
downward dog: on hands and feet with the hips high
ground: the floor | the ground
straight ahead: right ahead | straight ahead
now: right now | right away
both hands: left and right hands | right and left hands | left and right hand | right and left hand
both arms: left and right arms | right and left arms | left and right arm
both legs: left and right legs | right and left legs
both feet: left and right feet | right and left feet
backstance: back stance
frontstance: front stance
sidestance: side stance
thumbsup: thumbs up | thumb up
bench: park bench | garden bench
guilty: being scolded | gets scolded | got scolded | getting scolded | is scolded | being told off | gets told off |
    getting told off
without: instead of
jobless: got fired | been fired | was fired | gets fired | get fired
at_self: at himself | at herself | at themselves | at myself | at yourself | to himself | to herself
thumbsdown: thumbs down | thumb down
knees inward: knock kneed | knocked knees
toes inward: pigeon toed
""")

# arms that are "glued to the sides" hang
for _how in ("glued", "pinned", "pressed", "stuck", "tight", "close", "clamped"):
    for _whose in ("the", "his", "her", "their", "your"):
        for _to in ("to", "against"):
            PHRASES.update({(_how, _to, _whose, _n): "atsides" for _n in ("side", "sides")})

SIDE_WORDS: Final = _set("left right both two other opposite one same each front back rear either")
DETERMINERS: Final = _set("the a an his her their its my your our this that")

# direction word (text) -> (axis words understood by posecodes)
WAY_WORDS: Final = _table("""
up: up upward upwards high higher sky skyward ceiling heaven aloft
overhead: overhead
down: down downward downwards low lowered floor ground below
front: forward forwards front ahead infront frontward upfront camera viewer audience
back: back backward backwards behind rearward
out: out outward outwards sideways aside laterally apart wide spread lateral outstretched wing side sides t
in: inward inwards across together
left: left leftward leftwards
right: right rightward rightwards
rest: atsides relaxed loose loosely limp
v: v y
""")

# verb stem -> what it does
ACTIONS: Final = _table("""
raise: rais sweep lift elevat hold hoist held rise pull draw drawn bring
lower: lower drop hang dangl hung droop
stretch: stretch extend reach outstretch straighten spread
bend: bend flex curl crook bent flexed hing buckl
cross: cross fold
twist: twist rotat
lean: lean inclin hunch slouch slump
tilt: tilt cock tip
turn: turn
bow: bow nod
look: look gaz star glanc fac watch peer se
touch: touch rest plac put press hold grab grasp clutch lay cover grip cup support tap contact hug pinch squeez
    strok rub scratch massag cradl brac pat tug cling set
clasp: clasp interlac lac interlock join fold press together lock
clench: clench ball clos tight
open: open unclench
point: point indicat aim
arch: arch
""")
NEGATIONS: Final = _set("not no without dont doesnt isnt arent never neither nor avoid cannot cant wont")
SMALL: Final = _set(
    "slightly little bit somewhat gently mildly barely subtly softly partially half partly semi fractionally moderately"
)
NEARLY: Final = _set("almost nearly mostly virtually practically")
LARGE: Final = _set(
    "fully completely very far deeply strongly way extremely totally maximally deep sharply high highly lot much right"
)
SPLITTERS: Final = _set(
    "and while except but with whilst then plus keeping having whereas when although though where so"
)

NUMBER_WORDS: Final[dict[str, float]] = {
    "zero": 0, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fortyfive": 45, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip

# base: forms that the stemmer would not bring together, or would bring together with others
IRREGULAR: Final = _table("""
sit: sat sits sitting seated sit
stand: stood stands standing stand
lie: lying lies lay lays laid laying lie lain
run: ran runs running run runner
kneel: knelt kneels kneeling kneel
bend: bent bends bending bend
hold: held holds holding hold
throw: threw thrown throws throwing throw
fall: fell fallen falls falling fall
hide: hid hidden hides hiding hide
swing: swung swings swinging swing
hang: hung hangs hanging hang
sleep: slept asleep sleeps sleeping sleep
catch: caught catches catching catch
fight: fought fights fighting fight
drink: drank drinks drinking drink
eat: ate eaten eats eating eat
write: wrote written writes writing write
ride: rode ridden rides riding ride
drive: drove driven drives driving drive
sing: sang sung sings singing sing
read: reads reading read
swim: swam swims swimming swim swimmer
shoot: shot shoots shooting shoot
weep: wept weeps weeping weep
think: thought thinks thinking think
win: won wins winning win winner
pray: prays praying prayer prayed pray
lean: leant leans leaning leaned lean
sneak: sneaks sneaking sneaked sneak
creep: crept creeps creeping creep
dig: dug digs digging dig
spread: spreads spreading spread
put: puts putting put
give: gave gives giving given give
take: took taken takes taking take
tree: tree trees
ring: ring
king: king
bring: brings bringing brought bring
sling: sling
string: string
wing: wing wings
thing: thing things
dance: dancer dancing dances danced dance
longing: longing
hope: hope hopes hoping hoped
lose: lost loses losing lose
tire: tired
bore: bored
scare: scared
hurt: hurts hurting
speak: spoke speaks speaking spoken speak
tie: tying ties tied tie
die: dying dies died dead die
walk: walker walks walking walked walk
jog: jogger jogs jogging jogged jog
box: boxer boxes boxing boxed box
salute: salutes saluting saluted salute
buy: bought
sweep: swept sweeps sweeping sweep
freeze: froze frozen freezing freezes
shake: shook shaking shakes shake
wake: woke waking wakes wake
carry: carries carried carrying carry
begin: began begins
leap: leapt leaps leaping leap
cry: cries cried crying cry
rise: rising rises rose risen
flee: fled fleeing flees
strike: struck striking strikes strike
wave: waves waving waved wave
wait: waits waiting waited
wear: wearing wears wore
clothes: clothes
legged: legged
pointe: pointe
feed: feed
stairs: stairs stair staircase
step: steps stepping stepped step
go: goes going went gone go
search: searching searches searched
glasses: glasses
weights: weights weight
gesture: gestures gesturing
scream: screams screaming screamed
here: here
press: pressed presses pressing press
""")

# Poses named after things and beings that people also speak of: they need the word "pose" beside them.
THINGS: Final = _set(
    "child chair boat table fish dog cat cow staff bridge bed wall horse lion rabbit frog crocodile scale heron archer "
    "tiger tortoise compass lizard hero wide dolphin gate peacock puppy square temple beam log saddle needle wheel "
    "back front"
)
# Ignored on both sides when an alias is compared with a prompt.
SKIP: Final = _set("""
    the a an his her their its my your our this that these those of on in at to with for from by into onto upon
    against is are was were be being been am pose position posture stance asana doing does do did performing
    performs perform practicing practising making makes make made some himself herself themselves itself oneself
    something slowly quickly really just very
""")
# Words that nothing needs to be made of: who does it, articles, prepositions and the like.
STOP: Final = SKIP | _set("""
    person subject client patient participant camera viewer
    man woman boy girl guy lady human figure character people somebody someone male female adult he she they it
    i you we him them me us who whose which what and or but while whilst then so as if like also still form forms
    forming formed there here it's its than such being having has have had can could would should will may might must
    about between near next until up down out body way each all one let get gets getting got please starting pose
    poses posing show shows showing something thing things placed kind sort type stay stays keep keeps keeping kept
    remain remains position now when where how that's nice good normal normally usual simply angle eachother at_self
    respectively instead using use uses used begin begins start starts end ends
""")
# Words that say something beside others only: a clause that was understood has used them, and alone they are unread.
FILLING: Final = _set("""
    two only even too more less most exactly approximately direction degree degrees both another other same back around
    symmetrically symmetric straight cm m meter meters centimeters side sides part parts level height infront along
    through over off toward towards under facing place
""")
