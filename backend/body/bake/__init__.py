"""How rigs/body.npz and rigs/regions.json are made. Development time only; `python -m backend.body.bake --help`."""
