"""Our own knowledge of words: how else people say what the atlas and the rules know. No logic.

A line is "what is known: other ways to say it | ...". Words are compared by their stems. <hold>, <drink> and the like
stand for any word of a class. A reading asks here only for words that nothing else was made of, and says so; a test
keeps sides, negations and numbers out.
"""

from __future__ import annotations

from typing import Final

_CLASSES: Final = """
<hold>: hold grab get take carry clutch grasp grip have clasp nurse bring buy order fetch
<use>: use using uses used operate handle wield swing
<taste>: eat bite munch chew nibble devour gobble taste enjoy have lick swallow snack chomp
<sip>: drink sip gulp chug swig enjoy guzzle slurp down have
<drink>: beer wine water soda juice coffee tea milk cola coke lemonade cocktail smoothie whisky whiskey vodka champagne
    cider beverage espresso latte cocoa
<food>: food apple banana pizza sandwich burger hamburger donut doughnut cake cookie bread noodles pasta spaghetti rice
    soup salad sushi taco burrito steak chicken carrot fruit snack breakfast lunch dinner supper icecream popcorn chips
    crisps ribs watermelon omelette pancake cereal chocolate candy sausage
<cut>: cut slice carve peel dice mince chop trim butcher
<craft>: carve chisel whittle sculpt engrave mold mould knit weave assemble build repair fix make tinker wrap fold
    decorate
    arrange glue solder sort
<pet>: dog cat puppy kitten pet rabbit bunny goat sheep cow lamb animal donkey pony
<seat>: sofa couch armchair stool bench recliner throne chair stoop ottoman seat
<gun>: gun pistol revolver handgun
<blade>: sword katana machete saber sabre
<ride>: motorcycle motorbike moped scooter vespa
<phone>: phone smartphone cellphone mobile tablet ipad
<screen>: television tv film movie show netflix
<stick>: stick club pole staff
<carry>: carry haul lug transport
<load>: parcel crate carton load package tray pot basket
<wash>: wash clean scrub rinse polish dry wipe shine mop
<dishes>: dish dishes plate plates pan bowl
<face>: face hair ears
"""

