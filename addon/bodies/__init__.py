"""Bodies that are made here: the free one, and those of SMPL-X model files that the user has.

`free_body` adds the one, `smplx_import` the other from what `smplx_file` has read (a `skinned` body); both make
`bones` and `shape_keys`. `fitting` moves bones along with the shape, `correctives` mend bent joints, `ground` sets
feet down.
"""
