"""Many poses as keys: from a list of prompts, a video or a folder of pictures to an action.

`key_list` reads lists, `jobs` gets the poses in a worker thread, `planting` keeps feet on their spot; `keying` makes
keys of them, a slice of the main thread at a time: `key_writing` writes them, `holding` keeps feet still in between.
"""
