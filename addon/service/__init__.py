"""The pose service as seen from Blender: nothing here knows bpy, so that worker threads may use all of it.

`process` starts and watches it, `client` talks to it, `jobs` are its work in a thread with a queue back to Blender,
`engine_list` is what it says of its engines.
"""
