"""The armature in the scene: which bone is which joint, and poses going into bones and coming out of them.

`armature` alone reads and writes bones; `retarget` is the arithmetic, on the map that `rigmap` finds;
`rotation_modes` and `keyframes` do it the animator's way; `bodydata` has the joints that poses are made for.
"""
