"""Words that are understood and that one pose of one body does not show: scenery, looks, number and course of motions.

The reply names them apart from those nobody knew.
"""

from __future__ import annotations

from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Where it is, who else is there, what things look like.
SCENERY: Final = _set("""
    street road sidewalk pavement park beach ocean sea lake river water shore sand snow snowy ice grass lawn field court
    stadium track slope hill mountain mountains forest woods desert city town village building house home room kitchen
    bathroom bedroom office school classroom class church zoo station airport train bus plane boat ship car cars truck
    parking lot shop store market restaurant cafe bar garden yard backyard farm barn bridge island sky sun sunny cloudy
    night day morning evening afternoon winter summer spring autumn weather wind windy rain rainy storm game match party
    concert crowd audience background scene outdoor outdoors indoor indoors outside inside top middle center centre
    corner
    area place spot surface object objects item items table desk counter shelf bench bed chair couch sofa floor fence
    wall
    door window tree trees flower flowers
    red blue green yellow black white brown grey gray pink purple orange golden silver colorful bright dark light
    small large big tiny huge little tall short long wide thin thick fat old young new asian american african european
    elderly teenage teen beautiful pretty handsome cute funny nice wooden metal plastic leather stuffed various several
    many few bunch group pair couple lot lots different similar other
    shirt dress suit hat cap coat jacket pants jeans shorts skirt shoes boots tie glasses sunglasses uniform wetsuit
    costume
    helmet gloves scarf wearing dressed hair beard mustache
    child children kid kids baby toddler player players batter umpire friend friends family mother father mom dad
    daughter
    son brother sister couple lady ladies gentleman men women boys girls persons subject subjects partner opponent
    observer spectators audience participant actor dog cat horse cow sheep rabbit elephant giraffe bear bird birds kite
    frisbee ball bat racket racquet board skateboard surfboard snowboard umbrella phone camera picture photo image video
    food pizza cookie donut banana cake sandwich glass cup bottle plate bowl fork knife spoon mug toy teddy
    competition competitive general amateur professional effort light moderate vigorous style styles
""")

# How often, how fast, along which path, from when to when.
MOTION: Final = _set("""
    motion motions movement movements move moves moving sequence cycle loop repeatedly repeat repeats again continuous
    continuously continues continue alternating alternately alternate simultaneously times twice once steps step pace
    speed fast faster slow slower quick quicker medium normal rapid rapidly brisk briskly rhythmically steadily constant
    circle circles circular semicircle semi clockwise counterclockwise anticlockwise counter anti curve curved curves
    quarter turn turns turning round rounds spiral zigzag zig zag line direction directions path straight forward
    forwards backward backwards sideways leftwards rightwards back front opposite original start starting starts begin
    begins beginning beginnings finish finishes end ends ending stop stops stopping before after afterwards first second
    third last finally final initial then next briefly shortly meter meters metre metres degree degrees distance
    one two three four five six seven eight nine ten dozen several few
    two once twice times seconds second minutes another same other both more less most again exactly approximately only
    direction after before during degree degrees cm m meter meters centimeters time side sides through over off toward
    towards along around away facing height level infront
    transition return returns recover recovers recovery regain regains resume back medium small big wide tight
""")
