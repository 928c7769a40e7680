"""English words that are one typing error away from words of poses, and yet no typing errors: they are left alone."""

from __future__ import annotations

from typing import Final

from .stems import stem

_WORDS: Final = """
command project policy create commando range struct server event stream control user status boost late later backend
param signal short stack share page convert store test better latin wrap fleet literal depend peter switch padding setup
know reset relate parse folder handler sample chain detect print refer prevent insert sharp packet certain contract
revert trust sparse large plain timer solve compute basis train training metal shard loader clock charge attach
controller retain send printer try tries fail deliver delivery cache writer hour type preset routing route quite learn
joint record launch threat intent matter former scale approximate clip saver porter turning tune sharding simple fill
filling mainly erase word number blend slave concept ideal rely shallow exit chance eight eighty reverse shouldn couldn
slide stray subtle slant brand hint sticky brown divert solid receiver program slang worse roam single facet handy tile
spring leak treat literally doubly develop lose trial finish patch form control cloning pack packing slack wide wider
poll polling intro ship shipping wince case price defect stat lacking clatter slaughter concern noisy chomp lace hunt
hunting farm farming battle house home hose sport sports weave weaving poke poking slice slicing hurry defence bath
bathing wade wading clippers rosey spill mine mining steal stealing wander silent trail bounce bouncy choke choking
mime miming gluteus project suffer strain derive postpone rocky shore wedding donut chord backside stork curve curving
mean mending crutch crutches haul hauling cattle tire tires pan panning chip chipping rip ripping shear shearing beard
wink winking sitar tabla shingle splash splashing swerve swerving boil boiling spit spitting fuel fueling coil coiling
comfortable flop flopper latin create crate creation planet post poster stamp locker belief locust price shine rocket
tumble momentum mange pointy signature gravy troot crunchy spiral paper stare prison caffeine barn sturdy cannon scour
cure tickle headset welding ooze browning crank battlefield wheat trill flex whisper heard rank fisher note danger loose
freeze chart stab cheat thing sour carry side sides crime fringe breach clamp battery putty flood nag canon wing whine
wives invent grade lack pack crop litter brand rain rainy war warm ward spanish stripe guitarist plumb pulse pedal range
rider riding thunder invert squish sketch movie photograph photography trout lease friction engage speed speedy fake
race rails sight stride strive scratch straw strand church hockey harp harpist wear weary stare stars spy spar sparring
baseball basket bat bath bathe bake baking brake broke brick bride bribe bright bring brush bucket bull bully bump burn
burning burst bury bush busy butter button cage cake calm camp candle cane cape captain car card cart carve carving cast
catapult chalk charm chase cheap cheer cheese cherry chew chewing chick chief chill chime chimney choose chop chore
circus clay clean clear clerk cliff climate cling clog cloth cloud clown club clue coach coal coast coat coin cold comb
cook cool cop copper copy core cork corn corner couch cough count couple course court cover cow crab crack cradle craft
crane crash crayon cream creek crew crime crisp crowd crown cruel crumb crush curb curl curry curse curtain cut cycle
dairy dam damp dare dark dash date dawn day deal dear debt deck deer den desk dial dice diet dig dim dine dinner dirt
dish dive dock doctor dodge doll donkey door dose dot dough dove drag drain draw dread dream dress drift drill drink
drip drive drop drown drug drum dry duck duel dull dump dust duty eager ear earn earth ease east edge empty enemy engine
enter equal exam fabric fade faint fair faith false fame fan fancy far farm fast fat fault favor fear feast feather fee
fence fever few fiber field fierce fig file film filter final fine fire firm fish fit fix flag flame flap flash flask
flat flavor flea flee flight fling flip float flour flow flower flu fluid flush flute foam fog foil folk food fool fork
fort fox frame fresh friend frog frost frown fruit fry fume fun fur fuse gain game gap garage garden garlic gas gate
gather gear gem gentle giant gift girl glad glass glide globe gloom glory glove glow glue goal goat gold good goose
grab grace grain grand grape grass grave gray great greed green greet grief grill grin grind grip groan grocery ground
group grove grow growl guard guess guest guide guilt gulf gull gum gun gut hail hair half hall ham hammer handle
harbor hard harm harsh hat hatch hate haul hawk hay heal health heap heart heat heavy hedge height hell helmet help
hen herb herd hero hill hint hire hit hobby hole holy honest honey hood hook hop hope horn horror host hot hotel howl
hug
huge hum humble humor hurt hut ice idea idle ill image inch ink insect iron island item ivory jacket jail jam jar
jaw jazz jealous jelly jewel job joke journey joy judge jug juice jungle junk jury keen kettle key kidney kill kind
kitten knife knit knob knot label labor lake lamb lamp land lane lap large laser late lawn lawyer layer lazy leaf
league leather lecture lemon lend lens letter liar liberty lid life light lily limb lime limit line linen lion liquid
list liver lizard load loaf loan lobby lobster local log lonely loop loud lounge love loyal luck luggage lump lunar
lunch lung luxury machine magic maid mail major maple marble march margin mark market marsh mask mat match mate
material matter mattress meal measure meat medal media medicine melon melt member menu mercy merge merit mess meter
middle mild mile milk mill mind minor mint minute mirror miss mist mixture moan mob model modern moment money monk
monkey month mood moon moral mosquito moss motor mount mouse movement mud mug mule murder muscle mushroom nail naked
narrow nasty nation nature neat needle nephew nerve nest net new news nice niece noble noise noodle normal north nurse
nut oak oar oath obey ocean offer office oil onion orange orbit orchard order organ oven owl owner pace pain pair palace
pale palm panel panic pants parade parcel park parlor parrot party paste patch path patient pattern paw peach peak
pear pearl peas pepper perfect perfume pest petal phone photo pie piece pier pig pigeon pile pill pillow pilot pin pine
pink pint pipe pistol pit pitch plane plank plant plaster plate play plaza plea plenty plot plow plug plum plumber poem
poet poison polar pole polish polite pond pony pool poor pop porch port potato pottery pound pour powder praise prayer
preach pretty prey pride priest prince prize proof proper proud prove public pudding puddle pulp pump punish pupil
puppet puppy pure purple purse puzzle queen queue quick quiet quilt quit quote rabbit rack radar radio raft rag rage
raid rail ranch rapid rape raping rash rat rate raw ray razor ready real reap rebel recipe red reef referee reflect
relax relief rent repair repeat rescue rest rhyme rhythm ribbon rice rich riddle rifle rim rinse riot ripe risk rival
river road roast rob robe robin rock rod roll roof rookie root rope rose rot rotten rough royal rub rubber rubbish rude
rug ruin rule rumor rush rust sack sacred sad saddle safe sail saint salad salmon salon salt sand sandal sauce saucer
sausage savage scale scan scar scarf scene scent school science scissors scold scoop score scout scrap screen screw
script scrub sea seal seam seat secret seed seek self sell senate sense serious serve sew sewer shade shadow shallow
shame shape shark shave shed sheep sheet shelf shell shelter shield shift shin shine shiver shock shoe shoot shop
shovel show shower shred shrimp shrub shut shy sick siege sigh sign silk silly silver sink sip siren sister skate
skeleton
skill skin skirt skull sky slap sled sleeve slim slip slope slot slow smart smash smear smell smile smoke smooth snack
snail snake snap snare sniff snore snow snug soak soap sob sock soda sofa soft soil soldier sole song sore sorrow sort
soul sound soup south space spade spark sparrow spear speech spell spice spider spike spin spine spirit spite splint
split spoil sponge spoon spot spout spray spread spur square squash squeak squeeze squid squirrel stable stage stain
stake stale stall stamina stampede starch starve state steak steam steel steep steer stem stern stew stick stiff sting
stir stitch stock stomach stomp stomping stone stool storm story stove straight strap stream street stress strict string
strip stroke stroll struggle stubborn stuff stumble stump stunt style sugar suit sum summer sun super supper surge
surgeon survive swamp swan swarm sweat sweater sweet swell swift sword table tail tale tame tan tank tap tape target
tart task taste tax taxi tea teach team tear tease teeth tempo tender tense tent terror thank theft thick thief thin
thirst thorn thread throat throne thumb ticket tide tidy tiger tight timber tin tiny tip tissue title toad toast tobacco
toe tomato tomb tone tongue tool tooth torch toss towel tower town toxic toy trace track trade traffic trap trash
travel tray treasure treaty tree tremble tribe trick trigger trim trip troop trophy trouble trousers truck true trumpet
trunk tub tube tuck tug tulip tunnel turkey turtle tutor twig twin twist ugly umbrella uncle uniform union unit urban
urge vacuum valley valve van vase vault veil vein velvet vent vest victim view village villain vine violet virus vision
visit vital vivid voice volcano vote vowel voyage wade wage wagon waist wake wall wallet walnut wand want warrior wash
wasp waste water wax weak wealth weapon weather web weed week weigh weld west wet whale wheel whip whirl whistle wife
wild win wind window wine wink winter wipe wire wise wish witch wizard wolf wonder wood wool work worker world worm
worry worth wound wrap wreath wreck wrench wrestle wrist yacht yard yarn yawn year yell yellow yoga yoghurt zebra zone
kitchen stranger heel slumber squat jolly bolder boulder trailer winner wiener sinner minister monster mustard lawyer
rather mister sister faster master plaster cluster luster latter ladder bladder butler battery bettor hatter matter
rapper wrapper scrapper swinger singer finger ginger linger ringer bringer stinger string staring starring storing
previous strong taylor besides larger regain widen known pubic above spastic trim tremor
scoring snoring shoring adoring boring pouring touring tutoring posing dosing nosing rosy dozing hosing losing loosing
"""
REAL_STEMS: Final = frozenset(stem(word) for word in _WORDS.split())