_VERBS: Final = """
walk: stroll | saunter | amble | wander | ramble | pace | roam | promenade | mosey | walkies | trek | travel | proceed
    | advance | trudge | plod | traipse | meander | trample | on foot | make his way | makes its way | march on | stray
    | moves along | moves on | passes by | heads off | heads for | goes along | walkway | footfall |
    footsteps
walk backwards: back off | backs off | backing off | back up | backpedal | reverse | withdraw | recoil | retreat
limping: hobble | limp | lame | wounded leg
sneak: tiptoe around | creep up | prowl | lurk | skulk | slink | tread softly | stealth | stealthily
run: rush | hurry | hasten | bolt | scamper | scurry | gallop | speed off | accelerate | charge | hurries away | escape
    | race off | take flight | jogthrough
jump: hop up | spring | bounce | bound | jumpstyle | vault up | hurdle over | skip rope
stumble: trip | trip over | falter | stagger | lurch | totter | lose balance | loses his balance | loses her balance
    | loses its balance | strumble | wobble | unsteady | lose footing
fall backward: topple | collapse | tumble | keel over | drop to the floor | get knocked down | slip
turn around: spin | whirl | rotate | pivot | twirl | swivel | revolve | about face | pirouette around | u turn
stand: stay put | remain standing | be upright | stay upright | arise | stand around | loiter
sit on chair: take a seat | be seated | have a seat | plop down | settle down on | perch | flop into | plonk down
    | sit down on | sat down | rest on <seat> | on the <seat>
lie on back: recline | lay flat | sprawl | stretch out on | flat out | rest in bed | supine
lie on stomach: prone | face down on the
crouch: duck | cower down | hunker | squat low | huddle down | stoop low | ducking down
kneel: genuflect | drop to the knees | go down on the knees | on bended knee | fall to the knees | gets down to the
    knees
    | goes to his knees
crawl: go on all fours | scramble | creep on the ground | crab | baby steps
squat: squad exercise | knee bends | deep knee bend
look around: scan | survey | search | browse | look about | peer around | explore | investigate | inspect | scout
look into the distance: stare off | gaze at the horizon | watch out | keep lookout | sightseeing | observe | stargaze
cry: weep | sob | bawl | whimper | wail | blubber | tear up | in tears | mourn
laughing: giggle | chuckle | cackle | guffaw | snicker | crack up | roar with laughter | amused
happy: glad | joy | joyful | cheerful | merry | delighted | content | pleased | smile | smiling | grin | beam | elated
    | jolly | thrilled
sad: gloomy | unhappy | depressed | down in the dumps | miserable | sorrow | dejected | melancholic | melancholy | blue
    mood | grieve | hurt feelings | disappointed | downcast | crestfallen
angry: mad | furious | enraged | rage | irate | livid | cross mood | outraged | annoyed | irritated | fuming
scared: afraid | frightened | fearful | terrified | panic | horrified | spooked | startled | fright | dread
surprised: amazed | astonished | shocked | stunned | startle | astounded | gasp
tired: weary | sleepy | exhausted | worn out | fatigued | drowsy | yawn | drained
bored: uninterested | fed up | dull | listless
celebrate: cheer | rejoice | triumph | triumphant | victory | victorious | hooray | jubilant | exult | toast to victory
shy: bashful | timid | embarrassed | coy | blush
proud: arrogant | smug | boastful | cocky
in love: adore | smitten | infatuated
thinking: ponder | contemplate | reflect | muse | deliberate | wonder | consider | mull | brood | meditate on | worry
    | concentrate | try to remember | decide | doubt
shrug: clueless | unsure | who knows | dunno | indifferent | don't know
wave: greet | hello | hi | goodbye | bye | say hello | farewell | wave hello | signal hello | flag down | wav | vave
point: indicate | point out | point at | direct attention | accuse | blame
beckon: invite over | come here | come closer | summon | lure
salute: pay respects | honor the flag | military greeting
bow: curtsey deep | pay homage | take a bow | bend in respect
clap: applaud | applause | slap hands | give a hand
high five: high-five | slap palms
handshake: shake hands | hand shake | shakes hand | greet with a handshake | shake hand
hug: embrace | cuddle | snuggle | hold tight | squeeze someone | comfort | console | shelter | hugging
pray: worship | beseech | plead to god
beg: implore | plead | entreat | beseech
surrender: give up | hands up | yield | capitulate
facepalm: slap forehead | exasperated | oh no
shush: hush | silence | quiet | be silent
stop gesture: halt | forbid | refuse | hold it | traffic cop | direct traffic | directing traffic
argue with finger: scold | lecture | berate | tell off | quarrel | bicker | nag | dispute | disagree
talk: speak | chat | converse | communicate | explain | describe | discuss | lecture | narrate | preach | testify
    | answer | ask | vocalise | vocalize | debate | negotiate | gesticulate | recite | report | socialize | interview
    | gesture | sign language | tell | announce | persuade | improvise | speaks | say | hand gesture | hand signals
    | reply | present
whisper: murmur | mutter | tell a secret
shouting: shout | bellow | holler | roar | howl | yodel | call for
sing: serenade | croon | karaoke | hum | chant | choir | whistle
listen: eavesdrop | hear | overhear | pay attention
eat: <taste> <food> | feast | dine | gobble | <food> eating | taste | chew | having a bite | meal
drink: <sip> <drink> | quench thirst | drunk | chug | guzzle | sip | slurp
hold a cup: <hold> <drink> | <hold> a drink | <hold> mug | <hold> bottle | <hold> goblet | <hold> teacup
smell a flower: smell | sniff | inhale the scent | scent
cooking: mixer | use mixer | grill | barbecue | roast | bake | <craft> <food> | season food | make pizza | make a cake
    | fry | boil | make
    cheese | make dough | flip pancakes | toss a salad | stew | cook | preparing
chopping vegetables: <cut> <food> | <cut> vegetables | <cut> meat | <cut> with a knife | cutting | chop
washing dishes: <wash> <dishes> | do the dishes
sweeping: metal detect | brush the floor | clean up | blow leaves | rake | tidy up | brush off the floor
wiping a table: <wash> table | dust | swipe | wipe down | wipe | scour | make the bed | making bed | change sheets
    | <wash> car | wash | swab
comb hair: hairstyle | style hair | braid hair | blow dry | blowdry | fix <face> | hairdresser | wash <face> | shampoo
brushing teeth: floss teeth | clean teeth
getting dressed: dress | put on a coat | putting on a coat | put on a shirt | put on clothes | put on a jacket | undress
    | zip up | try on | tie a tie | tying tie | wear | tailor
put on a hat: lift hat | tip hat | tip the hat | adjust the hat | wear a hat | don a hat
reading a book: <hold> book | study | leaf through | read
type on a computer: computer | keyboard | laptop | type | program | hack | hacker | email | surf the web
write: scribble | jot down | calligraphy | sign a form | draw | sketch | note down | doodle | grade papers
write on a board: paint | whitewash | hang wallpaper | spray | plaster | roller | point at a board | stucco
play video games: videogame | videogames | console game | game controller | playing controller | gaming | arcade
look at phone: <hold> <phone> | text message | texting | check the <phone> | scroll | sms | text | use a <phone>
telephone: make a call | phone call | ring up | answer the <phone> | on the <phone>
take a photo: photograph | film | snapshot | record video | filming | videotape | photographer
drive a car: steer | chauffeur | bus driver | drive a bus | drive a truck | pilot | taxi driver | bulldoze | motorist
ride a bicycle: bike | cycle | bicyclist | pedal | bmx | unicycle | <ride> | cyclist | ride a bike | elliptical
ride a horse: gallop on a horse | horseback | jockey | equestrian | rodeo | camel ride | ride an animal | <pet> riding
row a boat: paddle | canoe | kayak | raft | oar
hammering: nail | saw | drill | wrench | bolt | screwdriver | unscrew | screw | carpentry | construct | repair | weld
    | <use> axe | chop wood | split wood | use an axe | <use> tool | demolish | break glass | forge | machine |
    jackhammer
    | mend | install | plumb | masonry | lock smith | locksmith | roof | woodwork | caulk | plug
working with both hands: <cut> branch | <cut> hedge | prune | <craft> | craft | tie a knot | unwrap | package | count
    money | deal cards | shuffle cards |
    sew
    | play cards | peel | knead | pottery | flower arrangement | bookbinding | leatherwork | wire | seal | tape | open a
    jar | sharpen | sieve | embroider | play poker | play a board game | rubik cube | dominoes | domino | scrabble |
    plan
    | fidget | manicure | pedicure | rub hands | do nails | inflate | unpack | operate | unload | grind | mix | bottle
    | sort garbage | tinker | experiment | interact with | manipulate | perform a task | trick
shovel: dig a hole | spade | excavate | shovel snow | garden | plow | plough | farm | farming | hoe
water plants: watering lawn | watering garden | watering | <hold> watering can | irrigate | hose | extinguish | pour |
    spill | splash
pick up: collect | gather | lift from the floor | retrieve | pluck | scoop | forage | pick | harvest | pick berries
    | picking fruit | plant | planting | grab from the ground | lift an object | lift something | lift up | seize | loot
put down: set down | lower something | place | lay down something | place something | deposit | put something down
reach forward: give | offer | hand over | pay | buy | pass something | take something | exchange | grab | obtain | serve
    | steal | pass on | distribute | feed | present a gift | plug in | trade | donate
hold something: <hold> <food> | <hold> <stick> | <hold> <phone> in | carry | wield | show something | brandish | grasp
carry a box: <carry> <load> | deliver | carrying <load> | bring something | transport | load a truck
carry a baby: <hold> <pet> | <hold> child | <hold> kid | cradle | <hold> toddler | <hold> infant
pet a dog: stroke <pet> | feed <pet> | milk <pet> | train <pet> | groom <pet> | shear <pet> | <pet> lover | cuddle <pet>
    | play with <pet>
push: shove | press against | press something | thrust | nudge | repel | move furniture
tug of war: pull | drag | tow | tug | haul in | heave | yank | pulling a rope | wrestle a rope | rope pull
throw: toss | fling | hurl | lob | chuck | pitch a ball | cast | launch | darts | frisbee | throw away | skip a stone
    | bowl a ball | throwing | pass the ball
catch: receive | intercept | field the ball | trap a ball
open a door: enter | open something | exit | close the door | close something | opening | closing | unlock | gate | open
    refrigerator | shut | leave the room
knock on a door: doorbell | tap on | ring the bell | knock | tap | press a button | bang on | ring
climb: scale | clamber | ascend | mount | ladder | spelunk | abseil | rappel | shin up | ropes course | bouldering
    | mountaineer
climb stairs: go upstairs | upstairs | staircase | steps up | walk upstairs | climb steps | stairway
step over: obstacle | step across | hurdle slowly | avoid an obstacle
descend stairs: downstairs | walk downstairs | go downstairs | descend | go down the stairs
"""

_MORE: Final = """
punch: hit | beat | smack | slap | jab | strike | bash | thump | wallop | fistfight | fight | attack | knock out | box
kick: boot | kicking | football | soccer | futsal | penalty | stomp | stamp | stamp the foot | trample on | kick ball
block: parry | fend off | defend | ward off | shield himself | deflect | defensive | guard pose
dodge: evade | duck away | sidestep a blow | avoid | swerve | feint | elude | dodgeball | evasive
boxing guard: fighting stance | combat stance | ready to fight | sparring | martial artist | martial arts | headbutt
sword strike: <use> <blade> | slash | hack at | cut with a sword | duel | swordfight | sword fight
sword guard: <hold> <blade> | draw a blade | swordsman | swordswoman | knight
aim a pistol: <hold> <gun> | <use> <gun> | point a <gun> | shoot a <gun> | gunman | fire a <gun> | shooter | shootout
aim a rifle: hunt | hunter | shotgun | sniper | soldier aiming | paintball | marksman
archery: bow and arrow | archer | shoot an arrow | crossbow
hide: take cover | conceal | lie low | shelter behind
cowering guard: cower | flinch | recoil | shield the head | cringe | protect himself | cover up
wounded: injured | bleeding | stabbed | shot | hurt | in pain | suffer | ache | agony | sore
stomach ache: nausea | nauseous | vomit | puke | throw up | sick | queasy | belly pain | hurting stomach | ill
    | stomach pain | vomitting | food poisoning
headache: dizzy | migraine | hungover | hangover | head pain | temple massage | concussion
back pain: backache | stiff back | sore back | lumbago
coughing: cough | sneeze | choke | clear the throat | ahem
shivering: shiver | freeze | cold | chilly | tremble | quiver | frosty
wiping the brow: hot | sweat | overheat | fan oneself | perspire | heat
dance: boogie | groove | jive | twerk | shimmy | ballroom | salsa | tango | cumbia | krump | zumba | polka | samba
    | rumba | swing dance | lindy | mambo | choreography | ballet | cha cha | dancing | headbang | jig | aerobics
    | performance | majorette | folk dance | recital
passe: pirouette | pirouetting | jete turn | fouette
meditate: zen | mindfulness | om | inner peace | mantra
sit-up: crunch | abs exercise | abdominal exercise
push-up: pressup | press up
stretch arms overhead: warm up | stretch | loosen up | limber | warmup | stretching exercise | work out | workout |
    fitness
    | exercise | gymnastics | callisthenics | calisthenics | gym class | front-raising | training | health club
biceps curl: dumbbell | dumbbells | weights | weight training | lift weights | circuit training | curl weights |
    bodybuild
jumping jack: star jump | hampelmann | jumping jacks | cardio | aerobic
play guitar: banjo | ukulele | lute | strum | guitarist | bass guitar | guitarre | gitarre | sitar | rock star
play piano: organ | synthesizer | pianist | keyboardist | accordion | harpsichord
play drums: drum | drummer | percussion | tabla | cymbal | xylophone | bongo | gong | conga | marimba | tambourine | daf
play violin: fiddle | viola | violinist
play trumpet: trombone | bugle | tuba | brass band | horn | trumpeter
play flute: clarinet | oboe | recorder | saxophone | piccolo | flutist | bagpipes | bagpipe
playing the cello: double bass | contrabass | harp
conduct: lead an orchestra | maestro | conductor
swim freestyle: swim | swimmer | front crawl | snorkel | swimming pool | swims | free style
breaststroke: breast stroke | frog stroke
dive: plunge | submerge | highdive | scuba
surf: skateboard | snowboard | wakeboard | windsurf | kitesurf | surfboard | paddleboard | skimboard | longboard | sail
ski: skier | skiing | slalom | downhill | snowkite | biathlon
ice skate: skater | skating | rollerblade | rollerskate | figure skating | roller skate
golf swing: golf | minigolf | golfer | tee | putter | polo | croquet
tennis forehand: racket | racquet | squash | badminton | pingpong | ping pong | table tennis | racquetball | paddle
    tennis
    | tennis player | handball | jai alai | pickleball
baseball batter: bat | batter | cricket | softball | rounders
ice hockey shot: hockey | lacrosse | broomball | field hockey | curling | floorball | billiards | pool cue | snooker
basketball shot: basketball | netball | hoops | free throw
volleyball spike: volleyball | smash a ball | spike
goalkeeper: goalie | keeper | ready stance
bowling: bocce | petanque | skittles | shuffleboard
hang from bar: high bar | uneven bars | monkey bars | trapeze | still rings | dangle | parasail | paraglide | zip line
    | paragliding | hang gliding | horizontal bar | swing from a bar
cartwheel: handspring | flic flac | round off | flip | acrobat | gymnast | walkover | tumbling
somersault: forward roll | barrel roll | backflip | somersaults | salto
superman flying: fly | glide | hover | soar | levitate | pterosaur | flying
zombie: undead | mummy | frankenstein | walking dead
monster: ogre | beast | dinosaur | tyrannosaurus | godzilla | dragon | bear attack | scary creature | haunt | ghost |
    ghoul
robot dance: robot | android | mechanical man | robotic
propose marriage: proposal | ask to marry | marry me
model pose: model | catwalk | runway | fashion | glamour | strike a pose | photoshoot | mannequin
superhero stance: hero | heroic | superhero | wonder woman | macho | strong man
wait: stand by | hang around | idle | linger | stand in line | queue | pause | transition | hang out | rest | casual |
    cool
lean on wall: lean back against | against the wall | lounge against
hands on hips: akimbo | sassy | impatient | confident | bossy
arms crossed: defiant | stubborn | unimpressed | stern | attitude
sleep: nap | doze | snooze | slumber | nod off | doze off | dream | asleep | rest asleep
sunbathe: tan | sun bathing | lie on the beach | sunbather
watch tv: <use> remote | watch <screen> | <screen> | binge | spectator | moviegoer | audience
look at watch: check the time | late | clock
binoculars: spyglass | telescope | birdwatch | spot with binoculars
walk a dog: leash | dog walker | walking dog
push a stroller: pram | lawnmower | mow | wheelbarrow | stroller | cart | wheelchair | snow blower | cut the grass
hold an umbrella: parasol | rain | raining | kite | fly a kite | umbrella
knit: sew | sewing | needle | crochet
drinking beer: pub | bartender
massage someone: massage | rub someone | pat on the back | pat on back | tickle | tattoo | heal
scrubbing the floor: lay carpet | lay tile | install carpet
scratch the head: scratch | itch | itchy | confused | puzzle | puzzled
sit at a desk typing: officer worker | office worker | at work | working
limbo: limbo dance
tie shoes: shoelaces | tie laces | lace up | shine shoe | shining shoes | wash feet | cut toenails
juggling: juggle
march: parade | goose step | marching band | procession
skipping: skip | skip along | happy go lucky
tiptoe: tip toe | on toes
balance walk: tightrope | balance beam | balancing | narrow beam | beam
carry a suitcase: <hold> suitcase | backpack | luggage | travel bag | <hold> bag | commute | commuter
head turned left: glance aside | look away
head bowed: nod | nodding | look to the ground
shake head: shake his head | shakes her head | headshake
torso leaning forward: stoop | hunch | bend over | bend down | bending | lean in | slouching
arms spread: airplane | aeroplane | wings | flap | eagle | bird | t shape | free as a bird | birds
standing on the left leg: stork | flamingo | one legged stance | stand on one foot
"""

# Only where nothing else was read.
_ALONE: Final = """
tree pose: yoga
upward salute: sun salutation | sun
model pose: pose
running: sport | athlete | race | playground
stretch arms overhead: exercise | fitness | movement | motion | gym | body
skipping: vacation | holiday
reach forward: touch | touch something | object | interact
reach up: raise | raise something | lift | rise | elevate
putting something down: lower
step back: backwards movement | backward
swim freestyle: ocean | sea | lake | river | water
walk: forward | forward movement | sideways movement | straight | path
turn around: circular movement | turn | circle | inward motion
star shape: spread
aim a pistol: aim
look into the distance: stare | squint | face direction
surprised: raise eyebrow | eyebrow
flirting: wink
hand over mouth: blow nose | nose
working with both hands: hand | rope | string
lean on wall: support
imitating an animal: animal
imitating a dog: dog
imitating a cat: cat
imitating a bird: bird
imitating a mouse: mouse
imitating an elephant: elephant
imitating a cow: cow
imitating a bear: bear
imitating a horse: horse
imitating a lion: lion
imitating a rabbit: rabbit
imitating a frog: frog
imitating a snake: snake
imitating a spider: spider
imitating a turtle: turtle
imitating a kangaroo: kangaroo
imitating a deer: deer
imitating a bull: bull
imitating a duck: duck
imitating a fish: fish
baseball batter: ball game
musician: band | music | musique
sitting on a chair: chair | seat | sofa | bench
sit on ground: picnic
lie on back: bed
"""


def _lines(text: str) -> list[tuple[str, str]]:
    joined = text.strip().replace("\n    ", " ")
    return [(a.strip(), b) for a, _, b in (line.partition(":") for line in joined.splitlines())]


CLASSES: Final = {name.strip("<>"): frozenset(words.split()) for name, words in _lines(_CLASSES)}
SYNONYMS: Final = {
    " ".join(said.replace("-", " ").replace("'", "").split()): meant
    for meant, ways in _lines(_VERBS) + _lines(_MORE)
    for said in ways.split("|")
}
ALONE: Final = {" ".join(said.split()): meant for meant, ways in _lines(_ALONE) for said in ways.split("|")}
SYNONYM_WORDS: Final = frozenset(
    w
    for words in (*(s.split() for s in (*SYNONYMS, *ALONE)), *CLASSES.values())
    for w in words
    if not w.startswith("<")
)
